import type { ResourcePlan } from './plan-resource.ts';
import type { Transition } from './transition.ts';

/** Transitions of a round, and those of them that are to wait. */
export interface HeldBack {
  /** To be asked for now. */
  readonly now: readonly Transition[];
  /** Wall time in milliseconds until which the others wait at most; absent where there are none. */
  readonly untilMs: number | undefined;
}

/**
 * Lets new replicas wait while promotions are under way, `holdBackMs` at most after these were asked for. A partition without its top state is an outage; that
 * it lacks another replica is not, and bringing one up takes from the same few processors, disks and connections what the promotion needs.
 * A promotion is the last step of a replica that serves already: where all begins from nothing, nothing waits.
 */
export function promotionsFirst(
  transitions: readonly Transition[],
  resources: ReadonlyMap<string, ResourcePlan>,
  nowMs: number,
  holdBackMs: number,
): HeldBack {
  const isPromotion = ({ urgent, resource, fromState, toState }: Transition): boolean => {
    const model = resources.get(resource)?.model;
    return urgent && toState === model?.topState && fromState !== model.initialState;
  };
  const isBringUp = ({ urgent, resource, fromState }: Transition): boolean =>
    !urgent && fromState === resources.get(resource)?.model?.initialState;
  if (holdBackMs <= 0 || !transitions.some(isBringUp)) return { now: transitions, untilMs: undefined };
  const askedMs = transitions.some(isPromotion) ? nowMs : lastPromotionMs(resources, nowMs);
  if (askedMs === undefined || nowMs >= askedMs + holdBackMs) return { now: transitions, untilMs: undefined };
  return { now: transitions.filter((one) => !isBringUp(one)), untilMs: askedMs + holdBackMs };
}

/** When the last promotion that has not been answered was asked for. */
function lastPromotionMs(resources: ReadonlyMap<string, ResourcePlan>, nowMs: number): number | undefined {
  let last: number | undefined;
  for (const { model, partitions } of resources.values()) {
    if (model === undefined) continue;
    for (const { messages, current } of partitions.values()) {
      for (const { pending } of messages.values()) {
        if (pending === undefined) continue;
        const { fromState, toState, createdMs } = pending.message;
        if (toState !== model.topState || fromState === model.initialState) continue;
        if ([...current.values()].some(({ state }) => state === model.topState)) continue;
        // The clock of a former controller may be ahead.
        last = Math.max(last ?? 0, Math.min(createdMs, nowMs));
      }
    }
  }
  return last;
}
