import { type CallOptions, DEFAULT_TIMEOUT_MS, KeelsonError, type Runtime, throwIfAborted } from '@keelson/runtime';
import type {
  ByteString,
  KvBackend,
  KvLease,
  KvOperation,
  KvWatchRequest,
  KvWatchSink,
  RangeRequest,
  RangeResult,
  TxnRequest,
} from '../kv/backend.ts';
import type { Commit } from './commit.ts';
import { CommitPipeline } from './commit-pipeline.ts';
import { type Applied, MvccEngine } from './engine.ts';
import { isReadOnly } from './execution.ts';
import { DEFAULT_HISTORY_LIMITS, type HistoryLimits, historyCut } from './history-limits.ts';
import type { Journal } from './journal.ts';
import type { KvHash } from './kv-hash.ts';
import { LeaseSweeper } from './lease-sweeper.ts';
import type { LeaseStatus } from './lease-table.ts';
import type { MvccOperationResult, MvccTxnResult } from './operation-result.ts';
import { evacuateSome } from './value-evacuation.ts';
import { WatchHub } from './watch-hub.ts';
import type { MvccWatch } from './watcher.ts';

/** How a backend runs its engine. */
export interface MvccBackendOptions {
  readonly runtime: Runtime;
  /** `memory` unless said otherwise. */
  readonly engineName?: string;
  /** An engine already filled, as recovery does. Default: an empty one. */
  readonly engine?: MvccEngine;
  /** Where commits become durable. Default: nowhere; a commit then counts as durable at once. */
  readonly journal?: Journal;
  /** How much history is kept. */
  readonly history?: Partial<HistoryLimits>;
  /** Shortest ttl granted, in milliseconds; asking for less gets this. Default 1. */
  readonly minLeaseTtlMs?: number;
  /** Longest time past its ttl a lease may be seen to live, in milliseconds, as `limits` declares it. Default 0. */
  readonly leaseExpiryLagMs?: number;
}

/** What there is to know about a backend besides its data. */
export interface MvccStatus {
  /** Newest durable main revision: what a read answers from. */
  readonly revision: bigint;
  /** -1 where nothing was compacted yet. */
  readonly compactRevision: bigint;
  /** Keys, deleted ones whose history is kept included. */
  readonly keys: number;
  readonly leases: number;
  readonly watches: number;
  /** Size on disk, in bytes; of the values in memory where there is no disk. */
  readonly sizeBytes: number;
  readonly sizeInUseBytes: number;
  /** Why it takes no more writes; absent while it does. */
  readonly failure?: KeelsonError;
}

/**
 * The etcd model in this process: `KvBackend`, and what else an endpoint of the etcd API needs. Reads answer from the newest durable
 * revision, writes and watch events are released when their commit is durable, so nothing that is shown can be lost.
 * Values in answers and events are views of the engine's memory: read them, never write into them, copy what you keep for long.
 */
export class MvccBackend implements KvBackend {
  readonly engine: string;
  readonly limits: KvBackend['limits'];
  readonly #runtime: Runtime;
  readonly #core: MvccEngine;
  readonly #pipeline: CommitPipeline;
  readonly #hub: WatchHub;
  readonly #sweeper: LeaseSweeper;
  readonly #journal: Journal | undefined;
  readonly #historyLimits: HistoryLimits;
  #durableRevision: number;
  #evacuationCursor: ByteString | undefined;
  #connectedSinceMs: number;
  #closed: Promise<void> | undefined;

