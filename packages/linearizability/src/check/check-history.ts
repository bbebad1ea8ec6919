import { assertHistory, type History, type Operation } from '../history/operation.ts';
import type { Specification } from '../specification.ts';
import { Budget, type CheckLimits, DEFAULT_STEPS } from './budget.ts';
import { minimise } from './minimise.ts';
import { type Part, partsOf } from './parts.ts';
import { scheduleOf } from './schedule.ts';
import { type Furthest, type ReachedState, search } from './search.ts';
import type { Failure, LongestPrefix, PartOrder, Verdict } from './verdict.ts';

/**
 * Is there an order in which the operations may have taken effect one by one, each between its invocation and its return, in which
 * the specification allows every answer?
 *
 * Where the limits are reached the verdict is `unknown`, never a guess. It runs to its end in one go: give it limits, or a worker thread,
 * where that matters.
 *
 * @throws HistoryError where an operation ends before it begins or a time is no finite number.
 * @throws TypeError where the specification breaks its promises.
 * @example
 * const verdict = checkHistory(registerSpecification({ initial: 0 }), history);
 * if (verdict.verdict === 'not-linearizable') console.log(verdict.failures[0].operations);
 */
export function checkHistory<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  history: History<Input, Output>,
  limits: CheckLimits = {},
): Verdict<State, Input, Output> {
  assertHistory(history);
  const budget = new Budget(limits.maxSteps ?? DEFAULT_STEPS.verdict, limits.time);
  const orders: PartOrder<Input, Output>[] = [];
  const failing: Failing<State, Input, Output>[] = [];
  const undecided: (readonly string[])[] = [];
  for (const part of partsOf(specification, history)) {
    const schedule = scheduleOf(specification, part.operations);
    const { operations } = schedule;
    const result = search(specification, schedule, budget);
    if (result.found === undefined) undecided.push(part.keys);
    else if (result.found) orders.push({ keys: part.keys, order: pick(operations, result.order) });
    else failing.push({ part, operations, furthest: result.furthest, reached: result.reached });
  }
  const steps = budget.spent;
  // Making it small has limits of its own, so that a hard history still gets the verdict it had.
  const own = new Budget(limits.maxMinimiseSteps ?? DEFAULT_STEPS.minimise, limits.time);
  const [first, ...others] = failing
    .map((one) => failureOf(specification, one, own))
    .sort((a, b) => a.operations.length - b.operations.length);
  if (first !== undefined) return { verdict: 'not-linearizable', failures: [first, ...others], steps };
  if (undecided.length > 0) return { verdict: 'unknown', reason: budget.gaveUp ?? 'steps', undecided, steps };
  return { verdict: 'linearizable', orders, steps };
}

/** A part that no order explains, as the search left it. */
interface Failing<State, Input, Output> {
  readonly part: Part<Input, Output>;
  readonly operations: readonly Operation<Input, Output>[];
  readonly furthest: Furthest<State>;
  readonly reached: readonly ReachedState<State>[];
}

function failureOf<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  { part, operations, furthest, reached }: Failing<State, Input, Output>,
  budget: Budget,
): Failure<State, Input, Output> {
  const found = { furthest, scheduled: operations, reached };
  const small = minimise(specification, part.operations, found, budget);
  return {
    keys: part.keys,
    operations: small.operations,
    minimal: small.minimal,
    context: small.context,
    longest: prefixOf(furthest, operations),
    smallest: prefixOf(small.furthest, small.scheduled),
  };
}

function prefixOf<State, Input, Output>(
  { order, stuck, states }: Furthest<State>,
  operations: readonly Operation<Input, Output>[],
): LongestPrefix<State, Input, Output> {
  const [blocked] = pick(operations, [stuck]);
  if (blocked === undefined) throw new TypeError('A search that fails is stuck at an operation.');
  return { order: pick(operations, order), stuck: blocked, states };
}

const pick = <T>(items: readonly T[], indices: readonly number[]): T[] =>
  indices.flatMap((index) => {
    const item = items[index];
    return item === undefined ? [] : [item];
  });
