import { DROPPED_STATE, type StateModelDefinition } from '../model/index.ts';
import type { ReplicaState } from '../snapshot/index.ts';
import type { WantedState } from './assign-states.ts';
import type { BestPossible } from './best-possible.ts';
import type { ReplicaMessages } from './pending-messages.ts';
import { type ReplicaReason, reason, reasons } from './replica-reason.ts';

/** One hop of one replica. */
export interface Hop {
  readonly instance: string;
  readonly fromState: string;
  readonly toState: string;
  /** The state it is on the way to. */
  readonly goal: string;
}

/** A hop that cannot be asked for now, and why. */
export interface WithheldHop {
  readonly instance: string;
  readonly fromState: string;
  /** Absent where no next state is known. */
  readonly toState: string | undefined;
  readonly reason: ReplicaReason;
}

/** The hops that the wanted states ask for, before the bounds of states are looked at. */
export interface GeneratedHops {
  readonly hops: readonly Hop[];
  readonly withheld: readonly WithheldHop[];
}

/** What is known of one partition. */
export interface PartitionView {
  readonly model: StateModelDefinition;
  readonly current: ReadonlyMap<string, ReplicaState>;
  readonly wanted: BestPossible;
  readonly messages: ReadonlyMap<string, ReplicaMessages>;
  /** Sessions of those that messages can reach. */
  readonly sessions: ReadonlyMap<string, string>;
}

/** The goal of each replica: what is wanted, and DROPPED for one that is there though nothing is wanted of it while something is of others. */
function goals({ current, wanted }: PartitionView): ReadonlyMap<string, WantedState> {
  const all = new Map(wanted);
  if (all.size === 0) return all;
  for (const instance of current.keys()) {
    if (!all.has(instance)) all.set(instance, { state: DROPPED_STATE, reason: reasons.noStateLeft });
  }
  return all;
}

function pendingReason(instance: string, { pending }: ReplicaMessages): ReplicaReason | undefined {
  if (pending === undefined) return undefined;
  const { fromState, toState, state } = pending.message;
  const text = `${instance} was asked to go from ${fromState} to ${toState} and has not answered.`;
  if (state !== 'unprocessable') return reason('TRANSITION_PENDING', text);
  return reason(
    'TRANSITION_UNPROCESSABLE',
    `${instance} gave up the message to go from ${fromState} to ${toState}; delete the message to have it tried again.`,
  );
}

/** The next hop of one replica, or why there is none; `undefined` where it is where it should be or nobody can be asked. */
function nextHop(view: PartitionView, instance: string, goal: string): Hop | WithheldHop | undefined {
  const { model, current, messages, sessions } = view;
  const present = current.get(instance)?.state;
  const fromState = present ?? model.initialState;
  if (goal === fromState || (present === undefined && goal === DROPPED_STATE)) return undefined;
  if (!sessions.has(instance)) return undefined;
  const toState = model.nextState(fromState, goal);
  const known = messages.get(instance);
  const pending = known === undefined ? undefined : pendingReason(instance, known);
  if (pending !== undefined) return { instance, fromState, toState, reason: pending };
  if (toState === undefined) {
    const text = `State model ${model.name} has no way from ${fromState} to ${goal}.`;
    return { instance, fromState, toState, reason: reason('NO_WAY', text) };
  }
  return { instance, fromState, toState, goal };
}

/** The hops of one partition, ordered by the importance of their goals. Each replica makes one hop at a time. */
export function generateHops(view: PartitionView): GeneratedHops {
  const hops: Hop[] = [];
  const withheld: WithheldHop[] = [];
  for (const [instance, { state }] of goals(view)) {
    const hop = nextHop(view, instance, state);
    if (hop === undefined) continue;
    if ('reason' in hop) withheld.push(hop);
    else hops.push(hop);
  }
  const { model } = view;
  hops.sort((a, b) => model.priorityOf(a.goal) - model.priorityOf(b.goal));
  return { hops, withheld };
}
