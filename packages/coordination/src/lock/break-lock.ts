import { KeelsonError, type Runtime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { layoutBelow } from '../common/layout.ts';
import { checkText, limitsOf } from '../common/limits.ts';
import { isUnknown } from '../common/persist.ts';
import { encodeRecord } from '../common/record.ts';
import type { QueuePlace } from '../queue/seat-record.ts';
import { describeLock, type LockQuery, queueKindOf } from './describe-lock.ts';

/** What to break, and who answers for it. */
export interface BreakLockOptions extends Omit<LockQuery, 'consistency'> {
  readonly runtime: Runtime;
  /** Who breaks it: a person, for those who ask later. */
  readonly by: string;
  /** Why. */
  readonly reason: string;
  /** Only this place (`QueuePlace.id`), holding or waiting. Default: everybody who holds it now. */
  readonly id?: string;
}

/**
 * Takes a lock away from whoever holds it: deletes the holder's entry, and writes down who did it and why, in one step. The
 * holder's `lost` trips as soon as its watch hears of it, and what it writes through `guard` is refused from this
 * instant on; but what it does elsewhere without a fencing token may go on until it hears of it.
 *
 * Gives the places taken away. Rejects with `E_NOT_FOUND` where nobody holds the lock, or nobody has that `id`, and with
 * `E_INVALID_ARGUMENT` without `by` and `reason`.
 */
export async function breakLock(name: string, options: BreakLockOptions): Promise<readonly QueuePlace[]> {
  const { store, root, kind = 'lock', id, by, reason, runtime } = options;
  checkText(by, 'by');
  checkText(reason, 'reason');
  if (by === '' || reason === '') throw new KeelsonError('E_INVALID_ARGUMENT', 'Say who breaks the lock, and why.');
  const limits = limitsOf(options);
  const found = await describeLock(name, { ...limits, store, kind, ...(root === undefined ? {} : { root }) });
  const wanted = id === undefined ? found.holders : [...found.holders, ...found.waiting].filter((one) => one.id === id);
  const broken: QueuePlace[] = [];
  for (const place of wanted) {
    const record = encodeRecord({ id: place.id, owner: place.owner, by, reason, atMs: runtime.clock.wallMs() });
    const brokenPath = layoutBelow(root).broken(queueKindOf(kind), name);
    if (await takeAway(store, place, brokenPath, record, limits)) broken.push(place);
  }
  if (broken.length > 0) return broken;
  const what = id === undefined ? 'is held by nobody' : `has nobody called ${id} in its queue`;
  throw new KeelsonError('E_NOT_FOUND', `The ${kind} ${name} ${what}.`, { details: { name, id } });
}

async function takeAway(
  store: Store,
  { path, fencingToken }: QueuePlace,
  brokenPath: string,
  record: Uint8Array,
  limits: ReturnType<typeof limitsOf>,
): Promise<boolean> {
  try {
    const result = await store.transact(
      {
        if: [{ path, createRevision: fencingToken }],
        then: [
          { type: 'delete', path },
          { type: 'put', path: brokenPath, value: record },
        ],
      },
      limits,
    );
    return result.succeeded;
  } catch (error) {
    // The name of the place is never used again, so whether it is gone tells what became of the write.
    if (!isUnknown(error)) throw error;
    return (await store.get(path)) === undefined;
  }
}
