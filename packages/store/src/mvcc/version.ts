import type { ByteString, KeyValue } from '../kv/backend.ts';
import { type Slab, type ValuePlace, valueAt } from './value-arena.ts';

/** One key and its newest version, which may be a tombstone. */
export interface KeyEntry {
  readonly key: ByteString;
  head: Version | undefined;
}

/**
 * One write to one key: a row of the history. Versions of a key form a chain from the newest back to the oldest kept, so that
 * the previous value of an event is one step away and compaction is cutting the chain. Numbers, not bigints, inside the engine:
 * a store that writes a million revisions a second reaches 2^53 after 285 years.
 */
export class Version implements ValuePlace {
  readonly entry: KeyEntry;
  /** Main revision: the transaction. */
  readonly main: number;
  /** Sub revision: the place among the writes of the transaction, from 0. */
  readonly sub: number;
  /** Main revision that created this incarnation of the key; 0 in a tombstone. */
  readonly create: number;
  /** Writes to this incarnation, from 1; 0 in a tombstone. */
  readonly version: number;
  /** Lease it was written under, 0n for none. */
  readonly lease: bigint;
  /** The version before; `undefined` where there was none or it was compacted. */
  previous: Version | undefined;
  slab: Slab | undefined = undefined;
  offset = 0;
  length = 0;

  constructor(entry: KeyEntry, main: number, sub: number, create: number, version: number, lease: bigint) {
    this.entry = entry;
    this.main = main;
    this.sub = sub;
    this.create = create;
    this.version = version;
    this.lease = lease;
    this.previous = entry.head;
  }

  /** Whether this version is a delete. */
  get isTombstone(): boolean {
    return this.version === 0;
  }

  /** A view of the value: to be read, never written. Empty in a tombstone. */
  get value(): Uint8Array {
    return valueAt(this);
  }
}

/** The version of a key that a reader at main revision `revision` sees; `undefined` where the key does not exist there. */
export function versionAt(entry: KeyEntry, revision: number): Version | undefined {
  let version = entry.head;
  while (version !== undefined && version.main > revision) version = version.previous;
  return version === undefined || version.version === 0 ? undefined : version;
}

/** The key-value pair of a version that is no tombstone, as the etcd model shows it. */
export function toKeyValue(version: Version): KeyValue {
  return {
    key: version.entry.key,
    value: valueAt(version),
    createRevision: BigInt(version.create),
    modRevision: BigInt(version.main),
    version: version.version,
    lease: version.lease,
  };
}
