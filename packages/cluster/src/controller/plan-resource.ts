import { type SimpleFields, type StateModelDefinition, sortedFields } from '../model/index.ts';
import type { ClusterSnapshot, ReplicaState, WaitingMessage } from '../snapshot/index.ts';
import { changedView, externalView, type WantedView } from './external-view-stage.ts';
import { type PreferenceLists, type ResourcePlacement, type Solver, wantedReplicas } from './placement/index.ts';
import { type PartitionPlan, planPartition } from './plan-partition.ts';
import { unsolvedLists } from './preference-lists.ts';
import type { ReplicaReason } from './replica-reason.ts';
import type { ResourceContext, UnusableResource } from './resource-context.ts';
import { transitionTimeoutMs } from './transition-timeout.ts';

/** What is decided about one resource. */
export interface ResourcePlan {
  readonly resource: string;
  readonly model: StateModelDefinition | undefined;
  /** Why nothing can be decided about it. Its replicas stay as they are. */
  readonly fault: ReplicaReason | undefined;
  /** What the next plan's placement starts from. */
  readonly lists: PreferenceLists;
  /** How the lists came about, where they were worked out. */
  readonly placement: ResourcePlacement | undefined;
  readonly partitions: ReadonlyMap<string, PartitionPlan>;
  readonly view: WantedView;
  /** Wall time in milliseconds at which it must be looked at again though nothing changes. */
  readonly lookAgainMs: number | undefined;
}

/** What planning a resource may be told. */
export interface ResourcePlanOptions {
  /** Wall time in milliseconds. */
  readonly nowMs: number;
  /** Default: the solver of `@keelson/placement`. */
  readonly solver?: Solver;
  /** How long a message whose reply was lost stays, in milliseconds. Helix's default: 60,000. */
  readonly messagePurgeDelayMs?: number;
}

const DEFAULT_PURGE_DELAY_MS = 60_000;
const noReplicas: ReadonlyMap<string, ReplicaState> = new Map();
const noMessages: ReadonlyMap<string, readonly WaitingMessage[]> = new Map();

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}

/** Partitions of the ideal state in its order, then those that are only held any more, in order of name. */
function allPartitions(snapshot: ClusterSnapshot, resource: string): readonly string[] {
  const named = snapshot.idealStates.get(resource)?.partitions ?? [];
  const known = new Set(named);
  const held = [...(snapshot.replicas.get(resource)?.keys() ?? [])].filter((partition) => !known.has(partition));
  return [...named, ...held.sort()];
}

/** Decides about `partitions` of a resource, in the light of its preference lists. */
function planPartitions(
  snapshot: ClusterSnapshot,
  context: ResourceContext,
  lists: PreferenceLists,
  partitions: Iterable<string>,
  options: ResourcePlanOptions,
): readonly PartitionPlan[] {
  const { resource, ideal } = context;
  const { config } = snapshot;
  const replicas = snapshot.replicas.get(resource);
  const waiting = snapshot.waiting.get(resource);
  const bucketSize = ideal?.bucketSize ?? snapshot.bucketSizeOf.get(resource) ?? 0;
  const zoneOf = (instance: string): string | undefined =>
    config.topologyAware ? snapshot.instances.get(instance)?.zone(config.faultZoneType) : undefined;
  return [...partitions].map((partition) =>
    planPartition({
      context,
      partition,
      list: lists.get(partition),
      current: new Map(replicas?.get(partition) ?? noReplicas),
      waiting: waiting?.get(partition) ?? noMessages,
      bucketSize,
      replicas: wantedReplicas(context, context.nodes.enabledLive.size),
      zoneOf,
      timeoutMs: (from, to) => transitionTimeoutMs(snapshot, resource, from, to),
      nowMs: options.nowMs,
      purgeAfterMs: options.messagePurgeDelayMs ?? DEFAULT_PURGE_DELAY_MS,
    }),
  );
}

/** The rows of a resource about which nothing is decided: what is there. */
function presentRows(snapshot: ClusterSnapshot, resource: string): readonly (readonly [string, SimpleFields])[] {
  return [...(snapshot.replicas.get(resource) ?? [])].map(([partition, replicas]) => {
    const states = [...replicas].map(([instance, { state }]) => [instance, state] as const);
    return [partition, sortedFields(states)] as const;
  });
}

/** A resource about which nothing can be decided: what is there stays, and is shown. */
export function unusableResource(
  snapshot: ClusterSnapshot,
  { resource, reason }: UnusableResource,
  before: ResourcePlan | undefined,
): ResourcePlan {
  const lists = before?.lists ?? new Map<string, readonly string[]>();
  const view = externalView(snapshot, resource, presentRows(snapshot, resource));
  const nothing = { model: undefined, partitions: new Map<string, PartitionPlan>(), lookAgainMs: undefined };
  return { ...nothing, resource, fault: reason, lists, placement: undefined, view };
}

/** Decides about one resource anew. `placement` is where its replicas are to be, if that was worked out. */
export function planResource(
  snapshot: ClusterSnapshot,
  context: ResourceContext,
  before: ResourcePlan | undefined,
  placement: ResourcePlacement | undefined,
  options: ResourcePlanOptions,
): ResourcePlan {
  const { resource } = context;
  const lists = placement?.lists ?? unsolvedLists(snapshot, context, before?.lists);
  const plans = planPartitions(snapshot, context, lists, allPartitions(snapshot, resource), options);
  return {
    resource,
    model: context.model,
    fault: undefined,
    lists,
    placement,
    partitions: new Map(plans.map((plan) => [plan.partition, plan])),
    view: externalView(
      snapshot,
      resource,
      plans.map((plan) => [plan.partition, plan.row] as const),
    ),
    lookAgainMs: plans.reduce((due, plan) => earlier(due, plan.lookAgainMs), placement?.lookAgainMs),
  };
}

/** Decides again about the partitions that changed, and leaves the others of the resource as they were decided. */
export function replanPartitions(
  snapshot: ClusterSnapshot,
  context: ResourceContext,
  previous: ResourcePlan,
  changed: ReadonlySet<string>,
  options: ResourcePlanOptions,
): ResourcePlan {
  const partitions = new Map(previous.partitions);
  const held = snapshot.replicas.get(previous.resource);
  const gone = (partition: string): boolean => context.ideal?.hasPartition(partition) !== true && !held?.has(partition);
  const alive = [...changed].filter((partition) => !gone(partition));
  const plans = planPartitions(snapshot, context, previous.lists, alive, options);
  for (const plan of plans) partitions.set(plan.partition, plan);
  for (const partition of changed) if (gone(partition)) partitions.delete(partition);
  const rows = [...changed].map((partition) => [partition, partitions.get(partition)?.row ?? {}] as const);
  const all = (): readonly (readonly [string, SimpleFields])[] =>
    [...partitions.values()].map((plan) => [plan.partition, plan.row] as const);
  const view =
    previous.view === undefined
      ? externalView(snapshot, previous.resource, all())
      : changedView(snapshot, previous.view, rows);
  const lookAgainMs = plans.reduce((due, plan) => earlier(due, plan.lookAgainMs), previous.lookAgainMs);
  return { ...previous, partitions, view, lookAgainMs };
}
