export { abortError, anySignal, type LinkedSignal, onAbort, throwIfAborted } from './abort.ts';
export { BoundedQueue, type BoundedQueueOptions, type OverflowPolicy } from './bounded-queue.ts';
export type { CallOptions } from './call-options.ts';
export { DEFAULT_TIMEOUT_MS } from './call-options.ts';
export type { Clock, MonotonicMs, Random, TimerHandle, Timers, WallMs } from './clock.ts';
export { type DeadlineTimer, deadlineTimer } from './deadline-timer.ts';
export { isKeelsonError, KeelsonError, type KeelsonErrorJson, type KeelsonErrorOptions } from './error.ts';
export { type ErrorCode, type ErrorKind, errorCatalogue } from './error-catalogue.ts';
export { type LogFields, type Logger, silentLogger } from './logger.ts';
export { lookFirst } from './look-first.ts';
export {
  type OpenTelemetrySpanLike,
  type OpenTelemetryTracerLike,
  openTelemetryTracer,
} from './open-telemetry-tracer.ts';
export { type PinoLike, pinoLogger } from './pino-logger.ts';
export { fullJitterMs, type RetryPolicy, retry } from './retry.ts';
export type { Runtime } from './runtime.ts';
export { seededRandom } from './seeded-random.ts';
export { type SleepOptions, sleep } from './sleep.ts';
export { type SystemRuntimeOptions, systemRuntime } from './system-runtime.ts';
export { type Span, type SpanAttribute, silentTracer, type Tracer } from './tracer.ts';
export { type VirtualRuntime, type VirtualRuntimeOptions, virtualRuntime } from './virtual-runtime.ts';
export { type CallLimits, type CallScope, withDeadline, withinLimits } from './with-deadline.ts';
