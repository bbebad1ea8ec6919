import type { Entry, Revision, StorePath, WatchEvent } from '@keelson/store';

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
