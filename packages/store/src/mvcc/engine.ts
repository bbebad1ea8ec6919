import type { ByteString, KvOperation, RangeRequest, RangeResult } from '../kv/backend.ts';
import type { Commit, Compaction, LeaseGrant, RevisionId } from './commit.ts';
import { compactHistory } from './compaction.ts';
import { Execution, isReadOnly, type WriteAccess } from './execution.ts';
import { History, type StoredVersion } from './history.ts';
import { hashHistory, type KvHash } from './kv-hash.ts';
import { type LeaseStatus, LeaseTable } from './lease-table.ts';
import { mvccError } from './mvcc-error.ts';
import { checkOperation, type OperationLimits } from './operation-check.ts';
import type { MvccOperationResult } from './operation-result.ts';
import { type ReadView, readRange } from './range-read.ts';

/** A result, and the commit that must become durable before anybody may learn of it; no commit where nothing was written. */
export interface Applied<T> {
  readonly result: T;
  readonly commit: Commit | undefined;
}

/** What was on disk, for `MvccEngine.restore`. */
export interface StoredState {
  /** Every version kept, in order of revision; some that compaction dropped may still be among them. */
  readonly versions: Iterable<StoredVersion>;
  readonly leases: Iterable<LeaseGrant>;
  /** -1 where nothing was compacted. */
  readonly compactRevision: number;
}

/** Limits of an engine that does not say otherwise: etcd's. */
export const DEFAULT_OPERATION_LIMITS: OperationLimits = {
  maxValueBytes: 1_572_864,
  maxTransactionOperations: 128,
};

/**
 * The etcd data model, pure and synchronous: no clock, no chance, no input or output. Every change is applied in memory at once and
 * described by a commit; who runs the engine makes commits durable and lets nobody see a revision before its commit is. For that
 * every read says at which revision it stands.
 */
export class MvccEngine {
  readonly history: History = new History();
  readonly limits: OperationLimits;
  readonly #leases = new LeaseTable();
  #sequence = 0;

  constructor(limits: OperationLimits = DEFAULT_OPERATION_LIMITS) {
    this.limits = limits;
  }

  /**
   * An engine as it was: every key, all history down to the last compaction, and every lease with its full ttl again, as after a
   * restart nobody knows how long it was silent. `dropped` are versions that may be erased from disk.
   */
  static restore(
    state: StoredState,
    nowMs: number,
    limits: OperationLimits = DEFAULT_OPERATION_LIMITS,
  ): { readonly engine: MvccEngine; readonly dropped: readonly RevisionId[] } {
    const engine = new MvccEngine(limits);
    const { history } = engine;
    for (const version of state.versions) history.restore(version);
    history.revision = Math.max(history.revision, state.compactRevision);
    const dropped = state.compactRevision < 0 ? [] : compactHistory(history, state.compactRevision);
    for (const lease of state.leases) engine.#leases.grant(lease, nowMs);
    history.index.scan({ start: '', end: undefined }, ({ key, head }) => {
      if (head !== undefined && !head.isTombstone) engine.#leases.move(key, 0n, head.lease);
      return true;
    });
    return { engine, dropped };
  }

  /** Main revision of the newest write; 1 in a new store. */
  get revision(): number {
    return this.history.revision;
  }

  /** Number of the last commit; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** When a lease may end next, in monotonic milliseconds. */
  get nextLeaseDeadlineMs(): number | undefined {
    return this.#leases.nextDeadlineMs;
  }

