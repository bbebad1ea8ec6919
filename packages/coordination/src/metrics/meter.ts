/** Attributes of one measurement: values from small fixed sets, never names that users choose. */
export type MetricAttributes = Readonly<Record<string, string>>;

/** What an instrument is, as OpenTelemetry is told. */
export interface InstrumentOptions {
  readonly description: string;
  /** UCUM: `s`, or what is counted in braces. */
  readonly unit: string;
  /** Where a histogram's buckets end. */
  readonly advice?: { readonly explicitBucketBoundaries: number[] };
}

/** What is used of a `Meter` of `@opentelemetry/api`: `metrics.getMeter('keelson')` fits. */
export interface MeterLike {
  createCounter(name: string, options: InstrumentOptions): { add(value: number, attributes: MetricAttributes): void };
  createUpDownCounter(
    name: string,
    options: InstrumentOptions,
  ): { add(value: number, attributes: MetricAttributes): void };
  createHistogram(
    name: string,
    options: InstrumentOptions,
  ): { record(value: number, attributes: MetricAttributes): void };
}
