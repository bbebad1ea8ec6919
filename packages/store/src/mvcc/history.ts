import type { ByteString } from '../kv/backend.ts';
import { KeyIndex } from './key-index.ts';
import { RevisionLog } from './revision-log.ts';
import { ValueArena } from './value-arena.ts';
import { Version } from './version.ts';

/** What one version costs besides its value, in bytes: an object of thirteen words, its place in the log, and a share of the rest. */
const VERSION_OVERHEAD_BYTES = 128;

/** A version as it was kept on disk. */
export interface StoredVersion {
  readonly key: ByteString;
  readonly main: number;
  readonly sub: number;
  readonly create: number;
  /** 0 in a tombstone. */
  readonly version: number;
  readonly lease: bigint;
  readonly value: Uint8Array;
}

/** Every version of every key that can still be asked for, and the main revision they add up to. */
export class History {
  readonly index: KeyIndex = new KeyIndex();
  readonly log: RevisionLog = new RevisionLog();
  readonly arena: ValueArena = new ValueArena();
  /** Main revision of the newest finished transaction. A new store is at 1, as etcd's is. */
  revision = 1;
  /** History below it is gone. -1 where nothing was compacted yet, as etcd has it. */
  compactRevision = -1;
  #pending: Version[] = [];
  #supersededBytes = 0;

  /** Writes of the transaction under way. */
  get pendingWrites(): number {
    return this.#pending.length;
  }

  /** Memory held by versions that are not the newest of their key, in bytes: what compaction could give back. */
  get supersededBytes(): number {
    return this.#supersededBytes;
  }

  /** Writes a key at the next revision; gives the version it supersedes, if the key existed. */
  put(key: ByteString, value: Uint8Array, lease: bigint): Version | undefined {
    const entry = this.index.ensure(key);
    const previous = entry.head === undefined || entry.head.isTombstone ? undefined : entry.head;
    const main = this.revision + 1;
    const version = new Version(
      entry,
      main,
      this.#pending.length,
      previous?.create ?? main,
      (previous?.version ?? 0) + 1,
      lease,
    );
    this.arena.store(value, version);
    this.#append(version);
    return previous;
  }

  /** Deletes a key at the next revision; gives the version it supersedes. Does nothing where the key does not exist. */
  delete(key: ByteString): Version | undefined {
    const entry = this.index.get(key);
    const previous = entry?.head;
    if (entry === undefined || previous === undefined || previous.isTombstone) return undefined;
    this.#append(new Version(entry, this.revision + 1, this.#pending.length, 0, 0, 0n));
    return previous;
  }

  /** Ends the transaction: its writes become one revision. Gives them; none, and no revision, where it wrote nothing. */
  takePending(): readonly Version[] {
    const written = this.#pending;
    if (written.length === 0) return written;
    this.#pending = [];
    this.revision += 1;
    return written;
  }

  /** Adds a version read from disk. They must come in order of revision. */
  restore(stored: StoredVersion): void {
    const entry = this.index.ensure(stored.key);
    const version = new Version(entry, stored.main, stored.sub, stored.create, stored.version, stored.lease);
    this.arena.store(stored.value, version);
    this.#link(version);
    this.revision = Math.max(this.revision, stored.main);
  }

  /** Cuts the chain behind `version`; gives what was cut off. */
  cutBehind(version: Version): Version | undefined {
    const dropped = version.previous;
    if (dropped === undefined) return undefined;
    version.previous = undefined;
    this.#supersededBytes -= dropped.length + VERSION_OVERHEAD_BYTES;
    this.arena.free(dropped);
    return dropped;
  }

  /** Forgets a key whose newest version is `tombstone`; `false` where the key was written again. */
  forget(tombstone: Version): boolean {
    const { entry } = tombstone;
    if (entry.head !== tombstone) return false;
    entry.head = undefined;
    this.index.remove(entry.key);
    return true;
  }

  #append(version: Version): void {
    this.#pending.push(version);
    this.#link(version);
  }

  #link(version: Version): void {
    const superseded = version.previous;
    if (superseded !== undefined) this.#supersededBytes += superseded.length + VERSION_OVERHEAD_BYTES;
    version.entry.head = version;
    this.log.append(version);
  }
}
