import type { History, Operation, Specification } from '../src/index.ts';

/**
 * Linearizable by definition: tries every order of the operations that happened, and of every choice of those that perhaps did. For
 * histories of a handful of operations; shares nothing with the checker but the specification.
 */
export function isLinearizable<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  history: History<Input, Output>,
): boolean {
  const tryFrom = (state: State, left: readonly Operation<Input, Output>[]): boolean => {
    if (left.every(({ outcome }) => outcome === 'unknown')) return true;
    return left.some((operation) => {
      const others = left.filter((other) => other !== operation);
      // Nothing that must or may still come can have ended before this one began, unless it never happened.
      const tooLate = others.some((other) => other.outcome === 'returned' && other.returnedAt < operation.invokedAt);
      if (tooLate) return false;
      const open = others.filter(
        (other) => other.outcome === 'returned' || (other.endedAt ?? Infinity) >= operation.invokedAt,
      );
      const outcome =
        operation.outcome === 'returned'
          ? ({ known: true, output: operation.output } as const)
          : ({ known: false } as const);
      return specification.step(state, operation.input, outcome).some((next) => tryFrom(next, open));
    });
  };
  return specification.initial.some((state) => tryFrom(state, history));
}
