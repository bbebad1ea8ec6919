import { ANY_LIVE_INSTANCE, type ClusterSnapshot, type IdealState } from '@keelson/cluster';
import type { ExternalViewDocument, IdealStatePartition, IdealStateView, Resource } from '../api/schemas.ts';
import { byName, type ClusterPicture, progressOf } from './wanted.ts';

/** One resource. A dropped one that still has replicas is shown by what its holders say. */
export function resourceView(picture: ClusterPicture, name: string): Resource {
  const { snapshot } = picture;
  const ideal = snapshot.idealStates.get(name);
  const present = snapshot.replicas.get(name);
  return {
    name,
    partitions: ideal?.partitionCount ?? present?.size ?? 0,
    replicas:
      ideal === undefined ? 0 : ideal.replicas === ANY_LIVE_INSTANCE ? 'ANY_LIVEINSTANCE' : Number(ideal.replicas),
    stateModel: stateModelOf(snapshot, name),
    mode: ideal?.mode ?? 'DROPPED',
    enabled: ideal?.enabled ?? false,
    tag: ideal?.instanceTag ?? null,
    minActiveReplicas: ideal === undefined || ideal.minActiveReplicas < 0 ? null : ideal.minActiveReplicas,
    states: stateCounts(snapshot, name),
    converged: progressOf(picture, name).converged,
  };
}

/** Name of the state model of a resource. */
export function stateModelOf(snapshot: ClusterSnapshot, resource: string): string {
  return snapshot.idealStates.get(resource)?.stateModel ?? snapshot.stateModelOf.get(resource) ?? '';
}

/** The declared placement. */
export function idealStateView(ideal: IdealState): IdealStateView {
  const partitions: Record<string, IdealStatePartition> = {};
  for (const partition of [...ideal.partitions].sort(byName)) {
    const instanceStates = ideal.mode === 'CUSTOMIZED' ? ideal.instanceStates(partition) : undefined;
    const preferenceList = ideal.preferenceList(partition) ?? [];
    partitions[partition] = instanceStates === undefined ? { preferenceList } : { preferenceList, instanceStates };
  }
  return { resource: ideal.resource, mode: ideal.mode, partitions };
}

/** Where the replicas are, as spectators see it: what the controller has published. */
export function externalViewDocument(snapshot: ClusterSnapshot, resource: string): ExternalViewDocument {
  const view = snapshot.externalViews.get(resource);
  const names = new Set([...(snapshot.idealStates.get(resource)?.partitions ?? []), ...(view?.partitions ?? [])]);
  const partitions: Record<string, Readonly<Record<string, string>>> = {};
  for (const partition of [...names].sort(byName)) partitions[partition] = view?.instanceStates(partition) ?? {};
  return { resource, stateModel: stateModelOf(snapshot, resource), partitions };
}

function stateCounts(snapshot: ClusterSnapshot, resource: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const replicas of snapshot.replicas.get(resource)?.values() ?? [])
    for (const { state } of replicas.values()) counts[state] = (counts[state] ?? 0) + 1;
  const model = snapshot.stateModels.get(stateModelOf(snapshot, resource));
  const order = (state: string): number => model?.priorityOf(state) ?? 0;
  return Object.fromEntries(
    Object.entries(counts).sort(([one], [other]) => order(one) - order(other) || (one < other ? -1 : 1)),
  );
}
