import type { MeterLike } from '@keelson/coordination';
import type { WatchLoad } from '@keelson/etcd-endpoint';
import type { Runtime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { type Counter, type Histogram, MetricsRegistry } from './registry.ts';
import { registryMeter } from './registry-meter.ts';

/** What the server counts as it goes. Gauges are added by whoever can read them. */
export interface ServerMetrics {
  readonly registry: MetricsRegistry;
  readonly httpRequests: Counter;
  readonly httpDurations: Histogram;
  /** Makes instruments by their OpenTelemetry names; they are on the page too. */
  readonly meter: MeterLike;
  readonly clusterEvents: Counter;
}

/** The server's metrics; the process's own are read at each scrape. */
export function createServerMetrics(runtime: Pick<Runtime, 'clock'>): ServerMetrics {
  const registry = new MetricsRegistry();
  const startedMs = runtime.clock.monotonicMs();
  registry.gauge('keelson_process_resident_memory_bytes', 'Resident memory of the server process.', () => [
    { labels: {}, value: process.memoryUsage.rss() },
  ]);
  registry.gauge('keelson_process_heap_used_bytes', 'JavaScript heap in use.', () => [
    { labels: {}, value: process.memoryUsage().heapUsed },
  ]);
  registry.gauge('keelson_process_cpu_seconds', 'Processor time used since the start.', () => {
    const { user, system } = process.cpuUsage();
    return [
      { labels: { mode: 'user' }, value: user / 1e6 },
      { labels: { mode: 'system' }, value: system / 1e6 },
    ];
  });
  registry.gauge('keelson_uptime_seconds', 'Time since the server was started.', () => [
    { labels: {}, value: (runtime.clock.monotonicMs() - startedMs) / 1_000 },
  ]);
  return {
    registry,
    httpRequests: registry.counter('keelson_http_requests_total', 'HTTP requests answered, by route and status.'),
    httpDurations: registry.histogram(
      'keelson_http_request_duration_seconds',
      'Time to answer an HTTP request, by route.',
    ),
    meter: registryMeter(registry),
    clusterEvents: registry.counter('keelson_cluster_events_total', 'What happened in clusters, by kind.'),
  };
}

/** Adds the gauges of the etcd API; without one there is nothing to say. */
export function addEtcdApiMetrics(registry: MetricsRegistry, load: () => WatchLoad | undefined): void {
  const gauge = (name: string, help: string, read: (from: WatchLoad) => number): void =>
    registry.gauge(name, help, () => {
      const now = load();
      return now === undefined ? [] : [{ labels: {}, value: read(now) }];
    });
  gauge('keelson_etcd_watch_streams', 'Open watch streams of clients of the etcd API.', ({ streams }) => streams);
  gauge('keelson_etcd_watches', 'Watches of clients of the etcd API.', ({ watches }) => watches);
}

/** Adds the gauges of the store. */
export function addStoreMetrics(registry: MetricsRegistry, store: Store): void {
  registry.gauge('keelson_store_connected', 'Whether the store is reached.', () => [
    { labels: { engine: store.capabilities.engine }, value: Number(store.status.connected) },
  ]);
}
