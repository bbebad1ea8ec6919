import type { Entry, StorePath, WatchEvent } from '@keelson/store';

/** The entries that a watch has told of, by path. */
export type Mirror = ReadonlyMap<StorePath, Entry>;

/** The entries after one more event of the watch. */
export function mirrorAfter(mirror: Mirror, event: WatchEvent): Mirror {
  if (event.type === 'snapshot') return new Map(event.entries.map((entry) => [entry.path, entry]));
  if (event.type !== 'changes') return mirror;
  const next = new Map(mirror);
  for (const change of event.changes) {
    if (change.type === 'put') next.set(change.entry.path, change.entry);
    else next.delete(change.path);
  }
  return next;
}

/** Follows a watch: what there is after each of its events that changed something. */
export async function* mirrored(events: AsyncIterable<WatchEvent>): AsyncGenerator<Mirror> {
  let mirror: Mirror = new Map();
  for await (const event of events) {
    const next = mirrorAfter(mirror, event);
    if (next === mirror) continue;
    mirror = next;
    yield mirror;
  }
}