  /** Answers a range as of `revision`. Throws `empty-key`, `future-revision` or `compacted`. */
  range(request: RangeRequest, revision: number): RangeResult {
    if (request.key === '') throw mvccError('empty-key');
    return readRange(this.#viewAt(revision), request);
  }

  /** Answers an operation that writes nothing as of `revision`. */
  read(operation: KvOperation, revision: number): MvccOperationResult {
    if (!isReadOnly(operation)) throw new TypeError('Only a read-only operation can be answered from the past.');
    checkOperation(operation, this.limits);
    return new Execution(this.#viewAt(revision), refusingWrites).run(operation);
  }

  /** Carries out an operation against the newest state: whole, or not at all where it throws. */
  execute(operation: KvOperation, nowMs: number): Applied<MvccOperationResult> {
    checkOperation(operation, this.limits);
    const access = new HistoryAccess(this.history, this.#leases, nowMs);
    const result = new Execution(this.#viewAt(this.revision), access).run(operation);
    return { result, commit: this.#commitWrites({}) };
  }

  /** Throws `lease-exists` or `lease-ttl-too-large`. */
  grantLease(grant: LeaseGrant, nowMs: number): Commit {
    this.#leases.grant(grant, nowMs);
    return this.#commit({ grantedLease: grant });
  }

  /** Ends a lease and deletes its keys, in order, in one revision; no revision where it has none. Throws `lease-not-found`. */
  revokeLease(id: bigint, nowMs: number): Commit {
    const access = new HistoryAccess(this.history, this.#leases, nowMs);
    for (const key of this.#leases.remove(id)) access.delete(key);
    return this.#commitWrites({ revokedLease: id }) ?? this.#commit({ revokedLease: id });
  }

  /** Revokes every lease whose ttl has passed: one commit each, as etcd does. */
  expireLeases(nowMs: number): readonly Commit[] {
    return this.#leases.takeExpired(nowMs).map((id) => this.revokeLease(id, nowMs));
  }

  /** Starts a lease's ttl again; gives the ttl in milliseconds. Throws `lease-not-found`. */
  renewLease(id: bigint, nowMs: number): number {
    return this.#leases.renew(id, nowMs);
  }

  /** Throws `lease-not-found`. */
  leaseStatus(id: bigint, nowMs: number): LeaseStatus {
    return this.#leases.status(id, nowMs);
  }

  /** Whether the lease is there and its ttl has not passed. */
  hasLease(id: bigint, nowMs: number): boolean {
    return this.#leases.isAlive(id, nowMs);
  }

  /** Ids of the leases, in order of granting. */
  leaseIds(nowMs: number): readonly bigint[] {
    return this.#leases.ids(nowMs);
  }

  /**
   * Forgets the history below `revision`, which may not be above `newestRevision`. A read at `revision` itself, and a watch from it,
   * stay possible. Throws `compacted` where that was done before, `future-revision` where it is too new.
   */
  compact(revision: number, newestRevision: number): Commit {
    if (revision > newestRevision) throw mvccError('future-revision', { revision });
    const compactRevision = this.history.compactRevision;
    if (revision <= compactRevision) throw mvccError('compacted', { revision, compactRevision });
    const compaction: Compaction = { revision, dropped: compactHistory(this.history, revision) };
    return this.#commit({ compaction });
  }

  /** Hash of all history kept up to `revision`, equal to etcd's for the same history. Throws `future-revision` or `compacted`. */
  hash(revision: number, newestRevision: number): KvHash {
    return hashHistory(this.history, revision, newestRevision);
  }

  #viewAt(revision: number): ReadView {
    return { index: this.history.index, revision, compactRevision: this.history.compactRevision };
  }

  #commitWrites(parts: Partial<Commit>): Commit | undefined {
    const versions = this.history.takePending();
    return versions.length === 0 ? undefined : this.#commit({ ...parts, versions });
  }

  #commit(parts: Partial<Commit>): Commit {
    this.#sequence += 1;
    return { versions: [], ...parts, sequence: this.#sequence, revision: this.revision };
  }
}

/** Writes go to the history; leases follow the keys. */
class HistoryAccess implements WriteAccess {
  readonly #history: History;
  readonly #leases: LeaseTable;
  readonly #nowMs: number;

  constructor(history: History, leases: LeaseTable, nowMs: number) {
    this.#history = history;
    this.#leases = leases;
    this.#nowMs = nowMs;
  }

  get writes(): number {
    return this.#history.pendingWrites;
  }

  isLeaseAlive(id: bigint): boolean {
    return this.#leases.isAlive(id, this.#nowMs);
  }

  put(key: ByteString, value: Uint8Array, lease: bigint): void {
    const previous = this.#history.put(key, value, lease);
    this.#leases.move(key, previous?.lease ?? 0n, lease);
  }

  delete(key: ByteString): void {
    const previous = this.#history.delete(key);
    this.#leases.move(key, previous?.lease ?? 0n, 0n);
  }
}

const refusingWrites: WriteAccess = {
  writes: 0,
  isLeaseAlive: () => false,
  put: () => {
    throw new TypeError('A read-only operation tried to write.');
  },
  delete: () => {
    throw new TypeError('A read-only operation tried to write.');
  },
};
