export type * from './api/schemas.ts';
export type { TlsIdentity } from './context.ts';
export { type OpenedStore, type OpenStoreOptions, openStore } from './open-store.ts';
export { type LogLevel, serverRuntime } from './runtime.ts';
export type { KeelsonServer, ServerOptions } from './server-options.ts';
export { startServer } from './start-server.ts';
