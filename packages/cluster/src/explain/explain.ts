import {
  type ClusterPlan,
  nodeSets,
  type PartitionPlan,
  planCluster,
  type ReplicaReason,
  type ResourcePlan,
  reason,
  reasons,
} from '../controller/index.ts';
import { DROPPED_STATE } from '../model/index.ts';
import type { ClusterSnapshot, ReplicaState, WaitingMessage } from '../snapshot/index.ts';

/** A transition that was asked for and not answered. */
export interface PendingTransition {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Wall time in milliseconds at which it was asked for. */
  readonly sinceMs: number;
}

/** One replica, or one that is to be. */
export interface ReplicaExplanation {
  readonly instance: string;
  /** Absent where there is none yet. */
  readonly state: string | undefined;
  /** The state it should be in; DROPPED: it is to go. */
  readonly wanted: string | undefined;
  /** Wall time in milliseconds since which it is in its state; absent where not known. */
  readonly sinceMs: number | undefined;
  /** Token of the transition that brought it into its state; it grows with every hand-over. Absent where its holder does not say. */
  readonly fencingToken: bigint | undefined;
  /** Why it is wanted so. */
  readonly reason: ReplicaReason;
  /** Why it is not there yet; absent where it is. */
  readonly waitingFor: ReplicaReason | undefined;
  readonly pending: PendingTransition | undefined;
}

/** Where a partition is and why, where it should be and what it waits for. */
export interface PartitionExplanation {
  readonly resource: string;
  readonly partition: string;
  /** Whether no replica is in the top state of the model, though one should be. */
  readonly topStateMissing: boolean;
  /** Those that are there or should be, the most important state first. */
  readonly replicas: readonly ReplicaExplanation[];
  /** Every other instance of the cluster, and why it holds no replica. */
  readonly notHere: readonly { readonly instance: string; readonly reason: ReplicaReason }[];
  /** Why nothing can be decided about the resource, or no place be chosen for its replicas but those they have. */
  readonly fault: ReplicaReason | undefined;
}

/** What an explanation may build upon. */
export interface ExplainOptions {
  /** Wall time in milliseconds. Default 0: delays and time-outs count as not yet over. */
  readonly nowMs?: number;
  /** The plan of the leading controller, or any plan of this snapshot, so that none need be made. */
  readonly plan?: ClusterPlan;
}

function pendingOf(waiting: WaitingMessage | undefined): PendingTransition | undefined {
  if (waiting === undefined) return undefined;
  const { id, fromState, toState, createdMs } = waiting.message;
  return { id, from: fromState, to: toState, sinceMs: createdMs };
}

/** What keeps a replica from the state it should be in. */
function waitingFor(snapshot: ClusterSnapshot, plan: PartitionPlan, instance: string): ReplicaReason | undefined {
  const wanted = plan.wanted.get(instance)?.state;
  const state = plan.current.get(instance)?.state;
  if (wanted === undefined || wanted === state || (wanted === DROPPED_STATE && state === undefined)) return undefined;
  const withheld = plan.withheld.find((hop) => hop.instance === instance);
  if (withheld !== undefined) return withheld.reason;
  if (snapshot.pause !== undefined) return reasons.paused;
  if (!snapshot.live.has(instance)) return reason('NOT_LIVE', `${instance} is not alive.`);
  const hop = plan.transitions.find((transition) => transition.instance === instance);
  if (hop === undefined) return undefined;
  const leader = snapshot.leader === undefined ? ' No controller leads at present.' : '';
  return reason('NOT_YET_ASKED', `It is about to be asked to go from ${hop.fromState} to ${hop.toState}.${leader}`);
}

function explainReplica(snapshot: ClusterSnapshot, plan: PartitionPlan, instance: string): ReplicaExplanation {
  const current = plan.current.get(instance);
  const wanted = plan.wanted.get(instance);
  const waiting = plan.messages.get(instance)?.pending;
  return {
    instance,
    state: current?.state,
    wanted: wanted?.state,
    sinceMs: current === undefined || current.sinceMs < 0 ? undefined : current.sinceMs,
    fencingToken: current?.fencingToken,
    reason: wanted?.reason ?? reasons.noStateLeft,
    waitingFor: waitingFor(snapshot, plan, instance),
    pending: pendingOf(waiting),
  };
}

