import { KeelsonError } from '@keelson/runtime';
import { isBelow, parentPath } from '../path.ts';
import type { StorePath } from '../port.ts';
import type { Change, WatchOptions } from '../watch.ts';
import type { KeyRange, KvEvent } from './backend.ts';
import { entryOf } from './entry.ts';
import type { KeySpace } from './key-space.ts';

/** How far down a watch looks: its path alone, the direct children too, or everything below. */
export type WatchDepth = 'entry' | 'children' | 'all';

/** The depth that `options` ask for. Throws `E_INVALID_ARGUMENT` where they contradict themselves. */
export function depthOf({ recursive = false, entryOnly = false }: WatchOptions): WatchDepth {
  if (recursive && entryOnly)
    throw new KeelsonError('E_INVALID_ARGUMENT', 'A watch is either recursive or of the entry alone.');
  if (entryOnly) return 'entry';
  return recursive ? 'all' : 'children';
}

/** What a watch covers. */
export class WatchScope {
  readonly path: StorePath;
  readonly depth: WatchDepth;
  readonly #keys: KeySpace;

  constructor(keys: KeySpace, path: StorePath, depth: WatchDepth) {
    this.path = path;
    this.depth = depth;
    this.#keys = keys;
  }

  covers(path: StorePath): boolean {
    if (path === this.path || this.depth === 'entry') return path === this.path;
    return this.depth === 'all' ? isBelow(path, this.path) : parentPath(path) === this.path;
  }

  /** The keys that have to be watched. */
  get range(): KeyRange {
    return this.depth === 'entry' ? { key: this.#keys.keyOf(this.path) } : this.#keys.watched(this.path);
  }

  /** The changes among `events` that the watch covers, in their order. */
  changesOf(events: readonly KvEvent[]): Change[] {
    const changes: Change[] = [];
    for (const { type, kv } of events) {
      const path = this.#keys.pathOf(kv.key);
      if (path === undefined || !this.covers(path)) continue;
      changes.push(type === 'put' ? { type, entry: entryOf(path, kv) } : { type, path, revision: kv.modRevision });
    }
    return changes;
  }
}
