import { type ClusterSnapshot, ERROR_STATE, listField, parseJavaMap } from '@keelson/cluster';
import type { ClusterConfigFields, ClusterDetail, ClusterSummary } from '../api/schemas.ts';
import { type ClusterPicture, progressOf, resourceNames } from './wanted.ts';

/** One cluster at a glance. */
export function clusterSummary(picture: ClusterPicture): ClusterSummary {
  const { snapshot } = picture;
  const names = resourceNames(snapshot);
  const progress = names.map((resource) => progressOf(picture, resource));
  const total = (read: (one: { wanted: number; placed: number }) => number): number =>
    progress.reduce((sum, one) => sum + read(one), 0);
  const instances = [...snapshot.instances.values()];
  return {
    name: snapshot.cluster,
    leader: snapshot.leader === undefined ? null : { name: snapshot.leader.name, sinceMs: leaderSinceMs(snapshot) },
    paused: snapshot.pause !== undefined,
    instances: {
      total: new Set([...snapshot.instances.keys(), ...snapshot.live.keys()]).size,
      live: snapshot.live.size,
      enabled: instances.filter((config) => config.enabled).length,
    },
    resources: snapshot.idealStates.size,
    partitions: partitionCounts(snapshot, names),
    replicas: { wanted: total((one) => one.wanted), placed: total((one) => one.placed) },
    converged: progress.every((one) => one.converged),
  };
}

/** One cluster with its configuration. */
export function clusterDetail(picture: ClusterPicture): ClusterDetail {
  const { simpleFields, listFields, mapFields } = picture.snapshot.config.record;
  const config: ClusterConfigFields = { ...mapFields, ...listFields, ...simpleFields };
  return { ...clusterSummary(picture), config };
}

function partitionCounts(
  snapshot: ClusterSnapshot,
  resources: readonly string[],
): { total: number; withTopState: number; inError: number } {
  const counts = { total: 0, withTopState: 0, inError: 0 };
  for (const resource of resources) {
    const ideal = snapshot.idealStates.get(resource);
    const model = snapshot.stateModels.get(ideal?.stateModel ?? snapshot.stateModelOf.get(resource) ?? '');
    const present = snapshot.replicas.get(resource);
    const partitions = ideal?.partitions ?? [...(present?.keys() ?? [])];
    counts.total += partitions.length;
    for (const partition of partitions) {
      const states = [...(present?.get(partition)?.values() ?? [])].map((replica) => replica.state);
      if (model !== undefined && states.includes(model.topState)) counts.withTopState += 1;
      if (states.includes(ERROR_STATE)) counts.inError += 1;
    }
  }
  return counts;
}

/** Wall time of the present leader's election, by the controllers' history; 0 where that does not say. */
function leaderSinceMs(snapshot: ClusterSnapshot): number {
  const history = snapshot.controllerHistory;
  const lines = history === undefined ? [] : (listField(history.record, 'HISTORY') ?? []);
  const last = parseJavaMap(lines.at(-1) ?? '');
  return last.CONTROLLER === snapshot.leader?.name ? Number(last.TIME ?? 0) : 0;
}
