import type { Operation, Outcome } from './history/operation.ts';
import { UNKNOWN_OUTCOME } from './history/operation.ts';
import type { Specification } from './specification.ts';

/** Text of any value, on one line. Never throws. */
export function textOfValue(value: unknown): string {
  try {
    return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}` : inner)) ?? String(value);
  } catch {
    return String(value);
  }
}

/** What the client learned. */
export function outcomeOf<Output>(operation: Operation<unknown, Output>): Outcome<Output> {
  return operation.outcome === 'returned' ? { known: true, output: operation.output } : UNKNOWN_OUTCOME;
}

/** The operation in the words of its specification. */
export function describeOperation<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  operation: Operation<Input, Output>,
): string {
  const outcome = outcomeOf(operation);
  if (specification.describe !== undefined) return specification.describe(operation.input, outcome);
  return `${textOfValue(operation.input)} → ${outcome.known ? textOfValue(outcome.output) : '?'}`;
}

/** The state in the words of its specification. */
export function describeState<State>(specification: Specification<State, never, never>, state: State): string {
  return specification.describeState?.(state) ?? textOfValue(specification.identify(state));
}
