export type * from './api/schemas.ts';
export type { TlsIdentity } from './context.ts';
export { type LogLevel, serverRuntime } from './runtime.ts';
export { type KeelsonServer, type ServerOptions, startServer } from './start-server.ts';
