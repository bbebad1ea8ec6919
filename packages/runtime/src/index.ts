export type { CallOptions } from './call-options.ts';
export { DEFAULT_TIMEOUT_MS } from './call-options.ts';
export type { Clock, MonotonicMs, Random, TimerHandle, Timers, WallMs } from './clock.ts';
export { isKeelsonError, KeelsonError, type KeelsonErrorJson, type KeelsonErrorOptions } from './error.ts';
export { type ErrorCode, type ErrorKind, errorCatalogue } from './error-catalogue.ts';
export { type LogFields, type Logger, silentLogger } from './logger.ts';
export type { Runtime } from './runtime.ts';
export { type Span, type SpanAttribute, silentTracer, type Tracer } from './tracer.ts';
