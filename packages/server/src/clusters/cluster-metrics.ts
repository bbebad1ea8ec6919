import type { ClusterSummary } from '../api/schemas.ts';
import type { GaugeSample, MetricsRegistry } from '../metrics/registry.ts';
import { clusterSummary } from '../views/cluster-view.ts';
import type { ClusterPicture } from '../views/wanted.ts';
import type { ClusterCache } from './cluster-cache.ts';
import type { ClusterDirectory } from './cluster-directory.ts';

/** Adds the gauges of every cluster to `registry`; `leads` says whether this server leads one. */
export function addClusterMetrics(
  registry: MetricsRegistry,
  directory: ClusterDirectory,
  leads: (cluster: string) => boolean,
): void {
  const summaryOf = rememberSummaries();
  const summaries = (): readonly ClusterSummary[] =>
    directory
      .all()
      .filter((cache) => cache.current)
      .map(summaryOf);
  const perCluster = (
    name: string,
    help: string,
    read: (summary: ClusterSummary) => readonly (readonly [Record<string, string>, number])[],
  ): void =>
    registry.gauge(name, help, function* (): Generator<GaugeSample> {
      for (const summary of summaries())
        for (const [labels, value] of read(summary)) yield { labels: { cluster: summary.name, ...labels }, value };
    });
  perCluster('keelson_cluster_instances', 'Instances of a cluster.', ({ instances }) => [
    [{ state: 'declared' }, instances.total],
    [{ state: 'live' }, instances.live],
    [{ state: 'enabled' }, instances.enabled],
  ]);
  perCluster('keelson_cluster_partitions', 'Partitions of a cluster.', ({ partitions }) => [[{}, partitions.total]]);
  perCluster(
    'keelson_cluster_partitions_without_top_state',
    'Partitions nobody serves in the top state.',
    ({ partitions }) => [[{}, partitions.total - partitions.withTopState]],
  );
  perCluster('keelson_cluster_partitions_in_error', 'Partitions with a replica in ERROR.', ({ partitions }) => [
    [{}, partitions.inError],
  ]);
  perCluster('keelson_cluster_replicas', 'Replicas wanted, and those of them in the wanted state.', ({ replicas }) => [
    [{ kind: 'wanted' }, replicas.wanted],
    [{ kind: 'placed' }, replicas.placed],
  ]);
  perCluster('keelson_cluster_converged', 'Whether everything is as it is wanted.', ({ converged }) => [
    [{}, Number(converged)],
  ]);
  registry.gauge('keelson_cluster_current', "Whether this server's picture of a cluster is current.", () =>
    directory.all().map((cache) => ({ labels: { cluster: cache.name }, value: Number(cache.current) })),
  );
  registry.gauge('keelson_event_streams', 'Open streams of events.', () =>
    directory
      .all()
      .filter((cache) => cache.current)
      .map((cache) => ({ labels: { cluster: cache.name }, value: cache.hub.size })),
  );
  registry.gauge('keelson_controller_leader', 'Whether this server leads a cluster.', () =>
    directory.all().map((cache) => ({ labels: { cluster: cache.name }, value: Number(leads(cache.name)) })),
  );
}

/** One scrape asks for the summary of a large cluster many times: it is made once for each state of the cluster. */
function rememberSummaries(): (cache: ClusterCache) => ClusterSummary {
  const known = new WeakMap<
    ClusterCache,
    { readonly picture: ClusterPicture; readonly revision: bigint; readonly summary: ClusterSummary }
  >();
  return (cache) => {
    const picture = cache.picture();
    const { revision } = picture.snapshot;
    const last = known.get(cache);
    if (last !== undefined && last.revision === revision && last.picture.plan === picture.plan) return last.summary;
    const summary = clusterSummary(picture);
    known.set(cache, { picture, revision, summary });
    return summary;
  };
}
