import { DROPPED_STATE, ERROR_STATE, type StateModelDefinition } from '../model/index.ts';
import type { ReplicaState } from '../snapshot/index.ts';
import { type ReplicaReason, reasons } from './replica-reason.ts';

/** The state a replica should be in, and why. */
export interface WantedState {
  readonly state: string;
  readonly reason: ReplicaReason;
}

/** One partition, as far as the states of its replicas are concerned. */
export interface AssignmentInput {
  readonly model: StateModelDefinition;
  /** Instances in order of preference. */
  readonly list: readonly string[];
  readonly current: ReadonlyMap<string, ReplicaState>;
  readonly live: ReadonlyMap<string, string>;
  readonly disabled: (instance: string) => 'instance' | 'partition' | undefined;
}

/** How many replicas of a list may be in `state`: `N` as many as live and enabled nodes, `R` as many as the list names. */
function bound(model: StateModelDefinition, state: string, enabled: number, listed: number): number {
  const count = model.countOf(state);
  if (count === 'N') return enabled;
  return count === 'R' ? listed : Number(count);
}

/** Replicas that are not in the list go; disabled ones wait in the initial state, unless they are in ERROR. */
function settleUnavailable(input: AssignmentInput, wanted: Map<string, WantedState>): void {
  const { model, list, current, live, disabled } = input;
  const listed = new Set(list);
  for (const instance of current.keys()) {
    if (!listed.has(instance)) wanted.set(instance, { state: DROPPED_STATE, reason: reasons.notInList });
  }
  for (const instance of list) {
    const by = disabled(instance);
    if (by === undefined) continue;
    const state = current.get(instance)?.state;
    if (state === ERROR_STATE) wanted.set(instance, { state, reason: reasons.inError });
    else if (state !== undefined || live.has(instance)) {
      const why = by === 'instance' ? reasons.instanceDisabled : reasons.partitionDisabled;
      wanted.set(instance, { state: model.initialState, reason: why });
    }
  }
}

/**
 * The candidate for the top state in the place of one that is more than a hop from it: the best by present state, of those not
 * yet given a state. Keeps the top state where it is, or a hop away, while its preferred holder catches up.
 */
function closerToTop(input: AssignmentInput, candidates: readonly string[], taken: ReadonlySet<string>): string {
  const { model, current } = input;
  const rank = (instance: string): number => {
    const state = current.get(instance)?.state;
    return state === undefined ? Number.MAX_SAFE_INTEGER : model.priorityOf(state);
  };
  let best = '';
  for (const instance of candidates) {
    if (!taken.has(instance) && (best === '' || rank(instance) < rank(best))) best = instance;
  }
  return best;
}

/**
 * States for the instances of a preference list: in order of priority, each state goes to the next live and enabled instances
 * of the list until its count is used up. A replica in ERROR keeps ERROR and uses up nothing. The rule is Helix's.
 */
export function assignStates(input: AssignmentInput): Map<string, WantedState> {
  const { model, list, current, live, disabled } = input;
  const wanted = new Map<string, WantedState>();
  settleUnavailable(input, wanted);
  const candidates = list.filter((instance) => live.has(instance) && disabled(instance) === undefined);
  let enabledLive = 0;
  for (const instance of live.keys()) if (disabled(instance) === undefined) enabledLive++;
  const taken = new Set<string>();
  for (const state of model.states) {
    for (let open = bound(model, state, enabledLive, list.length); open > 0 && taken.size < candidates.length; ) {
      const first = candidates.find((instance) => !taken.has(instance)) ?? '';
      const present = current.get(first)?.state ?? model.initialState;
      const far =
        state === model.topState &&
        open < candidates.length - taken.size &&
        present !== state &&
        !model.secondTopStates.includes(present);
      const chosen = far ? closerToTop(input, candidates, taken) : first;
      taken.add(chosen);
      if (current.get(chosen)?.state === ERROR_STATE) {
        wanted.set(chosen, { state: ERROR_STATE, reason: reasons.inError });
        continue;
      }
      wanted.set(chosen, { state, reason: chosen === first ? reasons.preferred : reasons.closerToTop });
      open--;
    }
  }
  return wanted;
}
