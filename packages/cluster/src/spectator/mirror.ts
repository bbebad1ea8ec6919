import type { Entry, StorePath, WatchEvent } from '@keelson/store';

/** The entries below a path, kept by a watch. */
export type Mirror = ReadonlyMap<StorePath, Entry>;

/** What a watch event did to a mirror. */
export interface MirrorStep {
  readonly mirror: Mirror;
  /** Paths that changed, were added or went. */
  readonly changed: ReadonlySet<StorePath>;
}

/** The mirror after an event. Pure. An event without news answers the same mirror. */
export function stepMirror(mirror: Mirror, event: WatchEvent): MirrorStep {
  if (event.type === 'snapshot') return fromSnapshot(mirror, event.entries);
  if (event.type !== 'changes') return { mirror, changed: new Set() };
  const next = new Map(mirror);
  const changed = new Set<StorePath>();
  for (const change of event.changes) {
    if (change.type === 'put') next.set(change.entry.path, change.entry);
    else next.delete(change.path);
    changed.add(change.type === 'put' ? change.entry.path : change.path);
  }
  return { mirror: next, changed };
}

function fromSnapshot(before: Mirror, entries: readonly Entry[]): MirrorStep {
  const mirror = new Map(entries.map((entry) => [entry.path, entry]));
  const changed = new Set<StorePath>();
  for (const path of before.keys()) if (!mirror.has(path)) changed.add(path);
  for (const { path, modifyRevision } of entries) {
    if (before.get(path)?.modifyRevision !== modifyRevision) changed.add(path);
  }
  return { mirror, changed };
}
