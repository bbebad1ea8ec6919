import type { Change, Entry, Revision, StorePath } from '@keelson/store';

/** What was read of a path after an event about it. */
export interface Reading {
  readonly path: StorePath;
  /** `undefined`: there is nothing. */
  readonly entry: Entry | undefined;
  /** The deletion that was told of, where the server said its revision. It may have been an earlier one. */
  readonly deletedAt: Revision | undefined;
  /** A revision that the reading shows, or a later one. */
  readonly seenBy: Revision;
}

interface Known {
  readonly createRevision: Revision;
  readonly modifyRevision: Revision;
}

const revisionOf = (change: Change): Revision =>
  change.type === 'put' ? change.entry.modifyRevision : change.revision;

/**
 * Turns what is read after events into changes, each told once and in the store's order. ZooKeeper says that something has changed,
 * not what it was changed to; so a reading may be newer than its event, and newer than changes of other paths that have not been read
 * yet. Such a change is held back until everything older has been read.
 */
export class ChangeTracker {
  #known: Map<StorePath, Known> = new Map();
  #held: Change[] = [];

  /** Changes that wait for older ones. */
  get held(): number {
    return this.#held.length;
  }

  /** Whether the reader was told of an entry there. */
  knows(path: StorePath): boolean {
    return this.#known.has(path);
  }

  /** Begins again from what a snapshot tells. */
  reset(entries: Iterable<Entry>): void {
    this.#held = [];
    this.#known = new Map();
    for (const entry of entries) this.#know(entry);
  }

  /** Takes readings in; gives the changes up to `complete`, the revision up to which every change has been read. */
  take(readings: readonly Reading[], complete: Revision): readonly Change[] {
    for (const reading of readings) this.#take(reading);
    // Stable: what has one revision stays in the order of the readings, a deletion before the creation that followed it.
    this.#held.sort((a, b) => (revisionOf(a) < revisionOf(b) ? -1 : revisionOf(a) > revisionOf(b) ? 1 : 0));
    const first = this.#held.findIndex((change) => revisionOf(change) > complete);
    return this.#held.splice(0, first === -1 ? this.#held.length : first);
  }

  #take({ path, entry, deletedAt = 0n, seenBy }: Reading): void {
    const known = this.#known.get(path);
    if (entry === undefined) {
      if (known === undefined) return;
      this.#known.delete(path);
      // A deletion before what the reader was told of was another one: of this one only the reading tells.
      const revision = deletedAt > known.modifyRevision ? deletedAt : seenBy;
      this.#held.push({ type: 'delete', path, revision });
      return;
    }
    if (known?.modifyRevision === entry.modifyRevision) return;
    if (known === undefined) this.#dateBack(path, entry.createRevision);
    if (known !== undefined && known.createRevision !== entry.createRevision)
      this.#held.push({ type: 'delete', path, revision: entry.createRevision });
    this.#held.push({ type: 'put', entry });
    this.#know(entry);
  }

  /** A deletion is dated by when it was seen, which may be after the creation that followed it: it was before. */
  #dateBack(path: StorePath, createdAt: Revision): void {
    this.#held = this.#held.map((change) =>
      change.type === 'delete' && change.path === path && change.revision > createdAt
        ? { ...change, revision: createdAt }
        : change,
    );
  }

  #know({ path, createRevision, modifyRevision }: Entry): void {
    this.#known.set(path, { createRevision, modifyRevision });
  }
}
