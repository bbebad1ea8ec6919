export * from './admin/index.ts';
export * from './controller/index.ts';
export * from './explain/index.ts';
export * from './model/index.ts';
export * from './participant/index.ts';
export * from './snapshot/index.ts';
export * from './spectator/index.ts';
