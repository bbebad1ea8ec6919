import type { Operation } from '../history/operation.ts';
import type { Specification } from '../specification.ts';
import type { Budget } from './budget.ts';
import { scheduleOf } from './schedule.ts';
import { type Furthest, search } from './search.ts';

/** What is left of a failing part when nothing more can be left out. */
export interface Minimised<State, Input, Output> {
  /** Operations that cannot be explained together, by invocation. */
  readonly operations: readonly Operation<Input, Output>[];
  /** Operations left out that ran while those did, by invocation. Nothing that they may have done explains the failure. */
  readonly context: readonly Operation<Input, Output>[];
  /** False where the budget ended before everything had been tried. */
  readonly minimal: boolean;
  readonly furthest: Furthest<State>;
  /** Operations that `furthest` counts. */
  readonly scheduled: readonly Operation<Input, Output>[];
}

/** One try that costs more is given up: what it would have left out stays, and smaller chunks may still go. */
const STEPS_PER_TRY = 100_000;

/**
 * Leaves out of a history that fails whatever is not needed for it to fail. Left out does not mean forgotten: such an operation may still
 * have happened or not while it ran, with any answer, so that what remains can never fail for want of a write that was cut away.
 * Fewer operations that count can only be easier to explain; so one pass over ever smaller chunks is enough for a part of which none
 * can be spared.
 */
export function minimise<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  all: readonly Operation<Input, Output>[],
  furthest: Furthest<State>,
  scheduled: readonly Operation<Input, Output>[],
  budget: Budget,
): Minimised<State, Input, Output> {
  const stuck = scheduled[furthest.stuck];
  const end = stuck?.outcome === 'returned' ? stuck.returnedAt : Number.POSITIVE_INFINITY;
  // No order got past that return, and none that tried needed what was invoked later.
  const before = all.filter(({ invokedAt }) => invokedAt <= end);
  const required = before.filter(({ outcome }) => outcome === 'returned');
  let best = { furthest, scheduled };
  let sure = true;
  const fails = (kept: readonly Operation<Input, Output>[]): boolean => {
    const keep = new Set(kept);
    const leftOut = new Set(required.filter((operation) => !keep.has(operation)));
    const schedule = scheduleOf(specification, before, leftOut);
    const share = budget.share(STEPS_PER_TRY);
    const result = search(specification, schedule, share);
    budget.charge(share);
    sure &&= result.found !== undefined;
    if (result.found !== false) return false;
    best = { furthest: result.furthest, scheduled: schedule.operations };
    return true;
  };
  const kept = withoutChunks(withoutPrefix(required, fails), fails);
  return { operations: kept, context: contextOf(before, kept), minimal: sure, ...best };
}

/** The shortest tail that fails. */
function withoutPrefix<T>(items: readonly T[], fails: (kept: readonly T[]) => boolean): readonly T[] {
  let [low, high] = [0, items.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (fails(items.slice(middle))) low = middle;
    else high = middle - 1;
  }
  return items.slice(low);
}

/** Leaves out chunks of half the size, a quarter, …, one: whatever fails without them. */
function withoutChunks<T>(items: readonly T[], fails: (kept: readonly T[]) => boolean): readonly T[] {
  let kept = items;
  for (let size = kept.length >> 1; size >= 1; size = size === 1 ? 0 : (size + 1) >> 1) {
    for (let at = Math.max(0, kept.length - size); ; at = Math.max(0, at - size)) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (without.length < kept.length && without.length > 0 && fails(without)) kept = without;
      if (at === 0) break;
    }
  }
  return kept;
}

function contextOf<Input, Output>(
  all: readonly Operation<Input, Output>[],
  kept: readonly Operation<Input, Output>[],
): Operation<Input, Output>[] {
  const keep = new Set(kept);
  const from = Math.min(...kept.map(({ invokedAt }) => invokedAt));
  const to = Math.max(...kept.map((operation) => (operation.outcome === 'returned' ? operation.returnedAt : from)));
  return all.filter((operation) => {
    const end =
      operation.outcome === 'returned' ? operation.returnedAt : (operation.endedAt ?? Number.POSITIVE_INFINITY);
    return !keep.has(operation) && operation.invokedAt <= to && end >= from;
  });
}
