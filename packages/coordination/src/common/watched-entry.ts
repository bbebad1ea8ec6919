import { KeelsonError, throwIfAborted } from '@keelson/runtime';
import type { Entry, Revision, Store, StorePath, WatchEvent } from '@keelson/store';

/** One entry as a watch last told it. */
export interface EntryReport {
  readonly entry: Entry | undefined;
  readonly revision: Revision;
}

/** Reduces the events of a watch to reports about the one entry at `path`; a batch that changed it twice gives the last. */
export async function* reportsOf(events: AsyncIterable<WatchEvent>, path: StorePath): AsyncGenerator<EntryReport> {
  for await (const event of events) {
    if (event.type === 'snapshot') {
      yield { entry: event.entries.find((entry) => entry.path === path), revision: event.revision };
    } else if (event.type === 'changes') {
      const change = event.changes.findLast((one) => (one.type === 'put' ? one.entry.path : one.path) === path);
      if (change !== undefined) {
        yield { entry: change.type === 'put' ? change.entry : undefined, revision: event.revision };
      }
    }
  }
}

/**
 * Waits until the entry at `path` is as `done` wants it, and gives it. With `since`, the caller knows how the entry was at that revision and
 * that `done` would not have wanted it: engines that keep history are then spared a reading. Rejects as `abortError` says when
 * `signal` trips, `E_CLOSED` when the store is closed.
 */
export async function waitForEntry(
  store: Store,
  path: StorePath,
  done: (entry: Entry | undefined) => boolean,
  signal: AbortSignal,
  since?: Revision,
): Promise<Entry | undefined> {
  const resumed = since !== undefined && store.capabilities.history ? { afterRevision: since } : {};
  const watch = store.watch(path, { signal, entryOnly: true, ...resumed });
  for await (const { entry } of reportsOf(watch, path)) if (done(entry)) return entry;
  throwIfAborted(signal);
  throw new KeelsonError('E_INTERNAL', `The watch on ${path} ended by itself.`);
}

/** Waits until one of the entries at `names` below `parent` is gone. Rejects as `waitForEntry` does. */
export async function waitForAnyGone(
  store: Store,
  parent: StorePath,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const paths = names.map((name) => `${parent}/${name}`);
  const wanted = new Set(paths);
  for await (const event of store.watch(parent, { signal })) {
    if (event.type === 'snapshot') {
      const present = new Set(event.entries.map(({ path }) => path));
      if (paths.some((path) => !present.has(path))) return;
    } else if (event.type === 'changes') {
      if (event.changes.some((change) => change.type === 'delete' && wanted.has(change.path))) return;
    }
  }
  throwIfAborted(signal);
  throw new KeelsonError('E_INTERNAL', `The watch on ${parent} ended by itself.`);
}
