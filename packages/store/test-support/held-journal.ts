import type { Commit } from '../src/mvcc/commit.ts';
import type { Journal } from '../src/mvcc/journal.ts';

/** A journal whose batches become durable when the test says so. */
export class HeldJournal implements Journal {
  readonly batches: (readonly Commit[])[] = [];
  closed = false;
  #pending: { resolve: () => void; reject: (error: Error) => void } | undefined;

  persist(commits: readonly Commit[]): Promise<void> {
    if (this.#pending !== undefined) throw new Error('a batch was handed over while one was being written');
    this.batches.push(commits);
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
  }

  /** The batch under way is on disk. */
  release(): void {
    this.#take().resolve();
  }

  /** The batch under way could not be written. */
  fail(error: Error): void {
    this.#take().reject(error);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  #take(): { resolve: () => void; reject: (error: Error) => void } {
    const pending = this.#pending;
    if (pending === undefined) throw new Error('no batch is being written');
    this.#pending = undefined;
    return pending;
  }
}
