import type { Change, Entry, Revision, StorePath } from '@keelson/store';
import { readRecord, type ZNRecord } from '../model/index.ts';
import { ClusterChanges } from './cluster-changes.ts';
import type { ClusterSnapshot } from './cluster-snapshot.ts';
import { MutableSnapshot } from './mutable-snapshot.ts';
import { placeRecord } from './place-record.ts';

interface OwnWrite {
  readonly value: Uint8Array;
  readonly record: ZNRecord;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/**
 * Keeps a {@link ClusterSnapshot} from what a recursive watch of the cluster's root yields. Only what changed is decoded, and
 * what changed is collected until {@link takeChanges}.
 *
 * @example
 * const mirror = new ClusterMirror('shop');
 * for await (const event of store.watch('/shop', { recursive: true })) {
 *   if (event.type === 'snapshot') mirror.reset(event.entries, event.revision);
 *   else if (event.type === 'changes') mirror.apply(event.changes, event.revision);
 * }
 */
export class ClusterMirror {
  readonly cluster: string;
  #snapshot: MutableSnapshot;
  #changes = new ClusterChanges();
  readonly #own = new Map<StorePath, OwnWrite>();

  constructor(cluster: string) {
    this.cluster = cluster;
    this.#snapshot = new MutableSnapshot(cluster);
  }

  /** The cluster as of the last event. A reset makes a new one; else it is changed in place. */
  get snapshot(): ClusterSnapshot {
    return this.#snapshot;
  }

  /** What changed since it was asked last. */
  takeChanges(): ClusterChanges {
    const taken = this.#changes;
    this.#changes = new ClusterChanges();
    return taken;
  }

  /** Whether anything changed since `takeChanges`. */
  get changed(): boolean {
    return !this.#changes.empty;
  }

  /** Whether what changed concerns every resource: an instance came or went, was enabled or disabled… */
  get changedAll(): boolean {
    return this.#changes.everything;
  }

  /** Starts over from the complete state at `revision`. */
  reset(entries: readonly Entry[], revision: Revision): void {
    this.#snapshot = new MutableSnapshot(this.cluster);
    for (const entry of entries) this.#put(entry);
    this.#snapshot.revision = revision;
    this.#changes = new ClusterChanges();
    this.#changes.markAll('ControllerChange');
  }

  /** Takes changes in, in their order, up to `revision`. */
  apply(changes: readonly Change[], revision: Revision): void {
    for (const change of changes) {
      if (change.type === 'put') this.#put(change.entry);
      else this.#delete(change.path);
    }
    this.progress(revision);
  }

  /** Nothing else changed up to `revision`. */
  progress(revision: Revision): void {
    if (revision > this.#snapshot.revision) this.#snapshot.revision = revision;
  }

  /** Tells of a record that its owner has just written, so that it need not be decoded when the watch brings it back. */
  wrote(path: StorePath, value: Uint8Array, record: ZNRecord): void {
    this.#own.set(path, { value, record });
  }

  #put(entry: Entry): void {
    const own = this.#own.get(entry.path);
    if (own !== undefined) this.#own.delete(entry.path);
    const mine = own !== undefined && sameBytes(own.value, entry.value);
    const reading = mine ? { kind: 'record' as const, record: own.record } : readRecord(entry.value);
    if (reading.kind === 'unreadable') this.#snapshot.unreadable.set(entry.path, reading.reason);
    else this.#snapshot.unreadable.delete(entry.path);
    const record = reading.kind === 'record' ? reading.record : undefined;
    placeRecord(this.#snapshot, { path: entry.path, entry, record, mine }, this.#changes);
  }

  #delete(path: StorePath): void {
    this.#snapshot.unreadable.delete(path);
    placeRecord(this.#snapshot, { path, entry: undefined, record: undefined, mine: false }, this.#changes);
  }
}
