/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>;

/** Seconds: from a hit in memory to a call at its deadline. */
const DURATION_BUCKETS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

/** Counts up. */
export interface Counter {
  add(labels: Labels, amount?: number): void;
}

/** Counts durations by size. */
export interface Histogram {
  /** Records one duration, in milliseconds; exposed in seconds. */
  observe(labels: Labels, durationMs: number): void;
}

/** One sample of a gauge, read when metrics are asked for. */
export interface GaugeSample {
  readonly labels: Labels;
  readonly value: number;
}

interface Series {
  readonly labels: Labels;
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** One metric: what it is called, and all its series. */
interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  lines(): string[];
}

/**
 * Metrics in memory, written out as Prometheus text (version 0.0.4). Series live as long as the process: give labels only values from
 * small fixed sets (routes, not addresses).
 */
export class MetricsRegistry {
  readonly #families: Map<string, Family> = new Map();

  /** `type`: `gauge` for a counter that also counts down. */
  counter(name: string, help: string, type: 'counter' | 'gauge' = 'counter'): Counter {
    const series = new Map<string, number>();
    this.#add({
      name,
      help,
      type,
      lines: () => Array.from(series, ([labels, value]) => `${name}${labels} ${value}`),
    });
    return {
      add: (labels, amount = 1) => {
        const key = labelText(labels);
        series.set(key, (series.get(key) ?? 0) + amount);
      },
    };
  }

  /** A gauge that is read, never set: `read` is called at each scrape. */
  gauge(name: string, help: string, read: () => Iterable<GaugeSample>): void {
    this.#add({
      name,
      help,
      type: 'gauge',
      lines: () => Array.from(read(), (sample) => `${name}${labelText(sample.labels)} ${sample.value}`),
    });
  }

  /** `bounds`: where the buckets end, in seconds, ascending. */
  histogram(name: string, help: string, bounds: readonly number[] = DURATION_BUCKETS): Histogram {
    const series = new Map<string, Series>();
    this.#add({
      name,
      help,
      type: 'histogram',
      lines: () => [...series.values()].flatMap((one) => histogramLines(name, bounds, one)),
    });
    return {
      observe: (labels, durationMs) => {
        const key = labelText(labels);
        let one = series.get(key);
        if (one === undefined) {
          one = { labels, buckets: bounds.map(() => 0), sum: 0, count: 0 };
          series.set(key, one);
        }
        const seconds = durationMs / 1_000;
        const bucket = bounds.findIndex((bound) => seconds <= bound);
        if (bucket >= 0) one.buckets[bucket] = (one.buckets[bucket] ?? 0) + 1;
        one.sum += seconds;
        one.count += 1;
      },
    };
  }

  /** The metrics that there are, by name. */
  families(): readonly Pick<Family, 'name' | 'type' | 'help'>[] {
    return [...this.#families.values()];
  }

  /** All metrics as Prometheus text. */
  text(): string {
    const blocks = Array.from(this.#families.values(), (family) =>
      [`# HELP ${family.name} ${family.help}`, `# TYPE ${family.name} ${family.type}`, ...family.lines()].join('\n'),
    );
    return `${blocks.join('\n')}\n`;
  }

  #add(family: Family): void {
    this.#families.set(family.name, family);
  }
}

function histogramLines(name: string, bounds: readonly number[], series: Series): string[] {
  let below = 0;
  const lines = bounds.map((bound, index) => {
    below += series.buckets[index] ?? 0;
    return `${name}_bucket${labelText({ ...series.labels, le: String(bound) })} ${below}`;
  });
  const labels = labelText(series.labels);
  lines.push(`${name}_bucket${labelText({ ...series.labels, le: '+Inf' })} ${series.count}`);
  lines.push(`${name}_sum${labels} ${series.sum}`, `${name}_count${labels} ${series.count}`);
  return lines;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
