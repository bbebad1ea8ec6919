import { type CallOptions, isKeelsonError, KeelsonError } from '@keelson/runtime';
import { lastSegment, type StorePath } from '@keelson/store';
import type { RecipeContext } from '../common/context.ts';
import type { QueueKind } from '../common/layout.ts';
import { checkCount, checkMetadata, checkText, limited } from '../common/limits.ts';
import { isUnknown } from '../common/persist.ts';
import { decodeRecord, encodeRecord, type Metadata, numberField } from '../common/record.ts';
import { type QueueMode, queueOrder } from '../queue/queue-name.ts';
import { QueueSeat } from '../queue/seat.ts';
import { type HeldLock, heldLock } from './held-lock.ts';

/** What is shown of a holder, and how long it waits. */
export interface AcquireOptions extends CallOptions {
  /** Why it is wanted, for people who look; at most 1,000 characters. */
  readonly reason?: string;
  /** Further facts for people who look; at most 16 KiB as JSON. */
  readonly metadata?: Metadata;
}

/** How a lock is taken. */
export interface LockOptions extends AcquireOptions {
  /** `exclusive` (default): alone. `shared`: beside others that share. A shared one waits behind an exclusive one that came first, so nobody starves. */
  readonly mode?: 'exclusive' | 'shared';
}

/** A lock by its name. */
export interface Lock {
  readonly name: string;
  /** Where it lives; its queue is below. */
  readonly path: StorePath;
  /**
   * Takes the lock, waiting in line for it: first come, first served. There is no default time limit; it waits as long as the session
   * lives. Rejects with `E_TIMEOUT` or `E_ABORTED` as the caller asked, `E_SESSION_EXPIRED` when the session is lost, `E_FENCED` when an
   * operator removed it from the queue, `E_CLOSED` when the store is closed. Whoever was rejected has left the queue.
   */
  acquire(options?: LockOptions): Promise<HeldLock>;
  /** Takes the lock if nobody is in the way; `undefined` otherwise. Where several try in the same instant, all but the first may be refused. Default time limit 5 s; rejects with `E_UNAVAILABLE` while the store is out of reach. */
  tryAcquire(options?: LockOptions): Promise<HeldLock | undefined>;
}

/** A lock with room for several. */
export interface Semaphore {
  readonly name: string;
  readonly path: StorePath;
  /** Most holders at once. */
  readonly permits: number;
  /** As `Lock.acquire`, for one permit. Rejects with `E_INVALID_ARGUMENT` where the semaphore exists with another number of permits. */
  acquire(options?: AcquireOptions): Promise<HeldLock>;
  /** As `Lock.tryAcquire`, for one permit. */
  tryAcquire(options?: AcquireOptions): Promise<HeldLock | undefined>;
}

/** The lock called `name`. Throws `E_INVALID_PATH` for a name that is no single segment of a path. */
export function lockNamed(context: RecipeContext, name: string): Lock {
  const path = context.layout.base('locks', name);
  const wish = (options: LockOptions): Wish => ({ kind: 'locks', name, mode: modeOf(options), permits: 1 });
  return {
    name,
    path,
    acquire: async (options = {}) => await acquire(context, wish(options), options),
    tryAcquire: async (options = {}) => await tryAcquire(context, wish(options), options),
  };
}

/** The semaphore called `name` with so many permits. Throws `E_INVALID_PATH` as `lockNamed` does, `E_INVALID_ARGUMENT` for a number that is none. */
export function semaphoreNamed(context: RecipeContext, name: string, permits: number): Semaphore {
  checkCount(permits, 'permits');
  const path = context.layout.base('semaphores', name);
  const wish: Wish = { kind: 'semaphores', name, mode: 'permit', permits };
  // Asked once per object: the number of permits of a semaphore does not change while it is used.
  let agreed: Promise<void> | undefined;
  const agree = async (options: CallOptions): Promise<void> => {
    agreed ??= agreeOnPermits(context, path, permits);
    try {
      await limited(context.runtime, options, () => agreed ?? Promise.resolve());
    } catch (error) {
      agreed = undefined;
      throw error;
    }
  };
  return {
    name,
    path,
    permits,
    acquire: async (options = {}) => {
      await agree(options);
      return await acquire(context, wish, options);
    },
    tryAcquire: async (options = {}) => {
      await agree(options);
      return await tryAcquire(context, wish, options);
    },
  };
}

