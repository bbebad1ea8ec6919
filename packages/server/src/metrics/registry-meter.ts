import type { InstrumentOptions, MeterLike, MetricAttributes } from '@keelson/coordination';
import type { Labels, MetricsRegistry } from './registry.ts';

/** The name of an instrument on the page: as OpenTelemetry's Prometheus exporters make it, with the unit and `_total` at its end. */
export function pageName(name: string, type: 'counter' | 'gauge' | 'histogram', unit: string): string {
  const base = name.replaceAll('.', '_');
  const withUnit = unit === 's' ? `${base}_seconds` : unit === 'By' ? `${base}_bytes` : base;
  return type === 'counter' ? `${withUnit}_total` : withUnit;
}

const labelsOf = (attributes: MetricAttributes): Labels =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.replaceAll('.', '_'), value]));

/** A meter whose instruments are written on the page of `registry`. Asked for a name again, it gives the same instrument. */
export function registryMeter(registry: MetricsRegistry): MeterLike {
  const known = new Map<string, (value: number, attributes: MetricAttributes) => void>();
  const once = (
    name: string,
    make: () => (value: number, attributes: MetricAttributes) => void,
  ): ((value: number, attributes: MetricAttributes) => void) => {
    const instrument = known.get(name) ?? make();
    known.set(name, instrument);
    return instrument;
  };
  const counter = (name: string, { description, unit }: InstrumentOptions) =>
    once(name, () => {
      const made = registry.counter(pageName(name, 'counter', unit), description);
      return (value, attributes) => made.add(labelsOf(attributes), value);
    });
  const upDownCounter = (name: string, { description, unit }: InstrumentOptions) =>
    once(name, () => {
      const made = registry.counter(pageName(name, 'gauge', unit), description, 'gauge');
      return (value, attributes) => made.add(labelsOf(attributes), value);
    });
  const histogram = (name: string, { description, unit, advice }: InstrumentOptions) =>
    once(name, () => {
      const made = registry.histogram(pageName(name, 'histogram', unit), description, advice?.explicitBucketBoundaries);
      return (value, attributes) => made.observe(labelsOf(attributes), value * 1_000);
    });
  return {
    createCounter: (name, options) => ({ add: counter(name, options) }),
    createUpDownCounter: (name, options) => ({ add: upDownCounter(name, options) }),
    createHistogram: (name, options) => ({ record: histogram(name, options) }),
  };
}
