import type { NodeEvent } from '../wire/records.ts';

/** Told of a change of what it watches. */
export type WatchListener = (event: NodeEvent) => void;

/** How a watch goes on. `recursive` and `persistent` until removed; `data`, `exists` and `children` for one event. */
export type WatchKind = 'recursive' | 'persistent' | 'data' | 'exists' | 'children';

/** The watches that the server must be given again on a new connection. */
export type WatchSet = Readonly<Record<WatchKind, readonly string[]>>;

/** Bytes of paths in one request that sets watches again; servers refuse requests past `jute.maxbuffer`. */
const MAX_SET_BYTES = 128 * 1024;

/** Which one-shot watches an event uses up. */
const usedUpBy: Readonly<Record<NodeEvent['type'], readonly WatchKind[]>> = {
  created: ['data', 'exists'],
  'data-changed': ['data', 'exists'],
  deleted: ['data', 'exists', 'children'],
  'children-changed': ['children'],
  'watch-removed': [],
};

/** Who watches what. Paths are the server's. */
export class WatchTable {
  readonly #listeners: Readonly<Record<WatchKind, Map<string, Set<WatchListener>>>> = {
    recursive: new Map(),
    persistent: new Map(),
    data: new Map(),
    exists: new Map(),
    children: new Map(),
  };

  /** Adds a listener. */
  add(kind: WatchKind, path: string, listener: WatchListener): void {
    const known = this.#listeners[kind].get(path);
    if (known === undefined) this.#listeners[kind].set(path, new Set([listener]));
    else known.add(listener);
  }

  /** Takes a listener away; says whether it was the last on the path, of any kind. */
  remove(kind: WatchKind, path: string, listener: WatchListener): boolean {
    const known = this.#listeners[kind].get(path);
    if (known?.delete(listener) !== true) return false;
    if (known.size === 0) this.#listeners[kind].delete(path);
    return Object.values(this.#listeners).every((map) => !map.has(path));
  }

  /** Takes a listener away from every one-shot watch. */
  forget(listener: WatchListener): void {
    for (const kind of ['data', 'exists', 'children'] as const)
      for (const [path, known] of this.#listeners[kind])
        if (known.delete(listener) && known.size === 0) this.#listeners[kind].delete(path);
  }

  /** Whom to tell of an event, each once. One-shot watches are used up. */
  take(event: NodeEvent): readonly WatchListener[] {
    const listeners = new Set<WatchListener>(this.#listeners.persistent.get(event.path));
    for (const kind of usedUpBy[event.type]) {
      for (const listener of this.#listeners[kind].get(event.path) ?? []) listeners.add(listener);
      this.#listeners[kind].delete(event.path);
    }
    if (event.type !== 'children-changed' && event.type !== 'watch-removed') this.#above(event.path, listeners);
    return [...listeners];
  }

  /** Everything to be set again, in parts that fit a request. */
  sets(): WatchSet[] {
    const sets: WatchSet[] = [];
    let set = emptySet();
    let sizeBytes = 0;
    for (const kind of kinds)
      for (const path of this.#listeners[kind].keys()) {
        if (sizeBytes + path.length * 3 > MAX_SET_BYTES && sizeBytes > 0) {
          sets.push(set);
          set = emptySet();
          sizeBytes = 0;
        }
        set[kind].push(path);
        sizeBytes += path.length * 3 + 4;
      }
    return sizeBytes === 0 ? sets : [...sets, set];
  }

  #above(path: string, listeners: Set<WatchListener>): void {
    const { recursive } = this.#listeners;
    if (recursive.size === 0) return;
    for (let at = path; ; at = at.slice(0, at.lastIndexOf('/'))) {
      for (const listener of recursive.get(at === '' ? '/' : at) ?? []) listeners.add(listener);
      if (at === '' || at === '/') return;
    }
  }
}

const kinds: readonly WatchKind[] = ['data', 'exists', 'children', 'persistent', 'recursive'];

function emptySet(): Record<WatchKind, string[]> {
  return { recursive: [], persistent: [], data: [], exists: [], children: [] };
}
