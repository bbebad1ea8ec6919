/** What every operation of a history says, however it ended. */
export interface Invocation<Input> {
  /** Who called: a client, process or thread. Only for people: one client may have several operations under way. */
  readonly client: string | number;
  /** What was asked. */
  readonly input: Input;
  /**
   * When it was asked: before the call left the client. Any unit, any zero, but one clock for the whole history; a counter of events
   * does as well. An operation that returns at the very moment at which another is invoked counts as concurrent with it.
   */
  readonly invokedAt: number;
}

/** An operation of which the client got an answer. It took effect once, between `invokedAt` and `returnedAt`. */
export interface ReturnedOperation<Input, Output> extends Invocation<Input> {
  readonly outcome: 'returned';
  /** What was answered. */
  readonly output: Output;
  /** When the answer had reached the client. */
  readonly returnedAt: number;
}

/**
 * An operation of which the client never learned how it ended: a time-out, a lost reply, a crash. It took effect once or not at all.
 * (An operation that certainly did not happen does not belong into a history.)
 */
export interface UnknownOperation<Input> extends Invocation<Input> {
  readonly outcome: 'unknown';
  /** It did not take effect later than this. Without it, it may take effect at any time after `invokedAt`: a late packet, a queue. */
  readonly endedAt?: number;
}

/** One operation of a history. Plain data: a history can be kept as JSON. */
export type Operation<Input, Output> = ReturnedOperation<Input, Output> | UnknownOperation<Input>;

/** A history: the operations of all clients, in any order. */
export type History<Input, Output> = readonly Operation<Input, Output>[];

/** What a specification is told of an operation's answer. */
export type Outcome<Output> = { readonly known: true; readonly output: Output } | { readonly known: false };

/** The answer nobody saw. */
export const UNKNOWN_OUTCOME: { readonly known: false } = Object.freeze({ known: false });

/** A record that is no history: an answer to nothing, an end before its beginning, a time that is no number. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  /** Which entry of the record is wrong, counted from 0. */
  readonly index: number;

  constructor(message: string, index: number) {
    super(message);
    this.index = index;
  }
}

/** When the operation can take effect at the latest; infinite where nobody knows. */
export function endOf(operation: Operation<unknown, unknown>): number {
  return operation.outcome === 'returned' ? operation.returnedAt : (operation.endedAt ?? Number.POSITIVE_INFINITY);
}

/**
 * Looks at the times of a history.
 *
 * @throws HistoryError where an operation ends before it begins or a time is no finite number.
 */
export function assertHistory(history: History<unknown, unknown>): void {
  for (const [index, operation] of history.entries()) {
    const end = endOf(operation);
    const told = operation.outcome === 'returned' || operation.endedAt !== undefined;
    if (!Number.isFinite(operation.invokedAt) || (told && !Number.isFinite(end)))
      throw new HistoryError(`Operation ${index} has a time that is no finite number.`, index);
    if (end < operation.invokedAt)
      throw new HistoryError(`Operation ${index} ends at ${end}, before it begins at ${operation.invokedAt}.`, index);
  }
}
