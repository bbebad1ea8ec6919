import type { ClusterChanges, ClusterSnapshot } from '../snapshot/index.ts';
import type { NodeSets } from './node-sets.ts';
import { placeResources, type ResourcePlacement, type Solver, solvePlacement } from './placement/index.ts';
import {
  planResource,
  type ResourcePlan,
  type ResourcePlanOptions,
  replanPartitions,
  unusableResource,
} from './plan-resource.ts';
import { isPlaced } from './preference-lists.ts';
import { isWaged, type ResourceContext, resourceContext, type UnusableResource } from './resource-context.ts';

/** What planning the resources of a cluster may be told. */
export interface ResourcesPlanOptions extends ResourcePlanOptions {
  /** The plan before, whose placements are built upon. */
  readonly previous?: { readonly resources: ReadonlyMap<string, ResourcePlan> } | undefined;
  /** What changed since the plan before; absent: anything may have. */
  readonly changes?: ClusterChanges;
}

interface Subject {
  readonly resource: string;
  readonly context: ResourceContext | UnusableResource;
  readonly before: ResourcePlan | undefined;
  /** The partitions to look at again; none: the plan before stands. */
  readonly scope: ReadonlySet<string> | 'all' | 'none';
}

/** Ideal states and what is held without one any more; sorted, so that two plans of one snapshot are equal. */
function allResources(snapshot: ClusterSnapshot): readonly string[] {
  return [...new Set([...snapshot.idealStates.keys(), ...snapshot.replicas.keys()])].sort();
}

function scopeOf(resource: string, before: ResourcePlan | undefined, options: ResourcesPlanOptions): Subject['scope'] {
  const { changes, nowMs } = options;
  const due = before?.lookAgainMs !== undefined && before.lookAgainMs <= nowMs;
  if (before === undefined || changes === undefined || changes.everything || due) return 'all';
  const changed = changes.resources.get(resource) ?? 'none';
  return changed !== 'none' && before.model === undefined ? 'all' : changed;
}

function subjects(snapshot: ClusterSnapshot, nodes: NodeSets, options: ResourcesPlanOptions): readonly Subject[] {
  return allResources(snapshot).flatMap((resource) => {
    const context = resourceContext(snapshot, nodes, resource);
    if (context === undefined) return [];
    const before = options.previous?.resources.get(resource);
    return [{ resource, context, before, scope: scopeOf(resource, before, options) }];
  });
}

/** Resources that are placed together: all WAGED ones, as they share the room of the instances; every other one alone. */
function groupsToPlace(all: readonly Subject[]): readonly (readonly ResourceContext[])[] {
  const placed = all.filter(({ context }) => 'model' in context && isPlaced(context));
  const contexts = (some: readonly Subject[]): readonly ResourceContext[] =>
    some.flatMap(({ context }) => ('model' in context ? [context] : []));
  const together = placed.filter(({ context }) => 'model' in context && isWaged(context));
  const alone = placed.filter((subject) => !together.includes(subject) && subject.scope === 'all');
  const groups = alone.map((subject) => contexts([subject]));
  return together.some(({ scope }) => scope === 'all') ? [...groups, contexts(together)] : groups;
}

function place(
  snapshot: ClusterSnapshot,
  nodes: NodeSets,
  all: readonly Subject[],
  options: ResourcesPlanOptions,
): ReadonlyMap<string, ResourcePlacement> {
  const before = new Map(all.map((subject) => [subject.resource, subject.before]));
  const solver: Solver = options.solver ?? solvePlacement;
  const remembered = (resource: string): ResourcePlan | undefined => before.get(resource);
  const groups = groupsToPlace(all);
  return new Map(
    groups.flatMap((contexts) => [
      ...placeResources(snapshot, nodes, contexts, { nowMs: options.nowMs, solver, remembered }),
    ]),
  );
}

/** Decides about every resource of a cluster, anew only where something changed. Those of the task framework are left out. */
export function planResources(
  snapshot: ClusterSnapshot,
  nodes: NodeSets,
  options: ResourcesPlanOptions,
): ReadonlyMap<string, ResourcePlan> {
  const all = subjects(snapshot, nodes, options);
  const placements = place(snapshot, nodes, all, options);
  return new Map(
    all.map((subject) => {
      const { resource, context, before } = subject;
      const placement = placements.get(resource);
      const moved = placement !== undefined && placement.lists !== before?.lists;
      const scope = moved ? 'all' : subject.scope;
      if (before !== undefined && scope === 'none') return [resource, before];
      if (!('model' in context)) return [resource, unusableResource(snapshot, context, before)];
      if (before !== undefined && scope !== 'all' && scope !== 'none')
        return [resource, replanPartitions(snapshot, context, before, scope, options)];
      return [resource, planResource(snapshot, context, before, placement, options)];
    }),
  );
}
