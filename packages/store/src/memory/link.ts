import {
  anySignal,
  type CallOptions,
  DEFAULT_TIMEOUT_MS,
  isKeelsonError,
  KeelsonError,
  type Runtime,
  sleep,
  withDeadline,
} from '@keelson/runtime';
import type {
  KvBackend,
  KvLease,
  KvWatch,
  KvWatchRequest,
  KvWatchSink,
  RangeRequest,
  RangeResult,
  TxnRequest,
  TxnResult,
} from '../kv/backend.ts';
import { leaseOfOwner } from '../kv/entry.ts';
import type { MvccBackend } from '../mvcc/index.ts';
import type { Session } from '../session.ts';
import { FaultState } from './fault-state.ts';
import type { DelayRange, MemoryFaults } from './faults.ts';
import { LinkedWatch } from './linked-watch.ts';

const cut = (): KeelsonError => new KeelsonError('E_UNAVAILABLE', 'The link to the tree in memory is cut.');

/**
 * One client's connection to a tree in memory: what a network would be, with faults on demand. The tree carries out a request that
 * has arrived whether or not the client still waits for it, as a server does.
 */
export class MemoryLink implements KvBackend, MemoryFaults {
  readonly engine: string;
  readonly limits: KvBackend['limits'];
  readonly #tree: MvccBackend;
  readonly #runtime: Runtime;
  readonly #state: FaultState;
  readonly #watches = new Set<LinkedWatch>();
  readonly #closed = new AbortController();
  /** Trips with the connection; a new one for each. */
  #connection = new AbortController();
  #sinceMs: number;
  #held = false;

  constructor(tree: MvccBackend, runtime: Runtime) {
    this.engine = tree.engine;
    this.limits = tree.limits;
    this.#tree = tree;
    this.#runtime = runtime;
    this.#state = new FaultState(runtime);
    this.#sinceMs = runtime.clock.monotonicMs();
  }

  get connected(): boolean {
    return !this.#connection.signal.aborted && !this.#closed.signal.aborted;
  }

  get status(): KvBackend['status'] {
    return { connected: this.connected && this.#tree.status.connected, sinceMs: this.#sinceMs };
  }

  range(request: RangeRequest, options: CallOptions = {}): Promise<RangeResult> {
    return this.#call('read', options, () => this.#tree.range(request));
  }

  txn(request: TxnRequest, options: CallOptions = {}): Promise<TxnResult> {
    return this.#call('write', options, () => this.#tree.txn(request));
  }

  grantLease(ttlMs: number, options: CallOptions = {}): Promise<KvLease> {
    return this.#call('write', options, () => this.#tree.grantLease(ttlMs));
  }

  keepLeaseAlive(id: bigint, options: CallOptions = {}): Promise<number> {
    return this.#call('read', options, () => this.#tree.keepLeaseAlive(id));
  }

  revokeLease(id: bigint, options: CallOptions = {}): Promise<void> {
    return this.#call('write', options, () => this.#tree.revokeLease(id));
  }

  watch(request: KvWatchRequest, sink: KvWatchSink): KvWatch {
    const parts = { tree: this.#tree, runtime: this.#runtime, faults: this.#state, held: this.#held };
    const watch = new LinkedWatch(parts, request, sink, (ended) => this.#watches.delete(ended));
    this.#watches.add(watch);
    if (this.connected) watch.connect(false);
    else queueMicrotask(() => !this.connected && watch.disconnect(cut()));
    return watch;
  }

  close(): Promise<void> {
    this.#closed.abort(new KeelsonError('E_CLOSED', 'The store is closed.'));
    for (const watch of this.#watches) watch.cancel();
    return Promise.resolve();
  }

  delay(time: number | DelayRange): void {
    this.#state.delay = time;
  }

  loseReplies(count = 1): void {
    this.#state.loseReplies(count);
  }

  dropRequests(count = 1): void {
    this.#state.dropRequests(count);
  }

  disconnect(): void {
    if (!this.connected) return;
    this.#sinceMs = this.#runtime.clock.monotonicMs();
    const error = cut();
    this.#connection.abort(error);
    for (const watch of this.#watches) watch.disconnect(error);
  }

  reconnect(): void {
    if (this.connected || this.#closed.signal.aborted) return;
    this.#sinceMs = this.#runtime.clock.monotonicMs();
    this.#connection = new AbortController();
    for (const watch of this.#watches) watch.connect(true);
  }

  holdWatches(): void {
    this.#held = true;
    for (const watch of this.#watches) watch.hold();
  }

  releaseWatches(): void {
    this.#held = false;
    for (const watch of this.#watches) watch.release();
  }

  async expireSession(session: Session): Promise<void> {
    const lease = leaseOfOwner(session.id);
    if (lease === undefined) throw new KeelsonError('E_INVALID_ARGUMENT', 'No session of a memory store.');
    await this.#tree.revokeLease(lease);
  }

  async compact(): Promise<bigint> {
    const { revision } = this.#tree;
    await this.#tree.compact(revision);
    return revision;
  }

  heal(): void {
    this.#state.heal();
    this.releaseWatches();
    this.reconnect();
  }

  async #call<T>(kind: 'read' | 'write', options: CallOptions, serve: () => Promise<T>): Promise<T> {
    if (this.#closed.signal.aborted) throw this.#closed.signal.reason;
    const connection = this.#connection.signal;
    if (connection.aborted) throw cut();
    using signal = anySignal(options.signal, connection, this.#closed.signal);
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const reply = this.#exchange(connection, serve);
    try {
      return await withDeadline(this.#runtime, { signal, timeoutMs }, timeoutMs, () => reply);
    } catch (error) {
      const gaveUp = signal.aborted || isKeelsonError(error, 'E_TIMEOUT');
      if (kind === 'read' || !gaveUp) throw error;
      throw new KeelsonError('E_OUTCOME_UNKNOWN', 'The request was sent, but its reply did not come.', {
        cause: error,
      });
    }
  }

  /** What the tree and the wires do; never settles where the reply is lost. */
  async #exchange<T>(connection: AbortSignal, serve: () => Promise<T>): Promise<T> {
    const fate = this.#state.drawFate();
    await this.#travel();
    if (fate === 'request-dropped' || connection.aborted) return await lost();
    try {
      return await serve();
    } finally {
      if (fate === 'reply-lost' || connection.aborted) await lost();
      await this.#travel();
    }
  }

  async #travel(): Promise<void> {
    const delayMs = this.#state.drawDelayMs();
    if (delayMs > 0) await sleep(this.#runtime, delayMs, { background: true });
  }
}

/** What never comes. Who waits for it has a deadline. */
function lost(): Promise<never> {
  return new Promise(() => {});
}
