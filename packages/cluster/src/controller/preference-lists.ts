import type { Placement, PlacementNode, PreferenceLists } from '@keelson/placement';
import { ANY_LIVE_INSTANCE } from '../model/index.ts';
import type { ClusterSnapshot, ReplicaState } from '../snapshot/index.ts';
import { activeNodes } from './active-nodes.ts';
import type { ResourceContext } from './resource-context.ts';

/** The preference lists of a resource, and when they may change by the mere passing of time. */
export interface ListsOfResource {
  readonly lists: PreferenceLists;
  readonly lookAgainMs: number | undefined;
}

const none: readonly string[] = [];
const noReplicas: ReadonlyMap<string, ReplicaState> = new Map();

/** Holders of a partition, the one in the most important state first. */
function holders(
  snapshot: ClusterSnapshot,
  { resource, model }: ResourceContext,
  partition: string,
): readonly string[] {
  const replicas = snapshot.replicas.get(resource)?.get(partition) ?? noReplicas;
  return [...replicas]
    .sort(([a, one], [b, other]) => model.priorityOf(one.state) - model.priorityOf(other.state) || (a < b ? -1 : 1))
    .map(([instance]) => instance);
}

/** SEMI_AUTO: the lists of the ideal state; one of ANY_LIVEINSTANCE stands for all that are live and enabled. */
function givenLists({ ideal, nodes }: ResourceContext): PreferenceLists {
  const lists = new Map<string, readonly string[]>();
  for (const partition of ideal?.partitions ?? none) {
    const list = ideal?.preferenceList(partition) ?? none;
    const any = list.length === 1 && list[0] === ANY_LIVE_INSTANCE;
    lists.set(partition, any ? [...nodes.enabledLive].sort() : list);
  }
  return lists;
}

/** Nodes as the placement sees them. */
function placementNodes(
  snapshot: ClusterSnapshot,
  { nodes }: ResourceContext,
  available: ReadonlySet<string>,
): readonly PlacementNode[] {
  const { config } = snapshot;
  return nodes.assignable.map((instance) => {
    const zone = config.topologyAware ? instance.zone(config.faultZoneType) : undefined;
    const node = { name: instance.instance, tags: instance.tags, available: available.has(instance.instance) };
    return zone === undefined ? node : { ...node, zone };
  });
}

/** Where replicas were last meant to be: by the last plan, else by the record, else where they are. */
function previousLists(
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

/** While away nodes keep their places, a partition must not fall below its least number of active replicas. */
function keepActive(
  lists: PreferenceLists,
  fallback: PreferenceLists,
  usable: ReadonlySet<string>,
  leastActive: number,
): PreferenceLists {
  const kept = new Map<string, readonly string[]>();
  for (const [partition, list] of lists) {
    const active = list.filter((instance) => usable.has(instance));
    if (active.length >= leastActive) {
      kept.set(partition, list);
      continue;
    }
    const added = (fallback.get(partition) ?? none).filter((instance) => !active.includes(instance));
    kept.set(partition, [...active, ...added.slice(0, leastActive - active.length)]);
  }
  return kept;
}

/** The replicas a FULL_AUTO resource wants; `ANY_LIVEINSTANCE`: one on each of `nodes`. */
export function wantedReplicas({ ideal }: ResourceContext, nodes: number): number {
  return ideal?.replicas === ANY_LIVE_INSTANCE ? nodes : Number(ideal?.replicas ?? 0);
}

/** FULL_AUTO: computed lists. */
function computedLists(
  snapshot: ClusterSnapshot,
  context: ResourceContext,
  options: { readonly nowMs: number; readonly placement: Placement; readonly remembered: PreferenceLists | undefined },
): ListsOfResource {
  const { ideal, config, nodes } = context;
  if (ideal === undefined) return { lists: new Map(), lookAgainMs: undefined };
  const { active, lookAgainMs } = activeNodes(snapshot, context, options.nowMs);
  const tag = config?.instanceTag ?? ideal.instanceTag;
  const place = (available: ReadonlySet<string>, previous: PreferenceLists): PreferenceLists =>
    options.placement({
      partitions: ideal.partitions,
      replicas: wantedReplicas(context, available.size),
      nodes: placementNodes(snapshot, context, available),
      previous,
      maxReplicasPerNode: ideal.maxPartitionsPerInstance,
      ...(tag === undefined ? {} : { tag }),
    }).lists;
  let lists = place(active, previousLists(snapshot, context, options.remembered));
  if (active.size > nodes.enabledLive.size) {
    const configured = config?.minActiveReplicas ?? -1;
    const least = configured >= 0 ? configured : ideal.minActiveReplicas;
    const leastActive = least >= 0 ? least : wantedReplicas(context, active.size);
    lists = keepActive(lists, place(nodes.enabledLive, lists), nodes.enabledLive, leastActive);
  }
  const own = new Map(lists);
  for (const partition of ideal.partitions) {
    const list = config?.preferenceList(partition);
    if (list !== undefined) own.set(partition, list);
  }
  return { lists: own, lookAgainMs };
}

/** In maintenance nothing is placed anew: the lists are the holders, in the order they had. */
function frozenLists(
  snapshot: ClusterSnapshot,
  context: ResourceContext,
  remembered: PreferenceLists | undefined,
): PreferenceLists {
  const lists = new Map<string, readonly string[]>();
  for (const partition of context.ideal?.partitions ?? none) {
    const order = remembered?.get(partition) ?? none;
    const place = (instance: string): number => (order.indexOf(instance) + order.length + 1) % (order.length + 1);
    const present = holders(snapshot, context, partition);
    lists.set(
      partition,
      [...present].sort((a, b) => place(a) - place(b)),
    );
  }
  return lists;
}

/** The preference lists of a resource by its mode. CUSTOMIZED has none. */
export function preferenceLists(
  snapshot: ClusterSnapshot,
  context: ResourceContext,
  options: { readonly nowMs: number; readonly placement: Placement; readonly remembered: PreferenceLists | undefined },
): ListsOfResource {
  const mode = context.ideal?.mode;
  if (mode === 'SEMI_AUTO') return { lists: givenLists(context), lookAgainMs: undefined };
  if (mode !== 'FULL_AUTO') return { lists: new Map(), lookAgainMs: undefined };
  if (!context.maintenance) return computedLists(snapshot, context, options);
  return { lists: frozenLists(snapshot, context, options.remembered), lookAgainMs: undefined };
}
