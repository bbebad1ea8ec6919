import type { ByteString } from '../kv/backend.ts';
import type { History } from './history.ts';

/** Keys looked at in one step: a fraction of a millisecond. */
const STEP_KEYS = 500;

/**
 * Moves values out of slabs that are mostly holes, a few keys at a time. Takes the key to go on from and gives the next one;
 * `undefined` means that there is nothing to do, or that a round through all keys is complete.
 */
export function evacuateSome(history: History, from: ByteString | undefined): ByteString | undefined {
  const { arena, index } = history;
  if (from === undefined && !arena.wantsEvacuation) return undefined;
  let seen = 0;
  let next: ByteString | undefined;
  index.scan({ start: from ?? '', end: undefined }, (entry) => {
    if (seen === STEP_KEYS) {
      next = entry.key;
      return false;
    }
    seen += 1;
    for (let version = entry.head; version !== undefined; version = version.previous) arena.relocate(version);
    return true;
  });
  return next;
}
