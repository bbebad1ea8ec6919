import { endOf, type Operation } from '../history/operation.ts';
import type { Specification } from '../specification.ts';
import type { Budget } from './budget.ts';
import { scheduleOf } from './schedule.ts';
import { type Furthest, type ReachedState, search } from './search.ts';

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

/** In longer histories what ended before the part begins is not looked at again for each try. */
const LONG_HISTORY = 400;

/** How the search for the whole part failed. */
export interface FailedSearch<State, Input, Output> {
  readonly furthest: Furthest<State>;
  /** Operations that `furthest` counts. */
  readonly scheduled: readonly Operation<Input, Output>[];
  /** Every state that any order led to. */
  readonly reached: readonly ReachedState<State>[];
}

/**
 * Leaves out of a history that fails whatever is not needed for it to fail. Left out does not mean forgotten: such an operation may still
 * have happened or not while it ran, with any answer, so that what remains can never fail for want of a write that was cut away.
 * Fewer operations that count can only be easier to explain; so one pass over ever smaller chunks is enough for a part of which none
 * can be spared.
 */
export function minimise<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  all: readonly Operation<Input, Output>[],
  failed: FailedSearch<State, Input, Output>,
  budget: Budget,
  longHistory: number = LONG_HISTORY,
): Minimised<State, Input, Output> {
  const stuck = failed.scheduled[failed.furthest.stuck];
  const end = stuck === undefined ? Number.POSITIVE_INFINITY : endOf(stuck);
  // No order got past that return, and none that tried had come to what was invoked later.
  const required = all.filter(({ outcome, invokedAt }) => outcome === 'returned' && invokedAt <= end);
  let best: { furthest: Furthest<State>; scheduled: readonly Operation<Input, Output>[] } = failed;
  let sure = true;
  const fails = (kept: readonly Operation<Input, Output>[]): boolean => {
    sure &&= budget.gaveUp === undefined;
    if (budget.gaveUp !== undefined) return false;
    const keep = new Set(kept);
    const begin = required.length > longHistory ? (kept[0]?.invokedAt ?? end) : Number.NEGATIVE_INFINITY;
    // What is invoked when all of them have returned is too late to explain any.
    const last = kept.reduce((latest, operation) => Math.max(latest, endOf(operation)), begin);
    const window = all.filter((operation) => operation.invokedAt <= last && endOf(operation) >= begin);
    const schedule = scheduleOf(specification, window, new Set(window.filter((one) => !keep.has(one))));
    const share = budget.share(STEPS_PER_TRY);
    const result = search(startingAt(specification, begin, failed.reached), schedule, share);
    budget.charge(share, window.length);
    sure &&= result.found !== undefined;
    if (result.found !== false) return false;
    best = { furthest: result.furthest, scheduled: schedule.operations };
    return true;
  };
  const kept = withoutChunks(withoutPrefix(required, fails), fails);
  return { operations: kept, context: contextOf(all, kept), minimal: sure, ...best };
}

/**
 * The specification for what begins at a time: in any state that an order of what was invoked before led to. Had the whole history an
 * explanation, then also what of it had not ended by then, from one of these states: all that is required of it was invoked later.
 */
function startingAt<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  begin: number,
  reached: readonly ReachedState<State>[],
): Specification<State, Input, Output> {
  if (begin === Number.NEGATIVE_INFINITY) return specification;
  const states = reached.filter(({ since }) => since < begin).map(({ state }) => state);
  return Object.create(specification, { initial: { value: [...specification.initial, ...states] } });
}

/** The shortest tail that fails. Looks for it from the end, where it nearly always is: short tails are quickly judged. */
function withoutPrefix<T>(items: readonly T[], fails: (kept: readonly T[]) => boolean): readonly T[] {
  let enough = 1;
  while (enough < items.length && !fails(items.slice(-enough))) enough *= 2;
  let [low, high] = [Math.floor(enough / 2) + 1, Math.min(enough, items.length)];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fails(items.slice(-middle))) high = middle;
    else low = middle + 1;
  }
  return items.slice(-high);
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
  return all.filter((operation) => !keep.has(operation) && operation.invokedAt <= to && endOf(operation) >= from);
}
