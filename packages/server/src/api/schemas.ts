/**
 * The bodies of the HTTP API: one TypeScript type and one zod schema each. The types are the contract with clients
 * (the console imports them); the schemas check what comes in and make `/openapi.json`.
 */
export * from './schemas/cluster.ts';
export * from './schemas/coordination.ts';
export * from './schemas/events.ts';
export * from './schemas/instance.ts';
export * from './schemas/names.ts';
export * from './schemas/problem.ts';
export * from './schemas/resource.ts';
export * from './schemas/state-model.ts';
export * from './schemas/store.ts';
export * from './schemas/topics.ts';
export * from './schemas/views.ts';
