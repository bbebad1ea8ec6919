import type { Outcome } from '../history/operation.ts';
import type { Specification } from '../specification.ts';

/** What a register holds. */
export type RegisterValue = string | number | boolean | null;

/** What can be asked of a register. `key` names one of several independent registers; left out, there is one. */
export type RegisterInput =
  | { readonly op: 'read'; readonly key?: string }
  | { readonly op: 'write'; readonly key?: string; readonly value: RegisterValue }
  /** Writes `value` if the register holds `expected`. */
  | { readonly op: 'cas'; readonly key?: string; readonly expected: RegisterValue; readonly value: RegisterValue };

/** What it answers. */
export type RegisterOutput =
  /** To a read. */
  | { readonly value: RegisterValue }
  /** To a compare-and-set: whether it was written. */
  | { readonly swapped: boolean }
  /** To a write. */
  | Readonly<Record<string, never>>;

/**
 * Registers with read, write and compare-and-set, each holding `initial` at first (default null).
 *
 * @example
 * checkHistory(registerSpecification({ initial: 0 }), [
 *   { client: 'a', input: { op: 'write', value: 1 }, invokedAt: 0, outcome: 'returned', output: {}, returnedAt: 5 },
 *   { client: 'b', input: { op: 'read' }, invokedAt: 6, outcome: 'returned', output: { value: 0 }, returnedAt: 9 },
 * ]).verdict; // not-linearizable
 */
export function registerSpecification(
  options: { readonly initial?: RegisterValue } = {},
): Specification<RegisterValue, RegisterInput, RegisterOutput> {
  return {
    name: 'register',
    initial: [options.initial ?? null],
    step,
    identify: (value) => value,
    parts: ({ key = '' }) => key,
    readOnly: ({ op }) => op === 'read',
    describe,
  };
}

function step(value: RegisterValue, input: RegisterInput, outcome: Outcome<RegisterOutput>): readonly RegisterValue[] {
  switch (input.op) {
    case 'read':
      return !outcome.known || ('value' in outcome.output && outcome.output.value === value) ? [value] : [];
    case 'write':
      return [input.value];
    case 'cas': {
      const swaps = value === input.expected;
      const agrees = !outcome.known || ('swapped' in outcome.output && outcome.output.swapped === swaps);
      if (!agrees) return [];
      return [swaps ? input.value : value];
    }
  }
}

function describe(input: RegisterInput, outcome: Outcome<RegisterOutput>): string {
  const key = input.key === undefined ? '' : ` ${input.key}`;
  const show = JSON.stringify;
  switch (input.op) {
    case 'read':
      return `read${key} → ${outcome.known && 'value' in outcome.output ? show(outcome.output.value) : '?'}`;
    case 'write':
      return `write${key} ${show(input.value)}${outcome.known ? '' : ' → ?'}`;
    case 'cas': {
      const swapped =
        outcome.known && 'swapped' in outcome.output ? (outcome.output.swapped ? 'done' : 'refused') : '?';
      return `cas${key} ${show(input.expected)} ⇒ ${show(input.value)} → ${swapped}`;
    }
  }
}
