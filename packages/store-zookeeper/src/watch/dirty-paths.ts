import type { Revision, StorePath } from '@keelson/store';

/** A path of which an event told that it has changed. */
export interface DirtyPath {
  /** A revision before the change: what had been seen when the event came, as events come before what shows their change. */
  readonly after: Revision;
  /** The revision of the deletion, where the event was one and the server said it. */
  readonly deletedAt: Revision | undefined;
}

/** Paths that have changed and have not been read since; each once, however often it changed. */
export class DirtyPaths {
  #paths: Map<StorePath, DirtyPath> = new Map();

  get size(): number {
    return this.#paths.size;
  }

  /** Notes a change. The earliest lower bound and the latest deletion count. */
  add(path: StorePath, after: Revision, deletedAt: Revision | undefined): void {
    const known = this.#paths.get(path);
    this.#paths.set(path, { after: known?.after ?? after, deletedAt: deletedAt ?? known?.deletedAt });
  }

  /** Takes all. */
  take(): ReadonlyMap<StorePath, DirtyPath> {
    const taken = this.#paths;
    this.#paths = new Map();
    return taken;
  }

  /** The revision up to which nothing here can have changed; `newest` where there is nothing. */
  completeUpTo(newest: Revision): Revision {
    let complete = newest;
    for (const { after } of this.#paths.values()) if (after < complete) complete = after;
    return complete;
  }
}
