import { DROPPED_STATE, ERROR_STATE, type SimpleFields } from '../model/index.ts';
import type { ReplicaState } from '../snapshot/index.ts';
import { type AssignmentInput, assignStates, type WantedState } from './assign-states.ts';
import { type ReplicaReason, reasons } from './replica-reason.ts';

/** States wanted of the replicas of one partition, by instance. */
export type BestPossible = ReadonlyMap<string, WantedState>;

/** Everything that is there goes. */
export function dropAll(current: ReadonlyMap<string, ReplicaState>, why: ReplicaReason): BestPossible {
  return new Map([...current.keys()].map((instance) => [instance, { state: DROPPED_STATE, reason: why }]));
}

/** Everything that is there, but for what is in ERROR, waits in the initial state. */
export function disableAll(current: ReadonlyMap<string, ReplicaState>, initialState: string): BestPossible {
  const wanted = new Map<string, WantedState>();
  for (const [instance, { state }] of current) {
    if (state === ERROR_STATE) wanted.set(instance, { state, reason: reasons.inError });
    else wanted.set(instance, { state: initialState, reason: reasons.resourceDisabled });
  }
  return wanted;
}

/** SEMI_AUTO: the operator's list, states by its order. */
export function bestPossibleByList(input: AssignmentInput): BestPossible {
  return assignStates(input);
}

/** CUSTOMIZED: the operator's map, as far as it can be had. */
export function bestPossibleByMap(input: AssignmentInput, map: SimpleFields): BestPossible {
  const { model, current, live, disabled } = input;
  const wanted = new Map<string, WantedState>();
  const initial = (instance: string): WantedState => {
    const why = disabled(instance) === 'instance' ? reasons.instanceDisabled : reasons.partitionDisabled;
    return { state: model.initialState, reason: why };
  };
  for (const [instance, { state }] of current) {
    if (state === ERROR_STATE && Object.hasOwn(map, instance)) wanted.set(instance, { state, reason: reasons.inError });
    else if (disabled(instance) !== undefined) wanted.set(instance, initial(instance));
    else if (!Object.hasOwn(map, instance)) {
      wanted.set(instance, { state: DROPPED_STATE, reason: reasons.notInList });
    }
  }
  for (const [instance, state] of Object.entries(map)) {
    if (!live.has(instance) || wanted.get(instance)?.state === ERROR_STATE) continue;
    wanted.set(instance, disabled(instance) === undefined ? { state, reason: reasons.customized } : initial(instance));
  }
  return wanted;
}

/** Replicas more than wanted that a partition may have while it moves. */
const EXTRA_REPLICAS = 1;

/** What the no-dip assignment needs besides. */
export interface MovingInput extends AssignmentInput {
  /** Instances with a transition pending, be it of a replica that is not there yet. */
  readonly pending: ReadonlySet<string>;
  /** How many holders share the zone of an instance; 0 where zones do not count. */
  readonly zoneCrowd: (instance: string) => number;
}

/** Holders and newcomers, as many newcomers as there is room for, in order: the list's, then those in crowded zones and low states last. */
function combinedList(input: MovingInput, current: ReadonlyMap<string, ReplicaState>): readonly string[] {
  const { model, list, zoneCrowd } = input;
  const holders = [...current.keys()].sort();
  const room = current.size <= list.length ? list.length + EXTRA_REPLICAS - current.size : 0;
  const newcomers = list.filter((instance) => !current.has(instance)).slice(0, Math.max(0, room));
  const place = new Map(list.map((instance, index) => [instance, index]));
  const rank = (instance: string): number => model.priorityOf(current.get(instance)?.state ?? '');
  const order = (a: string, b: string): number => {
    const one = place.get(a);
    const other = place.get(b);
    if (one !== undefined && other !== undefined) return one - other;
    if (one !== undefined) return -1;
    if (other !== undefined) return 1;
    return zoneCrowd(a) - zoneCrowd(b) || rank(a) - rank(b);
  };
  return [...newcomers, ...holders].sort(order);
}

/**
 * FULL_AUTO: the computed list, but a replica that has to move goes only when all that are to stay have reached their states,
 * so that availability does not dip. One replica more than wanted is allowed meanwhile. The rule is Helix's for delayed
 * rebalancing.
 */
export function bestPossibleWhileMoving(input: MovingInput): BestPossible {
  const { model, list, pending } = input;
  const current = new Map(input.current);
  for (const instance of pending) {
    if (!current.has(instance)) current.set(instance, { state: model.initialState, sinceMs: -1 });
  }
  const combined = combinedList(input, current);
  const wanted = assignStates({ ...input, list: combined, current });
  const listed = new Set(list);
  for (const [instance, { state, reason }] of wanted) {
    if (!listed.has(instance) && reason !== reasons.inError) {
      wanted.set(instance, { state, reason: reasons.keptUntilReplaced });
    }
  }
  const errors = list.some((instance) => current.get(instance)?.state === ERROR_STATE);
  if (!errors && wanted.size > list.length && settled(list, combined, current, wanted)) {
    for (const instance of combined.slice(list.length)) {
      wanted.set(instance, { state: DROPPED_STATE, reason: reasons.replaced });
    }
  }
  for (const instance of combined) {
    const state = current.get(instance)?.state;
    if (state === ERROR_STATE) wanted.set(instance, { state, reason: reasons.inError });
  }
  return wanted;
}

function settled(
  list: readonly string[],
  combined: readonly string[],
  current: ReadonlyMap<string, ReplicaState>,
  wanted: ReadonlyMap<string, WantedState>,
): boolean {
  const present = new Set(combined);
  return list.every((instance) => {
    if (!present.has(instance)) return true;
    const state = current.get(instance)?.state;
    return state !== undefined && state === wanted.get(instance)?.state;
  });
}
