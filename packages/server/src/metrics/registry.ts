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

  counter(name: string, help: string): Counter {
    const series = new Map<string, number>();
    this.#add({
      name,
      help,
      type: 'counter',
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

  histogram(name: string, help: string): Histogram {
    const series = new Map<string, { labels: Labels; buckets: number[]; sum: number; count: number }>();
    this.#add({
      name,
      help,
      type: 'histogram',
      lines: () => [...series.values()].flatMap((one) => histogramLines(name, one)),
    });
    return {
      observe: (labels, durationMs) => {
        const key = labelText(labels);
        let one = series.get(key);
        if (one === undefined) {
          one = { labels, buckets: DURATION_BUCKETS.map(() => 0), sum: 0, count: 0 };
          series.set(key, one);
        }
        const seconds = durationMs / 1_000;
        const bucket = DURATION_BUCKETS.findIndex((bound) => seconds <= bound);
        if (bucket >= 0) one.buckets[bucket] = (one.buckets[bucket] ?? 0) + 1;
        one.sum += seconds;
        one.count += 1;
      },
    };
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

function histogramLines(
  name: string,
  series: { labels: Labels; buckets: readonly number[]; sum: number; count: number },
): string[] {
  let below = 0;
  const lines = DURATION_BUCKETS.map((bound, index) => {
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
