import { type Runtime, withDeadline } from '@keelson/runtime';
import type { Store, Written } from '@keelson/store';

/** A write that holds only where its entry still has the version that was read; 0: where there is none. */
interface ConditionalWrite {
  readonly path: string;
  readonly value: Uint8Array;
  readonly version: number;
}

interface Waiting {
  readonly write: ConditionalWrite;
  readonly resolve: (written: Written | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Longest time one transaction may take, in milliseconds; the store ends it, and says what became of it. */
const TIMEOUT_MS = 5_000;
/** Longest time a write may take, in milliseconds: that of its group, then its own. */
const WHOLE_TIMEOUT_MS = 3 * TIMEOUT_MS;

/**
 * Conditional writes, those that are asked for in one turn of promises in one transaction: a worker that takes over ten partitions writes
 * their in-sync sets with one request and one sync of the store's disk. Where one of them does not hold, each is tried for itself.
 */
export class GroupedWrites {
  readonly #store: Pick<Store, 'transact' | 'capabilities'>;
  readonly #runtime: Runtime;
  #waiting: Waiting[] = [];

  constructor(store: Pick<Store, 'transact' | 'capabilities'>, runtime: Runtime) {
    this.#store = store;
    this.#runtime = runtime;
  }

  /**
   * `undefined` where the entry has another version by now.
   *
   * @throws `E_ABORTED` when `signal` trips first; then it may have been written. What the store finds wrong.
   */
  write(path: string, value: Uint8Array, version: number, signal: AbortSignal): Promise<Written | undefined> {
    return withDeadline(this.#runtime, { signal }, WHOLE_TIMEOUT_MS, () => this.#enqueue({ path, value, version }));
  }

  #enqueue(write: ConditionalWrite): Promise<Written | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      // Whoever got here by the same event gets here before this is run.
      if (this.#waiting.length === 1) queueMicrotask(() => this.#sendAll());
    });
  }

  #sendAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const { maxTransactionOperations: most } = this.#store.capabilities;
    for (let at = 0; at < waiting.length; at += most) void this.#send(waiting.slice(at, at + most));
  }

  async #send(group: readonly Waiting[]): Promise<void> {
    try {
      const { succeeded, results } = await this.#store.transact(
        {
          if: group.map(({ write: { path, version } }) => ({ path, version })),
          then: group.map(({ write: { path, value } }) => ({ type: 'put', path, value })),
        },
        { timeoutMs: TIMEOUT_MS },
      );
      if (!succeeded && group.length > 1) {
        await Promise.all(group.map((one) => this.#send([one])));
        return;
      }
      for (const [index, { resolve }] of group.entries()) {
        const result = succeeded ? results[index] : undefined;
        resolve(result?.type === 'put' ? result.written : undefined);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
