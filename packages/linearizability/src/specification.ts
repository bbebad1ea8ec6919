import type { Outcome } from './history/operation.ts';

/** A value that identifies a state: two states are the same exactly when these are. */
export type StateIdentity = string | number | bigint | boolean | null | undefined;

/**
 * What an object should do when its operations come one after another: the meaning of "correct" for {@link checkHistory}.
 *
 * @example
 * // A counter that answers an increment with the new count.
 * const counter: Specification<number, 'increment' | 'read', number> = {
 *   name: 'counter',
 *   initial: [0],
 *   step: (count, input, outcome) => {
 *     const next = input === 'increment' ? count + 1 : count;
 *     return !outcome.known || outcome.output === next ? [next] : [];
 *   },
 *   identify: (count) => count,
 *   readOnly: (input) => input === 'read',
 * };
 */
export interface Specification<State, Input, Output> {
  /** For messages and pictures. */
  readonly name: string;
  /** The states the object may be in at the beginning; more than one where nobody knows. */
  readonly initial: readonly State[];
  /**
   * The states the object may be in after it did `input` in `state` and answered so. None: it cannot have answered so. Several: it was
   * free to choose. With an unknown outcome every answer it could have given counts; at least one state must come out then.
   * Must be pure, and must not change `state`.
   */
  step(state: State, input: Input, outcome: Outcome<Output>): readonly State[];
  /** Different for different states, the same for the same. An identity that is too fine costs time, one that is too coarse costs the truth. */
  identify(state: State): StateIdentity;
  /**
   * The independent parts (keys) that an operation touches. Operations that share none, not even through others, are judged apart, which
   * is much faster and right because linearizability is local. Left out: everything is one part.
   */
  parts?(input: Input): string | readonly string[];
  /** True for an input that can never change any state, whatever is answered. Saves most of the work where reads are many. */
  readOnly?(input: Input): boolean;
  /** The operation as people should read it: `read x → 3`. Default: JSON. */
  describe?(input: Input, outcome: Outcome<Output>): string;
  /** The state as people should read it. Default: its identity. */
  describeState?(state: State): string;
}
