import type { Entry, StorePath } from '@keelson/store';
import { sameContent, type ZNRecord } from '../model/index.ts';
import type { ClusterChanges } from './cluster-changes.ts';
import type { MutableSnapshot } from './mutable-snapshot.ts';

/** One entry as it is now. */
export interface PlacedRecord {
  readonly path: StorePath;
  /** Absent where it was deleted. */
  readonly entry: Entry | undefined;
  /** Absent where there is none or it cannot be read. */
  readonly record: ZNRecord | undefined;
  /** Whether it is what the mirror's owner wrote itself. */
  readonly mine: boolean;
}

/** Puts an entry of one area in its place; `rest` are the segments of its path below the area. */
export type Placer = (
  snapshot: MutableSnapshot,
  rest: readonly string[],
  placed: PlacedRecord,
  changes: ClusterChanges,
) => void;

/** A kind of record: where it is kept and its typed view. */
export interface Setting<V> {
  readonly map: Map<string, V & { readonly record: ZNRecord }>;
  readonly view: new (record: ZNRecord) => V & { readonly record: ZNRecord };
}

/** Sets or removes one record of a kind; answers whether it now says something else. */
export function setView<V>({ map, view }: Setting<V>, key: string, record: ZNRecord | undefined): boolean {
  const before = map.get(key);
  if (record === undefined) return map.delete(key);
  map.set(key, new view(record));
  return before === undefined || !sameContent(before.record, record);
}
