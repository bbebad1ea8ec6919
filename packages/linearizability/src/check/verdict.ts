import type { Operation } from '../history/operation.ts';
import type { GaveUp } from './budget.ts';

/** What {@link checkHistory} found. */
export type Verdict<State, Input, Output> =
  | Linearizable<Input, Output>
  | NotLinearizable<State, Input, Output>
  | Undecided;

/** There is an order that explains everything. */
export interface Linearizable<Input, Output> {
  readonly verdict: 'linearizable';
  /** Such an order for each independent part. Operations of unknown outcome stand in it where it needs them to have happened. */
  readonly orders: readonly PartOrder<Input, Output>[];
  /** Steps of the specification that the check took. */
  readonly steps: number;
}

/** An order in which the operations of one part may have taken effect. */
export interface PartOrder<Input, Output> {
  /** Keys of the part; empty where the specification knows no parts. */
  readonly keys: readonly string[];
  readonly order: readonly Operation<Input, Output>[];
}

/** No order explains it. */
export interface NotLinearizable<State, Input, Output> {
  readonly verdict: 'not-linearizable';
  /** One for each part that fails; the one with the fewest operations first. */
  readonly failures: readonly [Failure<State, Input, Output>, ...Failure<State, Input, Output>[]];
  readonly steps: number;
}

/** The limits were reached before there was a verdict; no part that was judged to the end failed. */
export interface Undecided {
  readonly verdict: 'unknown';
  readonly reason: GaveUp;
  /** Keys of each part without a verdict. */
  readonly undecided: readonly (readonly string[])[];
  readonly steps: number;
}

/** Why one part of a history is not linearizable. */
export interface Failure<State, Input, Output> {
  /** Keys of the part; empty where the specification knows no parts. */
  readonly keys: readonly string[];
  /**
   * The smallest failing part: operations that no order explains, by invocation, even where every other operation of the history
   * may have happened or not while it ran, with any answer. Without any one of them, there is an explanation. It is a failing history of its own.
   * (In histories of more than 400 operations, what ended before these began is not told from any other way to where it may have led.)
   */
  readonly operations: readonly Operation<Input, Output>[];
  /** False where the limits were reached before each operation had been tried: then it may still hold more than is needed. */
  readonly minimal: boolean;
  /** Other operations that ran at the time of the failing part, for the picture. */
  readonly context: readonly Operation<Input, Output>[];
  /** The furthest that an order of the whole part came. */
  readonly longest: LongestPrefix<State, Input, Output>;
  /** The same for the smallest failing part, with the rest of the history left out but not forgotten. */
  readonly smallest: LongestPrefix<State, Input, Output>;
}

/** The longest linearizable prefix and where it got stuck. */
export interface LongestPrefix<State, Input, Output> {
  /** Operations in an order that the specification allows. */
  readonly order: readonly Operation<Input, Output>[];
  /** It had returned by then, and could have taken effect in none of the orders that come so far. */
  readonly stuck: Operation<Input, Output>;
  /** States the object may have been in when it could not, the first 16. */
  readonly states: readonly State[];
}
