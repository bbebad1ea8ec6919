/** What a key of a map holds; null stands for "no such key" in answers. */
export type MapValue = string | number | boolean;

/** A key that exists. */
export interface MapEntry {
  readonly value: MapValue;
  /** Puts since the key was created, from 1. */
  readonly version: number;
  /** Revision that created the key; 0 where revisions are not followed. */
  readonly createRevision: number;
  /** Revision of the last put; 0 where revisions are not followed. */
  readonly modRevision: number;
}

/** A map as a whole. */
export interface MapState {
  /** Revision of the last change; 0 where revisions are not followed. */
  readonly revision: number;
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly identity: string;
}

/** A state with its identity. */
export function mapState(revision: number, entries: ReadonlyMap<string, MapEntry>): MapState {
  const rows = [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { value, version, createRevision, modRevision }]) => [
      key,
      value,
      version,
      createRevision,
      modRevision,
    ]);
  return { revision, entries, identity: JSON.stringify([revision, rows]) };
}

/** A change of a map under way: all of it gets one revision, as in a transaction. */
export class MapDraft {
  readonly #before: MapState;
  readonly #next: number;
  #entries: Map<string, MapEntry> | undefined;

  /** @param counts - Whether revisions are followed. */
  constructor(before: MapState, counts: boolean) {
    this.#before = before;
    this.#next = counts ? before.revision + 1 : 0;
  }

  get(key: string): MapEntry | undefined {
    return (this.#entries ?? this.#before.entries).get(key);
  }

  put(key: string, value: MapValue): void {
    const old = this.get(key);
    const version = (old?.version ?? 0) + 1;
    const entry = { value, version, createRevision: old?.createRevision ?? this.#next, modRevision: this.#next };
    this.#writable().set(key, entry);
  }

  /** Whether there was something to delete. Nothing changes otherwise, not even the revision. */
  delete(key: string): boolean {
    return this.get(key) !== undefined && this.#writable().delete(key);
  }

  done(): MapState {
    return this.#entries === undefined ? this.#before : mapState(this.#next, this.#entries);
  }

  #writable(): Map<string, MapEntry> {
    this.#entries ??= new Map(this.#before.entries);
    return this.#entries;
  }
}
