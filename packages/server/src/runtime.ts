import { openTelemetryTracer, pinoLogger, type Runtime, silentLogger, systemRuntime } from '@keelson/runtime';
import { trace } from '@opentelemetry/api';
import pino from 'pino';

/** How much a server says. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/**
 * The runtime of a server process: logs as JSON lines on standard error, spans to whatever OpenTelemetry SDK the process has
 * registered (none: nowhere).
 */
export function serverRuntime(options: { readonly logLevel: LogLevel; readonly version: string }): Runtime {
  const { logLevel, version } = options;
  const logger =
    logLevel === 'silent'
      ? silentLogger
      : pinoLogger(pino({ level: logLevel, base: { pid: process.pid } }, pino.destination(2)));
  return systemRuntime({ logger, tracer: openTelemetryTracer(trace.getTracer('keelson', version)) });
}
