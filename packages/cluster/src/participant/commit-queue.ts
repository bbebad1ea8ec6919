import type { Operation, StorePath } from '@keelson/store';
import type { CurrentStateBook, ReplicaDelta } from './current-state-book.ts';
import type { GuardedWriter } from './guarded-writer.ts';

/** What one finished message leaves behind. */
export interface Outcome {
  readonly deltas: readonly ReplicaDelta[];
  /** The message done with. */
  readonly message: StorePath;
  /** Messages passed on to others, for relayed transitions. */
  readonly relays: readonly Operation[];
}

interface Waiting {
  readonly outcome: Outcome;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Writes outcomes as they come, all that wait in one transaction: the current states of the resources concerned, and the
 * deletion of the messages done with. So nobody sees a message gone before its effect, and fifty replicas that finish together
 * cost one write. docs/decisions/0005-batched-current-states.md says how that differs from Helix.
 */
export class CommitQueue {
  readonly #writer: GuardedWriter;
  readonly #book: CurrentStateBook;
  #waiting: Waiting[] = [];
  #flushing = false;

  constructor(writer: GuardedWriter, book: CurrentStateBook) {
    this.#writer = writer;
    this.#book = book;
  }

  /** Resolves once the outcome is in the store. Rejects when the membership ended first, or as the store refuses it. */
  commit(outcome: Outcome): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ outcome, done, failed });
      if (!this.#flushing) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    // One turn of promises: whoever finishes at the same time goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#writer.write(this.#operationsOf(group.map(({ outcome }) => outcome)));
        for (const { done } of group) done();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    this.#flushing = false;
  }

  /** As many as surely fit: each may touch one entry per replica, its message and its relays. */
  #takeGroup(): Waiting[] {
    let size = 0;
    let count = 0;
    for (const { outcome } of this.#waiting) {
      size += outcome.deltas.length * 2 + 1 + outcome.relays.length;
      if (count > 0 && size > this.#writer.maxOperations) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  #operationsOf(outcomes: readonly Outcome[]): readonly Operation[] {
    const states = this.#book.apply(outcomes.flatMap(({ deltas }) => deltas));
    const deletions = outcomes.map(({ message }): Operation => ({ type: 'delete', path: message }));
    return [...states, ...deletions, ...outcomes.flatMap(({ relays }) => relays)];
  }
}
