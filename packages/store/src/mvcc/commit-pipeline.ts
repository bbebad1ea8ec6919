import { abortError, type CallOptions, KeelsonError, onAbort, type Runtime, type TimerHandle } from '@keelson/runtime';
import type { Commit } from './commit.ts';
import type { Journal } from './journal.ts';
import { mvccError } from './mvcc-error.ts';

/** What a pipeline tells its owner. */
export interface CommitPipelineListener {
  /** These commits, and with them all before, are on stable storage. Never called again before it has returned. */
  onDurable(commits: readonly Commit[]): void;
  /** The journal failed; nothing will become durable any more. */
  onFailure(error: KeelsonError): void;
}

interface Waiter {
  readonly sequence: number;
  readonly deadlineMs: number;
  settle(error: KeelsonError | undefined): void;
}

/**
 * Group commit. One batch is with the journal at a time; what is committed meanwhile makes the next one, so a thousand writers
 * share a sync and a single one never waits for company. Without a journal a commit is durable at once.
 */
export class CommitPipeline {
  readonly #runtime: Pick<Runtime, 'clock' | 'timers'>;
  readonly #journal: Journal | undefined;
  readonly #listener: CommitPipelineListener;
  readonly #waiters = new Set<Waiter>();
  #queue: Commit[] = [];
  #writing: Promise<void> | undefined;
  #announcing = false;
  #appendedSequence: number;
  #durableSequence: number;
  #failure: KeelsonError | undefined;
  #timer: { readonly dueMs: number; readonly handle: TimerHandle } | undefined;

  constructor(
    runtime: Pick<Runtime, 'clock' | 'timers'>,
    journal: Journal | undefined,
    sequence: number,
    listener: CommitPipelineListener,
  ) {
    this.#runtime = runtime;
    this.#journal = journal;
    this.#listener = listener;
    this.#appendedSequence = sequence;
    this.#durableSequence = sequence;
  }

  /** Why nothing can be written any more; `undefined` while all is well. */
  get failure(): KeelsonError | undefined {
    return this.#failure;
  }

  append(commit: Commit): void {
    this.#appendedSequence = commit.sequence;
    this.#queue.push(commit);
    if (this.#journal === undefined) this.#announceAll();
    else if (this.#writing === undefined) this.#writing = this.#write(this.#journal);
  }

  /**
   * Resolves when everything appended before the call is durable. Rejects with `E_OUTCOME_UNKNOWN` when that is not known in time
   * or the journal fails, with `E_ABORTED` when the signal trips: in each case the write may become durable still.
   */
  whenDurable(options: CallOptions, defaultMs: number): Promise<void> {
    const sequence = this.#appendedSequence;
    if (sequence <= this.#durableSequence) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(outcomeUnknown(this.#failure));
    const timeoutMs = options.timeoutMs ?? defaultMs;
    return new Promise((resolve, reject) => {
      let removeListener = (): void => {};
      const waiter: Waiter = {
        sequence,
        deadlineMs: this.#runtime.clock.monotonicMs() + timeoutMs,
        settle: (error) => {
          removeListener();
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      this.#waiters.add(waiter);
      removeListener = onAbort(options.signal, (signal) => this.#settle(waiter, abortError(signal)));
      this.#armTimer(waiter.deadlineMs);
    });
  }

  /** Waits for what is under way, then closes the journal. Nothing may be appended any more. */
  async close(): Promise<void> {
    await this.#writing;
    this.#timer?.handle.cancel();
    for (const waiter of this.#waiters)
      this.#settle(waiter, outcomeUnknown(new KeelsonError('E_CLOSED', 'The store was closed.')));
    await this.#journal?.close();
  }

  async #write(journal: Journal): Promise<void> {
    // One turn of the microtask queue lets everything committed by the same piece of work share the first sync.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) {
        const batch = this.#queue;
        this.#queue = [];
        await journal.persist(batch);
        this.#announce(batch);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#writing = undefined;
    }
  }

  /** A listener may commit again from within; that commit is announced after this one, so the order holds. */
  #announceAll(): void {
    if (this.#announcing) return;
    this.#announcing = true;
    try {
      while (this.#queue.length > 0) {
        const batch = this.#queue;
        this.#queue = [];
        this.#announce(batch);
      }
    } finally {
      this.#announcing = false;
    }
  }

  #announce(batch: readonly Commit[]): void {
    this.#durableSequence = batch.at(-1)?.sequence ?? this.#durableSequence;
    this.#listener.onDurable(batch);
    for (const waiter of this.#waiters) {
      // In order of sequence, as a set keeps the order of adding.
      if (waiter.sequence > this.#durableSequence) break;
      this.#settle(waiter, undefined);
    }
  }

  #fail(cause: unknown): void {
    this.#failure = mvccError('journal-failed', {}, cause);
    for (const waiter of this.#waiters) this.#settle(waiter, outcomeUnknown(this.#failure));
    this.#listener.onFailure(this.#failure);
  }

  #settle(waiter: Waiter, error: KeelsonError | undefined): void {
    if (this.#waiters.delete(waiter)) waiter.settle(error);
  }

  /** One timer for all waiters: a timer each would cost more than the write. */
  #armTimer(dueMs: number): void {
    if (this.#timer !== undefined && this.#timer.dueMs <= dueMs) return;
    this.#timer?.handle.cancel();
    const delayMs = Math.max(0, dueMs - this.#runtime.clock.monotonicMs());
    const handle = this.#runtime.timers.after(Math.ceil(delayMs), () => this.#onTimer(), { background: true });
    this.#timer = { dueMs, handle };
  }

  #onTimer(): void {
    this.#timer = undefined;
    const nowMs = this.#runtime.clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiters) {
      if (waiter.deadlineMs <= nowMs) this.#settle(waiter, outcomeUnknown(undefined));
      else nextMs = Math.min(nextMs, waiter.deadlineMs);
    }
    if (nextMs !== Number.POSITIVE_INFINITY) this.#armTimer(nextMs);
  }
}

function outcomeUnknown(cause: unknown): KeelsonError {
  const options = cause === undefined ? {} : { cause };
  return new KeelsonError('E_OUTCOME_UNKNOWN', 'The write was taken, but it is not known to be on disk.', options);
}