/** Why an instance holds no replica of a partition and is to hold none. */
function whyNot(
  snapshot: ClusterSnapshot,
  { resource, placement }: ResourcePlan,
  plan: PartitionPlan,
  instance: string,
): ReplicaReason {
  const config = snapshot.instances.get(instance);
  const ideal = snapshot.idealStates.get(resource);
  if (config === undefined) return reasons.notAdded;
  if (!snapshot.live.has(instance)) return reason('NOT_LIVE', `${instance} is not alive.`);
  if (config.operation !== 'ENABLE' && config.operation !== 'DISABLE') return reasons.notAssignable;
  const tag = snapshot.resourceConfigs.get(resource)?.instanceTag ?? ideal?.instanceTag;
  if (tag !== undefined && !config.tags.includes(tag)) {
    return reason('TAG_MISSING', `The resource wants instances with the tag "${tag}".`);
  }
  if (!config.enabled) return reasons.instanceDisabled;
  if (config.disabledPartitions(resource).has(plan.partition)) return reasons.partitionDisabled;
  if (ideal?.mode !== 'FULL_AUTO') return reasons.notInList;
  return placement?.fault ?? whyElsewhere(placement, plan, instance);
}

/** An instance that could hold the partition, and was not chosen. */
function whyElsewhere(
  placement: ResourcePlan['placement'],
  { partition, list = [] }: PartitionPlan,
  instance: string,
): ReplicaReason {
  const shortage = placement?.shortage(partition);
  const why = placement?.whyNot(partition, instance);
  const because = why === undefined ? '' : ` ${why}`;
  if (shortage !== undefined) return reason('NOT_PLACEABLE', `${shortage}${because}`);
  return reason('ENOUGH_REPLICAS', `All ${list.length} replicas are placed elsewhere: ${list.join(', ')}.${because}`);
}

function explainUnusable(snapshot: ClusterSnapshot, plan: ResourcePlan, partition: string): PartitionExplanation {
  const fault = plan.fault ?? reasons.resourceDropped;
  const current = snapshot.replicas.get(plan.resource)?.get(partition) ?? new Map<string, ReplicaState>();
  const replicas = [...current].map(([instance, { state, sinceMs, fencingToken }]) => ({
    instance,
    state,
    wanted: undefined,
    sinceMs: sinceMs < 0 ? undefined : sinceMs,
    fencingToken,
    reason: fault,
    waitingFor: fault,
    pending: undefined,
  }));
  return { resource: plan.resource, partition, topStateMissing: false, replicas, notHere: [], fault };
}

/**
 * Explains one partition: pure, from what the store says, by the same decision that the controller takes.
 *
 * @returns `undefined` where there is no such resource or partition.
 * @example
 * const { replicas } = explain(snapshot, 'orders', 'orders_3') ?? { replicas: [] };
 * for (const { instance, state, wanted, waitingFor } of replicas) console.log(instance, state, wanted, waitingFor?.text);
 */
export function explain(
  snapshot: ClusterSnapshot,
  resource: string,
  partition: string,
  options: ExplainOptions = {},
): PartitionExplanation | undefined {
  const plan = options.plan ?? planCluster(snapshot, options.nowMs ?? 0);
  const whole = plan.resources.get(resource);
  if (whole === undefined) return undefined;
  if (whole.model === undefined) return explainUnusable(snapshot, whole, partition);
  const { model } = whole;
  const decided = whole.partitions.get(partition);
  if (decided === undefined) return undefined;
  const involved = new Set([...decided.current.keys(), ...decided.wanted.keys()]);
  const rank = (instance: string): number =>
    model.priorityOf(decided.current.get(instance)?.state ?? decided.wanted.get(instance)?.state ?? '');
  const ordered = [...involved].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const others = [...new Set([...snapshot.instances.keys(), ...nodeSets(snapshot).allLive.keys()])]
    .filter((instance) => !involved.has(instance))
    .sort();
  const hasTop = [...decided.current.values()].some(({ state }) => state === model.topState);
  return {
    resource,
    partition,
    topStateMissing: !hasTop && snapshot.idealStates.has(resource),
    replicas: ordered.map((instance) => explainReplica(snapshot, decided, instance)),
    notHere: others.map((instance) => ({ instance, reason: whyNot(snapshot, whole, decided, instance) })),
    fault: whole.placement?.fault,
  };
}
