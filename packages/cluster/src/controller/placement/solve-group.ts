import { PlacementError, type PlacementNode, type PlacementProblem, type PlacementRole } from '@keelson/placement';
import type { ClusterSnapshot } from '../../snapshot/index.ts';
import type { NodeSets } from '../node-sets.ts';
import { isWaged, type ResourceContext } from '../resource-context.ts';
import { type Weights, weightsOf, withRoom } from './capacity.ts';
import { placementNodes, topologyOf } from './placement-nodes.ts';
import { placementResource, rolesOf, tagged } from './placement-resource.ts';
import type { PreferenceLists } from './previous-lists.ts';
import { solvedLists } from './solved-lists.ts';
import type { Solution, Solver } from './solver.ts';

/** A resource that is placed together with others. */
export interface GroupMember {
  readonly context: ResourceContext;
  /** Instances that count for it. */
  readonly active: ReadonlySet<string>;
  /** Where its replicas stand, or are on their way to. */
  readonly previous: PreferenceLists;
}

/** Lists of several resources, and why what is not placed is not. */
export interface SolvedGroup {
  readonly lists: ReadonlyMap<string, PreferenceLists>;
  /** By resource: why it is not placed anew. */
  readonly faults: ReadonlyMap<string, string>;
  /** Undefined where nothing was solved. */
  readonly solution: Solution | undefined;
  whyNot(resource: string, partition: string, instance: string): string | undefined;
  shortage(resource: string, partition: string): string | undefined;
}

interface WeighedMember extends GroupMember {
  readonly roles: readonly PlacementRole[];
  readonly weights: Weights | undefined;
}

/** Nodes on which replicas are counted: in shares by their weights; one of weight 0 holds nothing in the end. */
function counted(snapshot: ClusterSnapshot, nodes: readonly PlacementNode[]): readonly PlacementNode[] {
  return nodes.map((node) => {
    const weight = snapshot.instances.get(node.name)?.weight ?? 1000;
    if (weight === 1000) return node;
    if (weight > 0) return { ...node, share: weight / 1000 };
    return node.state === 'offline' ? node : { ...node, state: 'draining' };
  });
}

/** What stands on each instance, in one key, of the resources that are placed. */
function loadOf(weighed: readonly WeighedMember[]): (instance: string, key: string) => number {
  return (instance, key) => {
    let load = 0;
    for (const { previous, weights } of weighed) {
      for (const [partition, list] of previous) {
        if (list.includes(instance)) load += weights?.of(partition)[key] ?? 0;
      }
    }
    return load;
  };
}

/** Partitions that are disabled on an instance, as what it must not take. */
function closedPartitions(
  snapshot: ClusterSnapshot,
  nodes: readonly PlacementNode[],
  weighed: readonly WeighedMember[],
): readonly PlacementNode[] {
  return nodes.map((node) => {
    const instance = snapshot.instances.get(node.name);
    if (instance === undefined || !instance.hasDisabledPartitions) return node;
    const closed = weighed.flatMap(({ context }) =>
      [...instance.disabledPartitions(context.resource)]
        .filter((partition) => context.ideal?.hasPartition(partition) === true)
        .map((partition) => ({ resource: context.resource, partition })),
    );
    return { ...node, disabled: [...(node.disabled ?? []), ...closed] };
  });
}

function problemOf(
  snapshot: ClusterSnapshot,
  nodes: NodeSets,
  weighed: readonly WeighedMember[],
): { readonly problem: PlacementProblem; readonly rooms: ReadonlyMap<string, string> } {
  const members = weighed.map(({ context, active }) => ({ resource: context.resource, active }));
  const base = placementNodes(snapshot, nodes, members);
  const together = weighed.some(({ context }) => isWaged(context));
  const rooms = together ? withRoom(snapshot, base, loadOf(weighed)) : undefined;
  const topology = topologyOf(snapshot.config);
  const problem: PlacementProblem = {
    nodes: rooms === undefined ? counted(snapshot, base) : closedPartitions(snapshot, rooms.nodes, weighed),
    dimensions: rooms === undefined ? [] : snapshot.config.capacityKeys,
    resources: weighed.map(({ context, roles, previous, weights }) =>
      placementResource(context, roles, previous, weights?.of),
    ),
    ...(topology === undefined ? {} : { topology }),
    nowMs: 0,
    offlineGraceMs: 1,
  };
  return { problem, rooms: rooms?.faults ?? new Map() };
}

/** Instances that may go on holding a resource: those that count for it, and those that are being evacuated. */
function usable(snapshot: ClusterSnapshot, { context, active }: GroupMember): ReadonlySet<string> {
  const evacuated = [...context.nodes.live.keys()].filter(
    (instance) => snapshot.instances.get(instance)?.operation === 'EVACUATE',
  );
  return new Set([...tagged(context, active), ...evacuated]);
}

const nothing: Solution = { holders: () => [], shortage: () => undefined, whyNot: () => undefined };

/** What the solver says; a sentence where it refuses the problem. */
function answerOf(solver: Solver, problem: PlacementProblem, before: Solution | undefined): Solution | string {
  try {
    return solver(problem, before);
  } catch (error) {
    if (error instanceof PlacementError) return `It is not placed anew. ${error.message}.`;
    throw error;
  }
}

/** Everything keeps its lists, for the same reason. */
function refused(members: readonly GroupMember[], why: string): SolvedGroup {
  return {
    lists: new Map(),
    faults: new Map(members.map(({ context }) => [context.resource, why])),
    solution: undefined,
    whyNot: () => undefined,
    shortage: () => undefined,
  };
}

/** Places resources together. One whose weights are not all known keeps its lists, and the others go on. `before`: their solution of the last time. */
export function solveGroup(
  snapshot: ClusterSnapshot,
  nodes: NodeSets,
  members: readonly GroupMember[],
  { solver, before }: { readonly solver: Solver; readonly before: Solution | undefined },
): SolvedGroup {
  const faults = new Map<string, string>();
  const placed = members.flatMap((member): readonly WeighedMember[] => {
    const { context, active } = member;
    const weights =
      isWaged(context) && snapshot.config.capacityKeys.length > 0 ? weightsOf(snapshot, context) : undefined;
    if (weights?.fault !== undefined) faults.set(context.resource, `It is not placed anew: ${weights.fault}.`);
    return weights?.fault === undefined
      ? [{ ...member, weights, roles: rolesOf(context, tagged(context, active).length) }]
      : [];
  });
  const wanting = placed.filter(({ roles }) => roles.length > 0);
  const { problem, rooms } = problemOf(snapshot, nodes, wanting);
  const solution = wanting.length === 0 ? nothing : answerOf(solver, problem, before);
  if (typeof solution === 'string') return refused(members, solution);
  const lists = new Map(
    placed.map((member) => {
      const { context, previous, roles } = member;
      const options = { previous, roles, usable: usable(snapshot, member) };
      return [context.resource, solvedLists(context, roles.length > 0 ? solution : nothing, options)] as const;
    }),
  );
  return {
    lists,
    faults,
    solution: wanting.length === 0 ? undefined : solution,
    whyNot: (resource, partition, instance) => rooms.get(instance) ?? solution.whyNot(resource, partition, instance),
    shortage: (resource, partition) => solution.shortage(resource, partition),
  };
}
