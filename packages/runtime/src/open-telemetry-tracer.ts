import { isKeelsonError } from './error.ts';
import type { Span, SpanAttribute, Tracer } from './tracer.ts';

/** What is used of a span of `@opentelemetry/api`. */
export interface OpenTelemetrySpanLike {
  setAttribute(key: string, value: SpanAttribute): unknown;
  recordException(exception: { readonly name?: string; readonly message: string; readonly stack?: string }): void;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  end(): void;
}

/** What is used of a tracer of `@opentelemetry/api`. */
export interface OpenTelemetryTracerLike {
  startActiveSpan<T>(
    name: string,
    options: { attributes: Record<string, SpanAttribute> },
    work: (span: OpenTelemetrySpanLike) => T,
  ): T;
}

/** `SpanStatusCode.ERROR` of the OpenTelemetry API. */
const STATUS_ERROR = 2;

function recordError(span: OpenTelemetrySpanLike, error: unknown): void {
  const known = error instanceof Error ? error : new Error(String(error));
  span.recordException(known);
  span.setStatus({ code: STATUS_ERROR, message: known.message });
  if (isKeelsonError(error)) span.setAttribute('error.type', error.code);
}

/**
 * A tracer that writes through `@opentelemetry/api`. Spans nest by the active context, as OpenTelemetry's own do.
 *
 * @example
 * const runtime = systemRuntime({ tracer: openTelemetryTracer(trace.getTracer('keelson')) });
 */
export function openTelemetryTracer(tracer: OpenTelemetryTracerLike): Tracer {
  return {
    span: <T>(
      name: string,
      attributes: Readonly<Record<string, SpanAttribute>>,
      work: (span: Span) => Promise<T>,
    ): Promise<T> =>
      tracer.startActiveSpan(name, { attributes: { ...attributes } }, async (span) => {
        try {
          return await work({
            setAttribute: (key, value) => {
              span.setAttribute(key, value);
            },
            recordError: (error) => recordError(span, error),
          });
        } catch (error) {
          recordError(span, error);
          throw error;
        } finally {
          span.end();
        }
      }),
  };
}
