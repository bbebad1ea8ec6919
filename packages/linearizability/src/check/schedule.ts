import { describeOperation, outcomeOf } from '../describe.ts';
import { endOf, type Operation, type Outcome, UNKNOWN_OUTCOME } from '../history/operation.ts';
import type { Specification } from '../specification.ts';

/** No end: greater than every place in a schedule. */
export const NEVER: number = 2 ** 31 - 1;

/**
 * The operations of one part, laid out for the search. Times are replaced by places in the order of all invocations and returns. An
 * operation is *required* when it certainly took effect. Others are optional, in two groups: those with a last moment (`bounded`) and
 * those without (`unbounded`). Within its group an operation has a rank: required by invocation, bounded by end.
 */
export interface Schedule<Input, Output> {
  readonly operations: readonly Operation<Input, Output>[];
  readonly inputs: readonly Input[];
  readonly outcomes: readonly Outcome<Output>[];
  readonly required: Uint8Array;
  readonly readOnly: Uint8Array;
  readonly callPlace: Int32Array;
  /** {@link NEVER} where the operation may take effect at any time. */
  readonly endPlace: Int32Array;
  readonly rank: Int32Array;
  readonly requiredCount: number;
  /** End places of the bounded operations, ascending: by rank. */
  readonly boundedEnds: Int32Array;
  readonly unboundedCount: number;
  /** Invocations of all, and returns of the required, by place: `+(index + 1)` for an invocation, `-(index + 1)` for a return. */
  readonly entries: Int32Array;
  /** The time at each place. */
  readonly times: Float64Array;
}

/**
 * Lays out operations. Those in `leftOut` are weakened: they may or may not have happened while they ran, and what they answered is
 * forgotten. Whatever explains the whole history explains a weakened one too, so a failure of the weakened one is a failure of the whole.
 */
export function scheduleOf<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  all: readonly Operation<Input, Output>[],
  leftOut: ReadonlySet<Operation<Input, Output>> = new Set(),
): Schedule<Input, Output> {
  const isRequired = (operation: Operation<Input, Output>): boolean =>
    operation.outcome === 'returned' && !leftOut.has(operation);
  const isReadOnly = (operation: Operation<Input, Output>): boolean =>
    specification.readOnly?.(operation.input) === true;
  // What changes nothing and has told nothing, tells nothing.
  const operations = all.filter((operation) => isRequired(operation) || !isReadOnly(operation));
  const size = operations.length;
  const { callPlace, endPlace, order, times } = places(operations);
  const required = Uint8Array.from(operations, (operation) => Number(isRequired(operation)));
  const rank = new Int32Array(size);
  const indices = operations.map((_, index) => index);
  const requiredOnes = indices.filter((index) => required[index] === 1);
  const optional = indices.filter((index) => required[index] === 0);
  const bounded = optional
    .filter((index) => (endPlace[index] ?? NEVER) < NEVER)
    .sort((a, b) => (endPlace[a] ?? 0) - (endPlace[b] ?? 0));
  const unbounded = optional.filter((index) => endPlace[index] === NEVER);
  for (const group of [requiredOnes, bounded, unbounded]) for (const [at, index] of group.entries()) rank[index] = at;
  return {
    operations,
    inputs: operations.map(({ input }) => input),
    outcomes: operations.map((operation) => (isRequired(operation) ? outcomeOf(operation) : UNKNOWN_OUTCOME)),
    required,
    readOnly: Uint8Array.from(operations, (operation) => Number(isReadOnly(operation))),
    callPlace,
    endPlace,
    rank,
    requiredCount: requiredOnes.length,
    boundedEnds: Int32Array.from(bounded, (index) => endPlace[index] ?? NEVER),
    unboundedCount: unbounded.length,
    entries: order.filter((entry) => entry > 0 || required[-entry - 1] === 1),
    times,
  };
}

/** Invocations before returns where the times are equal: then the two were concurrent. */
function places(operations: readonly Operation<unknown, unknown>[]): {
  callPlace: Int32Array;
  endPlace: Int32Array;
  order: Int32Array;
  times: Float64Array;
} {
  const size = operations.length;
  const times = new Float64Array(2 * size);
  for (const [index, operation] of operations.entries()) {
    times[2 * index] = operation.invokedAt;
    times[2 * index + 1] = endOf(operation);
  }
  const sorted = Array.from(times, (_, at) => at).sort((a, b) => {
    const [left, right] = [times[a] ?? 0, times[b] ?? 0];
    // Two that never end differ by no number at all.
    if (left !== right) return left < right ? -1 : 1;
    return (a & 1) - (b & 1) || a - b;
  });
  const callPlace = new Int32Array(size);
  const endPlace = new Int32Array(size);
  const order = new Int32Array(2 * size);
  for (const [place, at] of sorted.entries()) {
    const index = at >> 1;
    const isEnd = (at & 1) === 1;
    order[place] = isEnd ? -(index + 1) : index + 1;
    if (!isEnd) callPlace[index] = place;
    else endPlace[index] = times[at] === Number.POSITIVE_INFINITY ? NEVER : place;
  }
  return { callPlace, endPlace, order, times: Float64Array.from(sorted, (at) => times[at] ?? 0) };
}

/** @throws TypeError where a specification breaks its promise about unknown outcomes. */
export function assertTotal<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  operation: Operation<Input, Output> | undefined,
  states: readonly State[],
): void {
  if (states.length > 0 || operation === undefined) return;
  throw new TypeError(
    `Specification ${specification.name} gives no state for ${describeOperation(specification, operation)} with an unknown outcome.`,
  );
}
