import { type CallOptions, KeelsonError, lookFirst, onAbort } from '@keelson/runtime';
import type { Revision, Store, StorePath } from '@keelson/store';
import { type StoreGuard, storeGuard } from '../guard/store-guard.ts';
import type { QueueMode } from '../queue/queue-name.ts';
import type { QueueSeat } from '../queue/seat.ts';

/** A lock that is held, until `lost` trips. Give it back with `release`, or declare it with `await using`. */
export interface HeldLock extends AsyncDisposable {
  readonly name: string;
  readonly mode: QueueMode;
  /** The entry that stands for it; its last segment is the `id` that operators see. */
  readonly path: StorePath;
  /**
   * Create revision of the entry: greater than that of every earlier holder with whom this one could not have shared. Send it with
   * everything done under the lock to whatever is outside the store, and let that refuse a smaller one.
   */
  readonly fencingToken: Revision;
  /**
   * Trips once, when the lock is not held any more: `E_SESSION_EXPIRED` (before the store can give it to another), `E_FENCED`
   * (broken by an operator, or the entry was deleted) or `E_CLOSED` (released).
   */
  readonly lost: AbortSignal;
  /** Writes to the store that are done only while the lock is held. */
  readonly guard: StoreGuard;
  /** Throws `E_FENCED` unless the lock is known to be held at this instant. What happens after that instant is what `guard` is for. */
  assertHeld(): void;
  /**
   * One more handle to the same holding: the lock is given back when all of them are released. For code that is called both with
   * the lock and without. Throws `E_FENCED` where it is lost.
   */
  again(): HeldLock;
  /**
   * Gives it back: trips `lost`, then deletes the entry. Idempotent. Default time limit 5 s. Rejects with `E_TIMEOUT` or
   * `E_ABORTED` where the store does not confirm in time; it goes on trying, and the entry ends with the session at the latest.
   */
  release(options?: CallOptions): Promise<void>;
}

/** The seat of a held lock and how many handles there are to it. */
interface Holding {
  readonly seat: QueueSeat;
  handles: number;
}

/** The first handle to a seat that has its turn. */
export function heldLock(store: Store, name: string, mode: QueueMode, seat: QueueSeat): HeldLock {
  return new LockHandle(store, name, mode, { seat, handles: 0 });
}

class LockHandle implements HeldLock {
  readonly name: string;
  readonly mode: QueueMode;
  readonly path: StorePath;
  readonly fencingToken: Revision;
  readonly guard: StoreGuard;
  readonly #store: Store;
  readonly #holding: Holding;
  readonly #lost = new AbortController();
  #released: Promise<void> | undefined;

  constructor(store: Store, name: string, mode: QueueMode, holding: Holding) {
    const { path, createRevision } = holding.seat.place;
    this.name = name;
    this.mode = mode;
    this.path = path;
    this.fencingToken = createRevision;
    this.#store = store;
    this.#holding = holding;
    this.guard = storeGuard(store, [{ path, createRevision }], () => this.lost);
    holding.handles += 1;
    lookFirst(this.#lost.signal, () => holding.seat.lost.aborted);
    const release = onAbort(holding.seat.lost, (tripped) => this.#end(tripped.reason));
    onAbort(this.#lost.signal, release);
  }

  get lost(): AbortSignal {
    // Asking the seat lets it look at the clock first; what it finds has tripped this signal when the call returns.
    if (this.#holding.seat.lost.aborted) this.#end(this.#holding.seat.lost.reason);
    return this.#lost.signal;
  }

  assertHeld(): void {
    if (!this.lost.aborted) return;
    throw new KeelsonError('E_FENCED', `The lock ${this.name} is not held any more.`, {
      cause: this.#lost.signal.reason,
      details: { name: this.name, path: this.path },
    });
  }

  again(): HeldLock {
    this.assertHeld();
    return new LockHandle(this.#store, this.name, this.mode, this.#holding);
  }

  release(options: CallOptions = {}): Promise<void> {
    this.#released ??= this.#release(options);
    return this.#released;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.release();
    } catch (error) {
      // Nothing is held by now and the entry is still being deleted: no reason to hide what the block itself may have thrown.
      this.#holding.seat.note(error);
    }
  }

  async #release(options: CallOptions): Promise<void> {
    const reason = new KeelsonError('E_CLOSED', `The lock ${this.name} was released.`, {
      details: { name: this.name },
    });
    this.#end(reason);
    this.#holding.handles -= 1;
    if (this.#holding.handles === 0) await this.#holding.seat.leave(reason, options);
  }

  #end(reason: unknown): void {
    if (!this.#lost.signal.aborted) this.#lost.abort(reason);
  }
}
