import { type SimpleFields, sortedFields } from '../model/index.ts';
import type { ReplicaState, WaitingMessage } from '../snapshot/index.ts';
import type { WantedState } from './assign-states.ts';
import {
  type BestPossible,
  bestPossibleByList,
  bestPossibleByMap,
  bestPossibleWhileMoving,
  disableAll,
  dropAll,
} from './best-possible.ts';
import { generateHops, type Hop, type PartitionView, type WithheldHop } from './generate-transitions.ts';
import { type ReplicaMessages, sortMessages } from './pending-messages.ts';
import { rebalanceTypes } from './rebalance-type.ts';
import { reasons } from './replica-reason.ts';
import type { ResourceContext } from './resource-context.ts';
import { selectHops } from './select-transitions.ts';
import type { Transition } from './transition.ts';

/** What is decided about one partition. */
export interface PartitionPlan {
  readonly partition: string;
  /** Absent where CUSTOMIZED or dropped. */
  readonly list: readonly string[] | undefined;
  readonly current: ReadonlyMap<string, ReplicaState>;
  readonly wanted: BestPossible;
  readonly messages: ReadonlyMap<string, ReplicaMessages>;
  /** To be asked for now. */
  readonly transitions: readonly Transition[];
  readonly withheld: readonly WithheldHop[];
  /** To be deleted now. */
  readonly obsolete: readonly WaitingMessage[];
  /** Its row of the external view. */
  readonly row: SimpleFields;
  /** Wall time in milliseconds at which it must be looked at again though nothing changes. */
  readonly lookAgainMs: number | undefined;
}

/** What is known of one partition. */
export interface PartitionInput {
  readonly context: ResourceContext;
  readonly partition: string;
  readonly list: readonly string[] | undefined;
  readonly current: ReadonlyMap<string, ReplicaState>;
  readonly waiting: ReadonlyMap<string, readonly WaitingMessage[]>;
  readonly bucketSize: number;
  readonly replicas: number;
  readonly zoneOf: (instance: string) => string | undefined;
  /** How long a transition may run, in milliseconds; -1: no limit. */
  readonly timeoutMs: (from: string, to: string) => number;
  readonly nowMs: number;
  readonly purgeAfterMs: number;
}

function bestPossible(input: PartitionInput, messages: ReadonlyMap<string, ReplicaMessages>): BestPossible {
  const { context, partition, list, current, zoneOf } = input;
  const { ideal, model, nodes } = context;
  if (ideal === undefined) return dropAll(current, reasons.resourceDropped);
  const map = ideal.mode === 'CUSTOMIZED' ? ideal.instanceStates(partition) : undefined;
  if (list === undefined && map === undefined) return dropAll(current, reasons.partitionRemoved);
  if (!context.enabled) return disableAll(current, model.initialState);
  const disabled = (instance: string): 'instance' | 'partition' | undefined => context.disabledAt(instance, partition);
  const assignment = { model, list: list ?? [], current, live: nodes.live, disabled };
  if (map !== undefined) return bestPossibleByMap(assignment, map);
  if (ideal.mode !== 'FULL_AUTO') return bestPossibleByList(assignment);
  const pending = new Set<string>();
  for (const [instance, known] of messages) if (known.pending !== undefined) pending.add(instance);
  const crowd = (instance: string): number => {
    const zone = zoneOf(instance);
    if (zone === undefined) return 0;
    return [...current.keys()].filter((other) => zoneOf(other) === zone).length;
  };
  return bestPossibleWhileMoving({ ...assignment, pending, zoneCrowd: crowd });
}

function activeReplicas({ model }: ResourceContext, current: ReadonlyMap<string, ReplicaState>): number {
  let active = 0;
  for (const { state } of current.values()) if (model.isActive(state)) active++;
  return active;
}

/** The chosen hops as what their messages will say. */
function toTransitions(input: PartitionInput, hops: readonly Hop[]): readonly Transition[] {
  if (hops.length === 0) return [];
  const { context, current, list, partition } = input;
  const { model, nodes, ideal } = context;
  const active = activeReplicas(context, current);
  const topMissing = ![...current.values()].some(({ state }) => state === model.topState);
  const usable = (list ?? []).filter((instance) => nodes.enabledLive.has(instance)).length;
  const least = ideal?.minActiveReplicas ?? -1;
  const replicas = least >= 0 ? least : input.replicas;
  const types =
    ideal?.mode === 'FULL_AUTO'
      ? rebalanceTypes({ model, list: list ?? [], current, usable, replicas }, hops)
      : undefined;
  return hops.map((hop) => {
    const { instance, fromState, toState } = hop;
    const upward = model.priorityOf(toState) < model.priorityOf(fromState);
    return {
      resource: context.resource,
      partition,
      instance,
      session: nodes.allLive.get(instance) ?? '',
      stateModel: model.name,
      stateModelFactory: ideal?.stateModelFactory ?? 'DEFAULT',
      fromState,
      toState,
      activeReplicas: upward && model.isActive(toState) ? active : -1,
      rebalanceType: types?.get(hop),
      bucketSize: input.bucketSize,
      timeoutMs: input.timeoutMs(fromState, toState),
      urgent: topMissing && hop.goal === model.topState,
    };
  });
}

function earliest(messages: Iterable<ReplicaMessages>): number | undefined {
  let due: number | undefined;
  for (const { lookAgainMs } of messages) {
    if (lookAgainMs !== undefined) due = Math.min(due ?? lookAgainMs, lookAgainMs);
  }
  return due;
}

/** Decides about one partition: the wanted states, the next hops towards them, which of these may be asked for now. Pure. */
export function planPartition(input: PartitionInput): PartitionPlan {
  const { context, partition, list, current } = input;
  const { model, nodes } = context;
  const messages = new Map<string, ReplicaMessages>();
  for (const [instance, waiting] of input.waiting) {
    messages.set(instance, sortMessages(waiting, current.get(instance), model, input));
  }
  const wanted: ReadonlyMap<string, WantedState> = bestPossible(input, messages);
  const view: PartitionView = { model, current, wanted, messages, sessions: nodes.allLive };
  const generated = generateHops(view);
  const selection = selectHops(view, generated.hops);
  const states = [...current].map(([instance, { state }]) => [instance, state] as const);
  return {
    partition,
    list,
    current,
    wanted,
    messages,
    transitions: toTransitions(input, selection.selected),
    withheld: [...generated.withheld, ...selection.withheld],
    obsolete: [...messages.values()].flatMap((known) => known.obsolete),
    row: sortedFields(states),
    lookAgainMs: earliest(messages.values()),
  };
}
