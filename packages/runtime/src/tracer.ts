/** Attribute values a span accepts. */
export type SpanAttribute = string | number | boolean;

/** One traced piece of work. A subset of OpenTelemetry's span. */
export interface Span {
  setAttribute(key: string, value: SpanAttribute): void;
  recordError(error: unknown): void;
}

/** Where spans go. `openTelemetryTracer` in this package adapts `@opentelemetry/api` to it. */
export interface Tracer {
  /** Runs `work` inside a span named `name`; the span ends when the promise settles and records its error. */
  span<T>(
    name: string,
    attributes: Readonly<Record<string, SpanAttribute>>,
    work: (span: Span) => Promise<T>,
  ): Promise<T>;
}

const noSpan: Span = { setAttribute: () => {}, recordError: () => {} };

/** A tracer that records nothing. The default of every SDK entry point. */
export const silentTracer: Tracer = { span: (_name, _attributes, work) => work(noSpan) };
