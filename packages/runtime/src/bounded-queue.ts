import { abortError, onAbort } from './abort.ts';
import { KeelsonError } from './error.ts';

/** What a full queue does with one item more. */
export type OverflowPolicy = 'drop-oldest' | 'drop-newest' | 'close';

/** How a bounded queue is set up. */
export interface BoundedQueueOptions {
  /** Most items held. At least 1. */
  readonly capacity: number;
  /**
   * `drop-oldest`: keeps the newest items. `drop-newest`: refuses the item. `close`: forgets all and ends the reader with
   * `E_TOO_LARGE`, for readers that must know of a gap. Default `close`.
   */
  readonly overflow?: OverflowPolicy;
}

interface Waiter<T> {
  readonly resolve: (item: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A queue between a producer that must not wait and readers that may: memory stays bounded. Closing lets the readers take what
 * is left, then ends them; closing with an error ends them with it at once.
 *
 * @example
 * const queue = new BoundedQueue<string>({ capacity: 100 });
 * queue.push('a');
 * for await (const item of queue) use(item);
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #overflow: OverflowPolicy;
  #items: IteratorYieldResult<T>[] = [];
  readonly #waiters: Set<Waiter<T>> = new Set();
  #closed = false;
  #error: unknown;
  #dropped = 0;

  constructor(options: BoundedQueueOptions) {
    if (!Number.isInteger(options.capacity) || options.capacity < 1)
      throw new KeelsonError('E_INVALID_ARGUMENT', `capacity must be a whole number from 1, not ${options.capacity}.`);
    this.#capacity = options.capacity;
    this.#overflow = options.overflow ?? 'close';
  }

  /** Items held now. */
  get size(): number {
    return this.#items.length;
  }

  /** Items lost to the overflow policy so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether `close` was called or an overflow closed it. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Adds an item without waiting. Says whether it was taken: not after `close`, nor where the policy refuses it. */
  push(item: T): boolean {
    if (this.#closed) return false;
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter);
      waiter.resolve({ value: item, done: false });
      return true;
    }
    if (this.#items.length < this.#capacity) {
      this.#items.push({ value: item, done: false });
      return true;
    }
    return this.#overflowed(item);
  }

  /** The next item, waiting for it; `done` once the queue is closed and empty. Rejects with the error it was closed with, or as `abortError` says. */
  take(options: { readonly signal?: AbortSignal } = {}): Promise<IteratorResult<T, undefined>> {
    if (options.signal?.aborted === true) return Promise.reject(abortError(options.signal));
    const first = this.#items.shift();
    if (first !== undefined) return Promise.resolve(first);
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#closed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => {
      const waiter: Waiter<T> = {
        resolve: (item) => {
          removeListener();
          resolve(item);
        },
        reject: (error) => {
          removeListener();
          reject(error);
        },
      };
      this.#waiters.add(waiter);
      const removeListener = onAbort(options.signal, (signal) => {
        this.#waiters.delete(waiter);
        reject(abortError(signal));
      });
    });
  }

  /** Takes everything held now, without waiting. */
  drain(): T[] {
    const items = this.#items;
    this.#items = [];
    return items.map((item) => item.value);
  }

  /** Ends the queue. With an error: what is held is forgotten and readers reject with it. Idempotent; the first call counts. */
  close(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#error = error;
    if (error !== undefined) this.#items = [];
    for (const waiter of this.#waiters) {
      if (error === undefined) waiter.resolve({ value: undefined, done: true });
      else waiter.reject(error);
    }
    this.#waiters.clear();
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: () => this.take(),
      return: () => {
        this.close();
        this.#items = [];
        return Promise.resolve({ value: undefined, done: true });
      },
    };
  }

  #overflowed(item: T): boolean {
    this.#dropped += 1;
    if (this.#overflow === 'drop-newest') return false;
    if (this.#overflow === 'drop-oldest') {
      this.#items.shift();
      this.#items.push({ value: item, done: false });
      return true;
    }
    this.#dropped += this.#items.length;
    this.close(
      new KeelsonError('E_TOO_LARGE', `The reader was more than ${this.#capacity} items behind.`, {
        details: { capacity: this.#capacity },
      }),
    );
    return false;
  }
}
