import type { Amounts, PlacementPartition, PlacementResource, PlacementRole, ReplicaAt } from '@keelson/placement';
import { ANY_LIVE_INSTANCE } from '../../model/index.ts';
import type { ResourceContext } from '../resource-context.ts';
import type { PreferenceLists } from './previous-lists.ts';

const none: readonly string[] = [];

/** The tag that instances of the resource must have. */
export function tagOf({ config, ideal }: ResourceContext): string | undefined {
  return config?.instanceTag ?? ideal?.instanceTag;
}

/** The instances of `candidates` that may hold the resource by their tags. */
export function tagged(context: ResourceContext, candidates: Iterable<string>): readonly string[] {
  const tag = tagOf(context);
  if (tag === undefined) return [...candidates];
  const carriers = new Set(
    context.nodes.assignable.filter(({ tags }) => tags.includes(tag)).map((one) => one.instance),
  );
  return [...candidates].filter((instance) => carriers.has(instance));
}

/** The replicas a FULL_AUTO resource wants; `ANY_LIVEINSTANCE`: one on each of `nodes`. */
export function wantedReplicas({ ideal }: ResourceContext, nodes: number): number {
  return ideal?.replicas === ANY_LIVE_INSTANCE ? nodes : Number(ideal?.replicas ?? 0);
}

/** Roles and their counts on so many nodes: the states that the model gives to the replicas. None: nothing is wanted, or no node is there. */
export function rolesOf(context: ResourceContext, nodes: number): readonly PlacementRole[] {
  const counts = context.model.stateCounts(nodes, Math.min(nodes, wantedReplicas(context, nodes)));
  return [...counts].map(([name, count]) => ({ name, count }));
}

/** A list as replicas: its first places are those of the first roles; what is longer than the roles has the last. */
function replicasOf(list: readonly string[], roles: readonly PlacementRole[]): readonly ReplicaAt[] {
  const order = roles.flatMap(({ name, count }) => Array.from({ length: Number(count) }, () => name));
  const last = order.at(-1) ?? '';
  return [...new Set(list)].map((node, place) => ({ node, role: order[place] ?? last }));
}

/** A resource as the solver sees it. Without `weights` its replicas are counted. */
export function placementResource(
  context: ResourceContext,
  roles: readonly PlacementRole[],
  previous: PreferenceLists,
  weights?: (partition: string) => Amounts,
): PlacementResource {
  const { resource, ideal, config } = context;
  const tag = tagOf(context);
  const most = config?.maxPartitionsPerInstance ?? ideal?.maxPartitionsPerInstance ?? Number.MAX_SAFE_INTEGER;
  const partitions = (ideal?.partitions ?? none).map((name): PlacementPartition => {
    const current = replicasOf(previous.get(name) ?? none, roles);
    return weights === undefined ? { name, current } : { name, current, weight: weights(name) };
  });
  return {
    name: resource,
    roles,
    partitions,
    ...(tag === undefined ? {} : { tag }),
    ...(most === Number.MAX_SAFE_INTEGER ? {} : { maxReplicasPerNode: most }),
  };
}
