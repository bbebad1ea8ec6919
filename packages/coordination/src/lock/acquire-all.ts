import { type CallOptions, KeelsonError, onAbort } from '@keelson/runtime';
import { compareUtf8 } from '@keelson/store';
import type { RecipeContext } from '../common/context.ts';
import { limited } from '../common/limits.ts';
import { type StoreGuard, storeGuard } from '../guard/store-guard.ts';
import type { HeldLock } from './held-lock.ts';
import { type LockOptions, lockNamed } from './lock.ts';

/** One of several locks to be held together. */
export interface LockWish extends Pick<LockOptions, 'mode' | 'reason' | 'metadata'> {
  readonly name: string;
}

/** Several locks that are held together. */
export interface HeldLocks extends AsyncDisposable {
  /** In the order in which they were taken: that of their names, by UTF-8 bytes. */
  readonly locks: readonly HeldLock[];
  /** Trips with the first of them. */
  readonly lost: AbortSignal;
  /** Writes that are done only while all of them are held. */
  readonly guard: StoreGuard;
  /** Gives all back, the last one taken first. As `HeldLock.release`. */
  release(options?: CallOptions): Promise<void>;
}

/**
 * Takes all of the locks, one after the other in the order of their names, so that two programs which both do it this way never
 * wait for each other in a circle. All or none: where one is not to be had in time, those taken are given back.
 * Throws `E_INVALID_ARGUMENT` for no lock at all, or one that is named twice.
 */
export async function acquireAll(
  context: RecipeContext,
  wishes: readonly LockWish[],
  options: CallOptions = {},
): Promise<HeldLocks> {
  const ordered = [...wishes].sort((a, b) => compareUtf8(a.name, b.name));
  const names = new Set(ordered.map(({ name }) => name));
  if (names.size === 0 || names.size < ordered.length)
    throw new KeelsonError('E_INVALID_ARGUMENT', 'Name at least one lock, and none twice.');
  const locks = ordered.map(({ name }) => lockNamed(context, name));
  const held: HeldLock[] = [];
  try {
    await limited(context.runtime, options, async (signal) => {
      for (const [index, lock] of locks.entries()) {
        const { name: _, ...wish } = ordered[index] ?? { name: '' };
        held.push(await lock.acquire(signal === undefined ? wish : { ...wish, signal }));
      }
    });
    for (const one of held) one.assertHeld();
    return heldLocks(context, held);
  } catch (error) {
    await releaseAll(held, {}).catch((failure: unknown) => {
      // They go with the session at the latest; why not all were to be had is what the caller has to know.
      context.runtime.logger.warn({ error: failure }, 'locks taken in vain were not given back properly');
    });
    throw error;
  }
}

function heldLocks(context: RecipeContext, locks: readonly HeldLock[]): HeldLocks {
  const lost = new AbortController();
  for (const lock of locks) {
    onAbort(lock.lost, (tripped) => {
      if (!lost.signal.aborted) lost.abort(tripped.reason);
    });
  }
  const signal = (): AbortSignal => {
    // Asking each lets it look at the clock first.
    for (const lock of locks) if (lock.lost.aborted && !lost.signal.aborted) lost.abort(lock.lost.reason);
    return lost.signal;
  };
  const comparisons = locks.flatMap(({ guard }) => guard.comparisons);
  return {
    locks,
    get lost() {
      return signal();
    },
    guard: storeGuard(context.store, comparisons, signal),
    release: (options = {}) => releaseAll(locks, options),
    [Symbol.asyncDispose]: async () => {
      for (const lock of locks.toReversed()) await lock[Symbol.asyncDispose]();
    },
  };
}

/** All are tried, whatever becomes of each; the first failure is what the caller is told. */
async function releaseAll(locks: readonly HeldLock[], options: CallOptions): Promise<void> {
  const outcomes = await Promise.allSettled(locks.toReversed().map((lock) => lock.release(options)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