/** What somebody wants to hold. */
interface Wish {
  readonly kind: QueueKind;
  readonly name: string;
  readonly mode: QueueMode;
  readonly permits: number;
}

function modeOf({ mode = 'exclusive' }: LockOptions): 'exclusive' | 'shared' {
  if (mode === 'exclusive' || mode === 'shared') return mode;
  throw new KeelsonError('E_INVALID_ARGUMENT', `mode must be exclusive or shared, not ${String(mode)}.`);
}

function seatFor(context: RecipeContext, wish: Wish, options: AcquireOptions, wait: boolean): QueueSeat {
  const { reason, metadata } = options;
  checkText(reason, 'reason');
  checkMetadata(metadata);
  context.session.assertAlive();
  return new QueueSeat(context, {
    queue: context.layout.queue(wish.kind, wish.name),
    mode: wish.mode,
    rule: { permits: wish.permits, wait },
    record: { ...(reason === undefined ? {} : { reason }), ...(metadata === undefined ? {} : { metadata }) },
  });
}

async function acquire(context: RecipeContext, wish: Wish, options: AcquireOptions): Promise<HeldLock> {
  const seat = seatFor(context, wish, options, true);
  await limited(context.runtime, options, (signal) => seat.until(signal));
  return heldLock(context.store, wish.name, wish.mode, seat);
}

async function tryAcquire(context: RecipeContext, wish: Wish, options: AcquireOptions): Promise<HeldLock | undefined> {
  const seat = seatFor(context, wish, options, false);
  const { timeoutMs = 5_000, signal } = options;
  const limits = signal === undefined ? { timeoutMs } : { signal, timeoutMs };
  const granted = await limited(context.runtime, limits, async (limit) => {
    // Looking first: who would be refused anyway writes nothing, and is in nobody's way meanwhile.
    const names = await context.store.children(context.layout.queue(wish.kind, wish.name), limits);
    return isInTheWay(names, wish) ? false : await seat.until(limit);
  });
  return granted ? heldLock(context.store, wish.name, wish.mode, seat) : undefined;
}

function isInTheWay(names: readonly string[], wish: Wish): boolean {
  const queue = queueOrder(names);
  if (wish.mode === 'shared') return queue.some(({ mode }) => mode === 'exclusive');
  return queue.length >= wish.permits;
}

/** Writes how many permits a semaphore has, or finds that written. */
async function agreeOnPermits(context: RecipeContext, path: StorePath, permits: number): Promise<void> {
  const { store } = context;
  try {
    await store.create(path, encodeRecord({ permits }));
    return;
  } catch (error) {
    if (!isKeelsonError(error, 'E_ALREADY_EXISTS') && !isUnknown(error)) throw error;
  }
  const entry = await store.get(path);
  const found = entry === undefined ? undefined : numberField(decodeRecord(entry.value), 'permits');
  if (found === permits) return;
  // On ZooKeeper a parent without a value may be there before its semaphore: it says nothing yet.
  if (entry !== undefined && entry.value.length === 0) {
    await store.put(path, encodeRecord({ permits }), { expect: { modifyRevision: entry.modifyRevision } });
    return;
  }
  if (entry === undefined) throw new KeelsonError('E_UNAVAILABLE', `${path} could not be set up; try again.`);
  throw new KeelsonError('E_INVALID_ARGUMENT', `${lastSegment(path)} has ${found} permits, not ${permits}.`, {
    details: { path, permits: found },
  });
}
