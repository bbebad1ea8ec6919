import type { Revision, Store, StorePath } from '@keelson/store';
import { reportsOf } from '../common/watched-entry.ts';

/** What to observe. */
export interface ObserveLeaderOptions {
  readonly store: Store;
  /** The entry that names the leader. */
  readonly path: StorePath;
  /** Ends the observation; the iteration finishes without an error. */
  readonly signal?: AbortSignal;
}

/** The leader of a path at some moment. */
export interface ObservedLeader {
  readonly value: Uint8Array;
  readonly fencingToken: Revision;
  /** Id of the leader's session. */
  readonly owner: string | undefined;
}

/**
 * Yields who leads `path`, now and at every change; `undefined` while nobody does. Throws `E_INVALID_PATH` at once, `E_CLOSED` when
 * the store is closed. While the store is out of reach nothing is yielded and the last answer may be stale.
 */
export async function* observeLeader(options: ObserveLeaderOptions): AsyncGenerator<ObservedLeader | undefined> {
  const { store, path, signal } = options;
  const watch = store.watch(path, signal === undefined ? { entryOnly: true } : { signal, entryOnly: true });
  let last: Revision | undefined;
  for await (const { entry } of reportsOf(watch, path)) {
    if (last !== undefined && last === (entry?.modifyRevision ?? 0n)) continue;
    last = entry?.modifyRevision ?? 0n;
    yield entry === undefined
      ? undefined
      : { value: entry.value, fencingToken: entry.createRevision, owner: entry.owner };
  }
}
