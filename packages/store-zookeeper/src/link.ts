import { type CallOptions, isKeelsonError, throwIfAborted } from '@keelson/runtime';
import type { StorePath } from '@keelson/store';
import type { ZooKeeperClient } from '@keelson/zookeeper-client';
import { KnownIncarnations } from './known-incarnations.ts';
import { Turns } from './turns.ts';

/** Most paths remembered as existing. Forgetting one costs a round trip, no more. */
const MAX_HINTS = 10_000;

/** Longest wait for a server to catch up, in milliseconds. */
const CATCH_UP_TIMEOUT_MS = 60_000;

/** One connection of a store: its client, and what helps to guess right which request a write needs. */
export class Link {
  readonly client: ZooKeeperClient;
  /** Which incarnations transactions on this connection need not read again. */
  readonly incarnations: KnownIncarnations = new KnownIncarnations();
  /** Of transactions that guard the children of a path: of two at a time one would fail. */
  readonly turns: Turns = new Turns();
  readonly #existing: Set<StorePath> = new Set();
  #catchingUp: Promise<bigint> | undefined;

  constructor(client: ZooKeeperClient) {
    this.client = client;
  }

  /** Whether the path was there when it was last seen. A guess: only the server knows. */
  probablyExists(path: StorePath): boolean {
    return this.#existing.has(path);
  }

  /** Remembers whether the path is there. */
  noteExistence(path: StorePath, exists: boolean): void {
    this.#existing.delete(path);
    if (!exists) return;
    this.#existing.add(path);
    if (this.#existing.size <= MAX_HINTS) return;
    for (const oldest of this.#existing) {
      this.#existing.delete(oldest);
      return;
    }
  }

  /** Goes before reads sent right after it, so that they show every write acknowledged by now; reads of one tick share it. Gives the transaction that the server has reached. */
  catchUp(): Promise<bigint> {
    if (this.#catchingUp !== undefined) return this.#catchingUp;
    // Whoever reads has a deadline of their own; this one is nobody's.
    const catchingUp = this.client.catchUp({ timeoutMs: CATCH_UP_TIMEOUT_MS });
    this.#catchingUp = catchingUp;
    // Who shares it may have been given up by then.
    catchingUp.catch(() => {});
    process.nextTick(() => {
      this.#catchingUp = undefined;
    });
    return catchingUp;
  }

  /** Makes a read again when its connection broke under it, as soon as there is another; `E_UNAVAILABLE` where there is none to be had. */
  async reading<T>(limits: CallOptions, read: () => Promise<T>): Promise<T> {
    for (;;) {
      throwIfAborted(limits.signal);
      if (!this.client.connected) await this.client.whenConnected(limits);
      try {
        return await read();
      } catch (error) {
        // A server that is there and refuses is not asked again and again.
        if (!isKeelsonError(error, 'E_UNAVAILABLE') || this.client.connected) throw error;
      }
    }
  }
}
