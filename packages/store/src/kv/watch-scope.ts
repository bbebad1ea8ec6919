import { isBelow, parentPath } from '../path.ts';
import type { StorePath } from '../port.ts';
import type { Change } from '../watch.ts';
import type { KvEvent } from './backend.ts';
import { entryOf } from './entry.ts';
import type { KeySpace } from './key-space.ts';

/** What a watch covers: its path and the direct children, or everything below. */
export class WatchScope {
  readonly path: StorePath;
  readonly recursive: boolean;
  readonly #keys: KeySpace;

  constructor(keys: KeySpace, path: StorePath, recursive: boolean) {
    this.path = path;
    this.recursive = recursive;
    this.#keys = keys;
  }

  covers(path: StorePath): boolean {
    return path === this.path || (this.recursive ? isBelow(path, this.path) : parentPath(path) === this.path);
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
