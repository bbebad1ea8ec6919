import type { ClusterSnapshot, ReplicaState } from '../../snapshot/index.ts';
import type { ResourceContext } from '../resource-context.ts';

/** Instances of each partition in order of preference: the first is for the top state. */
export type PreferenceLists = ReadonlyMap<string, readonly string[]>;

const none: readonly string[] = [];
const noReplicas: ReadonlyMap<string, ReplicaState> = new Map();

/** Holders of a partition, the one in the most important state first. */
export function holders(
  snapshot: ClusterSnapshot,
  { resource, model }: ResourceContext,
  partition: string,
): readonly string[] {
  const replicas = snapshot.replicas.get(resource)?.get(partition) ?? noReplicas;
  return [...replicas]
    .sort(([a, one], [b, other]) => model.priorityOf(one.state) - model.priorityOf(other.state) || (a < b ? -1 : 1))
    .map(([instance]) => instance);
}

/** Where replicas were last meant to be: by the last plan, else by the record, else where they are. */
export function previousLists(
  snapshot: ClusterSnapshot,
  context: ResourceContext,
  remembered: PreferenceLists | undefined,
): PreferenceLists {
  const previous = new Map<string, readonly string[]>();
  for (const partition of context.ideal?.partitions ?? none) {
    const known = [remembered?.get(partition), context.ideal?.preferenceList(partition)];
    const list = known.find((candidate) => candidate !== undefined && candidate.length > 0);
    previous.set(partition, list ?? holders(snapshot, context, partition));
  }
  return previous;
}
