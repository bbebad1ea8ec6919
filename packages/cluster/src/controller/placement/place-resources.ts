import type { ClusterSnapshot } from '../../snapshot/index.ts';
import { activeNodes } from '../active-nodes.ts';
import type { NodeSets } from '../node-sets.ts';
import { reason } from '../replica-reason.ts';
import type { ResourceContext } from '../resource-context.ts';
import { type PlacementInputs, placementInputs, sameInputs } from './placement-inputs.ts';
import { wantedReplicas } from './placement-resource.ts';
import { type PreferenceLists, previousLists } from './previous-lists.ts';
import type { ResourcePlacement } from './resource-placement.ts';
import { type GroupMember, type SolvedGroup, solveGroup } from './solve-group.ts';
import { fallsShort, keepActive } from './solved-lists.ts';
import type { Solution, Solver } from './solver.ts';

/** What placing may be told. */
export interface PlaceOptions {
  /** Wall time in milliseconds. */
  readonly nowMs: number;
  readonly solver: Solver;
  /** The placements before, by resource: what they were is where replicas stand, or are on their way to. */
  readonly remembered: (resource: string) => RememberedPlacement | undefined;
}

/** What is known of the placement before. */
export interface RememberedPlacement {
  readonly lists: PreferenceLists;
  readonly placement: ResourcePlacement | undefined;
}

interface Member extends GroupMember {
  readonly lookAgainMs: number | undefined;
  readonly remembered: RememberedPlacement | undefined;
}

function leastActive({ config, ideal }: ResourceContext, active: number, wanted: (nodes: number) => number): number {
  const configured = config?.minActiveReplicas ?? -1;
  const least = configured >= 0 ? configured : (ideal?.minActiveReplicas ?? -1);
  return least >= 0 ? least : wanted(active);
}

/** Makes up for away nodes that keep their places, where else too few replicas would be active. */
function withEnoughActive(
  snapshot: ClusterSnapshot,
  nodes: NodeSets,
  members: readonly Member[],
  solved: SolvedGroup,
  { solver, before }: { readonly solver: Solver; readonly before: Solution | undefined },
): { readonly lists: ReadonlyMap<string, PreferenceLists>; readonly solution: Solution | undefined } {
  const { enabledLive } = nodes;
  const short = members.filter(({ context, active }) => {
    const least = leastActive(context, active.size, (count) => wantedReplicas(context, count));
    const lists = solved.lists.get(context.resource);
    return active.size > enabledLive.size && lists !== undefined && fallsShort(lists, enabledLive, least);
  });
  if (short.length === 0) return { lists: solved.lists, solution: undefined };
  const without = members.map((member) => ({
    ...member,
    active: enabledLive,
    previous: solved.lists.get(member.context.resource) ?? member.previous,
  }));
  const fallback = solveGroup(snapshot, nodes, without, { solver, before });
  const lists = new Map(solved.lists);
  for (const { context, active } of short) {
    const { resource } = context;
    const least = leastActive(context, active.size, (count) => wantedReplicas(context, count));
    const own = solved.lists.get(resource);
    if (own !== undefined)
      lists.set(resource, keepActive(own, fallback.lists.get(resource) ?? new Map(), enabledLive, least));
  }
  return { lists, solution: fallback.solution };
}

/** A list of the operator's own takes the place of the computed one. */
function withOwnLists({ ideal, config }: ResourceContext, lists: PreferenceLists): PreferenceLists {
  if (config === undefined) return lists;
  const own = new Map(lists);
  for (const partition of ideal?.partitions ?? []) {
    const list = config.preferenceList(partition);
    if (list !== undefined) own.set(partition, list);
  }
  return own;
}

function placeGroup(
  snapshot: ClusterSnapshot,
  nodes: NodeSets,
  members: readonly Member[],
  inputs: PlacementInputs,
  solver: Solver,
): ReadonlyMap<string, ResourcePlacement> {
  const known = members.flatMap(({ remembered }) => remembered?.placement?.solutions ?? []);
  const [all, withoutAway] = [
    known.find((one) => one.all !== undefined)?.all,
    known.find((one) => one.withoutAway !== undefined)?.withoutAway,
  ];
  const solved = solveGroup(snapshot, nodes, members, { solver, before: all });
  const { lists, solution } = withEnoughActive(snapshot, nodes, members, solved, { solver, before: withoutAway });
  const solutions = { all: solved.solution ?? all, withoutAway: solution ?? withoutAway };
  return new Map(
    members.map(({ context, previous, lookAgainMs }) => {
      const { resource } = context;
      const fault = solved.faults.get(resource);
      const placement: ResourcePlacement = {
        lists: withOwnLists(context, lists.get(resource) ?? previous),
        lookAgainMs,
        fault: fault === undefined ? undefined : reason('NOT_PLACEABLE', fault),
        whyNot: (partition, instance) => solved.whyNot(resource, partition, instance),
        shortage: (partition) => solved.shortage(resource, partition),
        solutions,
        inputs,
      };
      return [resource, placement] as const;
    }),
  );
}

/**
 * Places FULL_AUTO resources together. Where nothing that matters has changed since the placement before, that one stands: solving
 * its own answer again would move nothing.
 *
 * @param contexts Resources that share the room of the nodes; one alone where its replicas are only counted.
 */
export function placeResources(
  snapshot: ClusterSnapshot,
  nodes: NodeSets,
  contexts: readonly ResourceContext[],
  options: PlaceOptions,
): ReadonlyMap<string, ResourcePlacement> {
  const members = contexts.map((context): Member => {
    const { active, lookAgainMs } = activeNodes(snapshot, context, options.nowMs);
    const remembered = options.remembered(context.resource);
    return { context, active, lookAgainMs, remembered, previous: new Map() };
  });
  const inputs = placementInputs(snapshot, members, options.solver);
  const known = members.map(({ remembered }) => remembered?.placement);
  if (known.every((one) => one?.inputs !== undefined && sameInputs(one.inputs, inputs))) {
    return new Map(
      members.flatMap(({ context, lookAgainMs }, index) => {
        const placement = known[index];
        return placement === undefined ? [] : [[context.resource, { ...placement, lookAgainMs }] as const];
      }),
    );
  }
  const standing = members.map((member) => ({
    ...member,
    previous: previousLists(snapshot, member.context, member.remembered?.lists),
  }));
  return placeGroup(snapshot, nodes, standing, inputs, options.solver);
}
