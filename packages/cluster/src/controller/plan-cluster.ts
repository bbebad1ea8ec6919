import { type ExternalView, type IdealState, lastOfflineMs, sameContent } from '../model/index.ts';
import type { ClusterChanges, ClusterEventName, ClusterSnapshot, WaitingMessage } from '../snapshot/index.ts';
import { type NodeSets, nodeSets } from './node-sets.ts';
import { persistedIdealState } from './persist-assignment.ts';
import type { ResourcePlan, ResourcePlanOptions } from './plan-resource.ts';
import { planResources } from './plan-resources.ts';
import { promotionsFirst } from './promotions-first.ts';
import type { Transition } from './transition.ts';

/** Everything that is decided about a cluster at one moment, and all that follows from it for the store. */
export interface ClusterPlan {
  /** The kind of change that led to it, as messages name it. */
  readonly eventName: ClusterEventName;
  readonly nodes: NodeSets;
  readonly resources: ReadonlyMap<string, ResourcePlan>;
  /** While paused nothing below is to be done. */
  readonly paused: boolean;
  /** To be asked for, by resource and partition; none exceeds what its state model allows. */
  readonly transitions: readonly Transition[];
  /** Messages to delete: nobody will act on them. */
  readonly obsolete: readonly WaitingMessage[];
  /** External views to write: those that say something else than is stored. */
  readonly views: readonly ExternalView[];
  /** Resources whose external view is to be deleted. */
  readonly viewsToRemove: readonly string[];
  /** Ideal states to write, each only if nobody has changed it meanwhile. */
  readonly idealStates: readonly IdealState[];
  /** Instances that are gone and whose history does not say so yet. */
  readonly wentOffline: readonly string[];
  /** Wall time in milliseconds at which to plan again though nothing changes. */
  readonly lookAgainMs: number | undefined;
}

/** What planning may be told besides the snapshot and the time. */
export interface ClusterPlanOptions extends Omit<ResourcePlanOptions, 'nowMs'> {
  /** The plan before, whose placements are built upon. */
  readonly previous?: ClusterPlan | undefined;
  /** What changed since the plan before; absent: anything may have. */
  readonly changes?: ClusterChanges;
  /** How long new replicas wait for promotions to be answered, in milliseconds. Default 0: not at all. */
  readonly holdBackMs?: number;
}

/** External views that must be written or deleted. What is the same object as stored, or says the same, is left alone. */
function compareViews(
  snapshot: ClusterSnapshot,
  resources: ReadonlyMap<string, ResourcePlan>,
): { readonly views: readonly ExternalView[]; readonly viewsToRemove: readonly string[] } {
  const views: ExternalView[] = [];
  for (const { resource, view } of resources.values()) {
    const stored = snapshot.externalViews.get(resource);
    if (view === undefined || (stored !== undefined && sameContent(stored.record, view.record))) continue;
    views.push(view);
  }
  const viewsToRemove = [...snapshot.externalViews.keys()].filter(
    (resource) => resources.get(resource)?.view === undefined && !isTask(snapshot, resource),
  );
  return { views, viewsToRemove };
}

const isTask = (snapshot: ClusterSnapshot, resource: string): boolean =>
  snapshot.idealStates.get(resource)?.mode === 'TASK';

/** Instances that were added, are not alive, and have a history without the time they went. */
function newlyOffline(snapshot: ClusterSnapshot): readonly string[] {
  return [...snapshot.histories]
    .filter(([instance, { record }]) => {
      return snapshot.instances.has(instance) && !snapshot.live.has(instance) && lastOfflineMs(record) < 0;
    })
    .map(([instance]) => instance);
}

/** When time alone next asks for a plan: never at once, or a plan that changes nothing would be made without end. */
function earliest(
  resources: ReadonlyMap<string, ResourcePlan>,
  nowMs: number,
  heldUntilMs: number | undefined,
): number | undefined {
  let due = heldUntilMs;
  for (const { lookAgainMs } of resources.values()) {
    if (lookAgainMs !== undefined) due = Math.min(due ?? lookAgainMs, lookAgainMs);
  }
  return due === undefined ? undefined : Math.max(due, nowMs + 1);
}

/**
 * Decides about a whole cluster: pure, from a snapshot, the time and, so that what did not change is not thought over again, the
 * plan before. The stages are Helix's, per resource: current state with pending messages, best possible state, message
 * generation, message selection, external view.
 *
 * @param nowMs Wall time in milliseconds.
 */
export function planCluster(snapshot: ClusterSnapshot, nowMs: number, options: ClusterPlanOptions = {}): ClusterPlan {
  const { previous, changes } = options;
  const nodes = previous === undefined || changes?.everything !== false ? nodeSets(snapshot) : previous.nodes;
  const resources = planResources(snapshot, nodes, { ...options, nowMs });
  const paused = snapshot.pause !== undefined;
  const partitions = paused ? [] : [...resources.values()].flatMap((plan) => [...plan.partitions.values()]);
  const compared = paused ? { views: [], viewsToRemove: [] } : compareViews(snapshot, resources);
  const persisted = paused ? [] : [...resources.values()].map((plan) => persistedIdealState(snapshot, plan));
  const transitions = partitions.flatMap((plan) => plan.transitions);
  // What is held back stays wanted: the next plan asks for it, whatever that is made for.
  const { now, untilMs } = promotionsFirst(transitions, resources, nowMs, options.holdBackMs ?? 0);
  return {
    eventName: changes?.eventName ?? 'ControllerChange',
    nodes,
    resources,
    paused,
    transitions: now,
    obsolete: partitions.flatMap((plan) => plan.obsolete),
    ...compared,
    idealStates: persisted.filter((ideal) => ideal !== undefined),
    wentOffline: newlyOffline(snapshot),
    lookAgainMs: earliest(resources, nowMs, untilMs),
  };
}