  constructor(options: MvccBackendOptions) {
    const { runtime } = options;
    const core = options.engine ?? new MvccEngine();
    this.engine = options.engineName ?? 'memory';
    this.limits = {
      maxValueBytes: core.limits.maxValueBytes,
      maxTransactionOperations: core.limits.maxTransactionOperations,
      minLeaseTtlMs: options.minLeaseTtlMs ?? 1,
      leaseExpiryLagMs: options.leaseExpiryLagMs ?? 0,
    };
    this.#runtime = runtime;
    this.#core = core;
    this.#journal = options.journal;
    this.#historyLimits = { ...DEFAULT_HISTORY_LIMITS, ...options.history };
    this.#durableRevision = core.revision;
    this.#connectedSinceMs = runtime.clock.monotonicMs();
    this.#pipeline = new CommitPipeline(runtime, options.journal, core.sequence, {
      onDurable: (commits) => this.#onDurable(commits),
      onFailure: (error) => this.#onFailure(error),
    });
    this.#hub = new WatchHub({ runtime, history: core.history, durableRevision: () => this.#durableRevision });
    this.#sweeper = new LeaseSweeper(
      runtime,
      () => core.nextLeaseDeadlineMs,
      (nowMs) => this.#expireLeases(nowMs),
    );
    this.#sweeper.rearm();
  }

  get status(): KvBackend['status'] {
    const connected = this.#closed === undefined && this.#pipeline.failure === undefined;
    return { connected, sinceMs: this.#connectedSinceMs };
  }

  /** Newest durable main revision. */
  get revision(): bigint {
    return BigInt(this.#durableRevision);
  }

  /** Facts for an operator, or for etcd's Maintenance.Status. */
  describe(): MvccStatus {
    const { history } = this.#core;
    const size = this.#journal?.sizeBytes?.();
    const failure = this.#pipeline.failure;
    return {
      revision: this.revision,
      compactRevision: BigInt(history.compactRevision),
      keys: history.index.size,
      leases: this.#core.leaseIds(this.#nowMs()).length,
      watches: this.#hub.size,
      sizeBytes: size?.totalBytes ?? history.arena.allocatedBytes,
      sizeInUseBytes: size?.usedBytes ?? history.arena.liveBytes,
      ...(failure === undefined ? {} : { failure }),
    };
  }

  async range(request: RangeRequest, options: CallOptions = {}): Promise<RangeResult> {
    return this.readRange(request, options);
  }

  /** `range` at once: memory holds everything. */
  readRange(request: RangeRequest, options: CallOptions = {}): RangeResult {
    this.#assertOpen(options);
    return this.#core.range(request, this.#durableRevision);
  }

  async txn(request: TxnRequest, options: CallOptions = {}): Promise<MvccTxnResult> {
    const result = await this.execute({ type: 'txn', request }, options);
    if (result.type !== 'txn') throw new KeelsonError('E_INTERNAL', 'A transaction gave no transaction result.');
    return result.result;
  }

  /** Carries out one operation of any kind; resolves when it is durable. Rejects with `details.reason` of `MvccReason`. */
  async execute(operation: KvOperation, options: CallOptions = {}): Promise<MvccOperationResult> {
    if (isReadOnly(operation)) {
      this.#assertOpen(options);
      return this.#core.read(operation, this.#durableRevision);
    }
    return this.#write(options, () => this.#core.execute(operation, this.#nowMs()));
  }

  watch(request: KvWatchRequest, sink: KvWatchSink): MvccWatch {
    this.#assertOpen({});
    return this.#hub.watch(request, sink);
  }

  /** `id` chooses the lease's id; absent or 0: a random positive one. Rejects with `E_ALREADY_EXISTS` where it is taken. */
  async grantLease(ttlMs: number, options: CallOptions & { readonly id?: bigint } = {}): Promise<KvLease> {
    return this.#write(options, () => {
      const id = options.id || this.#freeLeaseId();
      const lease: KvLease = { id, ttlMs: Math.max(ttlMs, this.limits.minLeaseTtlMs) };
      const commit = this.#core.grantLease(lease, this.#nowMs());
      this.#sweeper.rearm();
      return { result: lease, commit };
    });
  }

  async keepLeaseAlive(id: bigint, options: CallOptions = {}): Promise<number> {
    return this.#write(
      options,
      () => ({ result: this.#core.renewLease(id, this.#nowMs()), commit: undefined }),
      'none',
    );
  }

  async revokeLease(id: bigint, options: CallOptions = {}): Promise<void> {
    return this.#write(options, () => ({ result: undefined, commit: this.#core.revokeLease(id, this.#nowMs()) }));
  }

  /** What is left of a lease, and its keys. Rejects with `E_SESSION_EXPIRED` where it is gone. */
  async leaseStatus(id: bigint, options: CallOptions = {}): Promise<LeaseStatus> {
    return this.#write(options, () => ({ result: this.#core.leaseStatus(id, this.#nowMs()), commit: undefined }));
  }

  /** Ids of all leases, in order of granting. */
  async leases(options: CallOptions = {}): Promise<readonly bigint[]> {
    return this.#write(options, () => ({ result: this.#core.leaseIds(this.#nowMs()), commit: undefined }));
  }

  /** Forgets the history below `revision`, for good once this resolves. Rejects with reason `compacted` or `future-revision`. */
  async compact(revision: bigint, options: CallOptions = {}): Promise<void> {
    return this.#write(options, () => ({ result: undefined, commit: this.#compact(Number(revision)) }));
  }

  /** Hash of all history kept up to `revision` (0: the newest), as etcd's HashKV computes it. */
  hash(revision = 0n): KvHash {
    this.#assertOpen({});
    return this.#core.hash(Number(revision), this.#durableRevision);
  }

  /** A consistent copy of the store, in chunks. Throws `E_UNSUPPORTED` where there is no disk. */
  snapshot(): AsyncIterable<Uint8Array> {
    this.#assertOpen({});
    if (this.#journal?.snapshot === undefined)
      throw new KeelsonError('E_UNSUPPORTED', 'A store in memory has no snapshot. Use the embedded store.');
    return this.#journal.snapshot();
  }

  /** Gives unused space back to the file system. Does nothing where there is no disk. */
  async defragment(): Promise<void> {
    this.#assertOpen({});
    await this.#journal?.defragment?.();
  }

  /** Waits for the writes under way, ends watches, stops leases from expiring. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#connectedSinceMs = this.#nowMs();
    this.#sweeper.stop();
    await this.#pipeline.close();
    this.#hub.close();
  }

  /** Applies a change and waits until it is durable. So does what it saw and what it refused: both rest on the newest state, which may not be durable yet either. */
  async #write<T>(options: CallOptions, apply: () => Applied<T>, wait: 'durable' | 'none' = 'durable'): Promise<T> {
    this.#assertOpen(options);
    const failure = this.#pipeline.failure;
    if (failure !== undefined) throw failure;
    let applied: Applied<T>;
    try {
      applied = apply();
    } catch (error) {
      await this.#pipeline.whenDurable(options, DEFAULT_TIMEOUT_MS);
      throw error;
    }
    if (applied.commit !== undefined) this.#pipeline.append(applied.commit);
    if (wait === 'durable') await this.#pipeline.whenDurable(options, DEFAULT_TIMEOUT_MS);
    return applied.result;
  }

  #onDurable(commits: readonly Commit[]): void {
    const last = commits.at(-1);
    if (last === undefined) return;
    this.#durableRevision = last.revision;
    this.#hub.publish(commits);
    this.#keepHistoryBounded();
  }

  #onFailure(error: KeelsonError): void {
    this.#connectedSinceMs = this.#nowMs();
    this.#sweeper.stop();
    this.#runtime.logger.error({ error }, 'The journal failed; the store takes no more writes.');
    this.#hub.interrupt(error);
  }

  #expireLeases(nowMs: number): void {
    if (this.#closed !== undefined || this.#pipeline.failure !== undefined) return;
    for (const commit of this.#core.expireLeases(nowMs)) this.#pipeline.append(commit);
  }

  #keepHistoryBounded(): void {
    const cut = historyCut(this.#core.history, this.#historyLimits, this.#durableRevision);
    if (cut !== undefined) this.#pipeline.append(this.#compact(cut));
    this.#evacuationCursor = evacuateSome(this.#core.history, this.#evacuationCursor);
  }

  #compact(revision: number): Commit {
    return this.#core.compact(revision, this.#durableRevision);
  }

  #freeLeaseId(): bigint {
    for (;;) {
      let id = 0n;
      for (const byte of this.#runtime.random.bytes(8)) id = (id << 8n) | BigInt(byte);
      id = BigInt.asUintN(63, id);
      if (id !== 0n && !this.#core.hasLease(id, this.#nowMs())) return id;
    }
  }

  #assertOpen(options: CallOptions): void {
    if (this.#closed !== undefined) throw new KeelsonError('E_CLOSED', 'The store is closed.');
    throwIfAborted(options.signal);
  }

  #nowMs(): number {
    return this.#runtime.clock.monotonicMs();
  }
}
