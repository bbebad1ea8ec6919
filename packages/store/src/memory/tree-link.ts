import { KeelsonError, type Random } from '@keelson/runtime';
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
import type { MvccBackend } from '../mvcc/index.ts';
import { FaultState } from './fault-state.ts';
import type { DelayRange } from './faults.ts';
import { LinkedWatch } from './linked-watch.ts';
import { OneWay } from './one-way.ts';

/** One life of the process that holds the tree. */
export interface TreePeer {
  /** Runs `work` there: now, once that process goes on, or never where its life is over. */
  deliver(work: (tree: MvccBackend) => void): void;
}

/** What a link did to a message because of a fault, for whoever counts. */
export type LinkEffect = 'request-dropped' | 'reply-lost' | 'message-blocked' | 'message-overtaken' | 'event-held';

/** The two ends of a link, and the time between them. */
export interface LinkEnds {
  readonly engine: string;
  readonly limits: KvBackend['limits'];
  /** Where delays are drawn from. */
  readonly random: Pick<Random, 'next'>;
  /** How long messages take where no fault is in force. */
  readonly delay: DelayRange;
  /** The clock of what lies between the ends, in milliseconds. */
  nowMs(): number;
  /** Calls `run` after so many milliseconds of that clock. */
  after(delayMs: number, run: () => void): void;
  /** Who is at the far end now; another after each restart. */
  peer(): TreePeer;
  /** Runs `work` in the client's process: now, once it goes on, or never where it has ended. */
  deliver(work: () => void): void;
  /** Told of each message that a fault struck. */
  readonly onEffect?: (effect: LinkEffect) => void;
}

/** A connection. What was sent over one that broke does not arrive. */
interface Connection {
  broken: KeelsonError | undefined;
}

/**
 * One client's connection to a tree: what a network would be, with faults on demand. Messages take time and overtake each other, wait where a direction is
 * shut, and get lost with their connection. The tree carries out a request that has arrived whether or not the client still
 * waits for it, as a server does.
 *
 * It is meant to stand under `kvStore`, which ends a call at its deadline or by its signal; here a call only ends by its answer or with the connection.
 */
export class TreeLink implements KvBackend {
  readonly engine: string;
  readonly limits: KvBackend['limits'];
  readonly #ends: LinkEnds;
  readonly #faults: FaultState;
  readonly #watches = new Set<LinkedWatch>();
  /** What fails the calls under way. */
  readonly #pending = new Set<(error: KeelsonError) => void>();
  readonly #toTree = new OneWay();
  readonly #toClient = new OneWay();
  #connection: Connection = { broken: undefined };
  #closed: KeelsonError | undefined;
  #sinceMs: number;
  #newestArrivalMs = 0;
  #held = false;

  constructor(ends: LinkEnds) {
    this.engine = ends.engine;
    this.limits = ends.limits;
    this.#ends = ends;
    this.#faults = new FaultState(ends.random, ends.delay);
    this.#sinceMs = ends.nowMs();
  }

  /** Whether the client believes to be connected. */
  get connected(): boolean {
    return this.#connection.broken === undefined && this.#closed === undefined;
  }

  get status(): KvBackend['status'] {
    return { connected: this.connected, sinceMs: this.#sinceMs };
  }

  /** Whether one direction at least is shut. */
  get partitioned(): boolean {
    return this.#toTree.shut || this.#toClient.shut;
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  range(request: RangeRequest): Promise<RangeResult> {
    return this.#call('read', (tree) => tree.range(request));
  }

  txn(request: TxnRequest): Promise<TxnResult> {
    return this.#call('write', (tree) => tree.txn(request));
  }

  grantLease(ttlMs: number): Promise<KvLease> {
    return this.#call('write', (tree) => tree.grantLease(ttlMs));
  }

  keepLeaseAlive(id: bigint): Promise<number> {
    return this.#call('read', (tree) => tree.keepLeaseAlive(id));
  }

  revokeLease(id: bigint): Promise<void> {
    return this.#call('write', (tree) => tree.revokeLease(id));
  }

  watch(request: KvWatchRequest, sink: KvWatchSink): KvWatch {
    const watch = new LinkedWatch(this, request, sink, (ended) => this.#watches.delete(ended));
    this.#watches.add(watch);
    if (this.connected) watch.connect(false);
    else queueMicrotask(() => this.#connection.broken && watch.disconnect(this.#connection.broken));
    return watch;
  }

  close(): Promise<void> {
    this.#closed ??= new KeelsonError('E_CLOSED', 'The store is closed.');
    this.#failPending(this.#closed);
    for (const watch of this.#watches) watch.cancel();
    return Promise.resolve();
  }

  /** From now on messages take so long. */
  slow(delay: DelayRange): void {
    this.#faults.delay = delay;
  }

  /** The next `count` requests are carried out, but their replies do not come. */
  loseReplies(count = 1): void {
    this.#faults.loseReplies(count);
  }

  /** The next `count` requests do not arrive. */
  dropRequests(count = 1): void {
    this.#faults.dropRequests(count);
  }

  /** Nothing passes in the directions named, and nobody is told. What is sent meanwhile arrives late, if the connection outlives the fault. */
  partition(direction: 'both' | 'to-store' | 'from-store'): void {
    if (direction !== 'from-store') this.#toTree.close();
    if (direction !== 'to-store') this.#toClient.close();
  }

  /** Breaks the connection, and the client knows at once: writes under way have an unknown outcome, watches are interrupted. */
  disconnect(error: KeelsonError): void {
    if (!this.connected) return;
    this.#sinceMs = this.#ends.nowMs();
    this.#connection.broken = error;
    this.#failPending(error);
    for (const watch of this.#watches) watch.disconnect(error);
  }

  /** Ends `disconnect`; watches go on where they were. */
  reconnect(): void {
    if (this.connected || this.#closed !== undefined) return;
    this.#sinceMs = this.#ends.nowMs();
    this.#connection = { broken: undefined };
    for (const watch of this.#watches) watch.connect(true);
  }

  /** Holds watch events back, as a reader that cannot keep up with its connection. */
  holdWatches(): void {
    this.#held = true;
  }

  /** Lets the events held back through, in order. */
  releaseWatches(): void {
    this.#held = false;
    for (const watch of this.#watches) watch.release();
  }

  /** Ends every fault that lasts, but for `disconnect`. */
  heal(): void {
    this.#faults.heal();
    // What was held back came before what waits on the way.
    this.releaseWatches();
    this.#toTree.open();
    this.#toClient.open();
  }

  /** Whether an event that has arrived now has to wait. */
  holds(): boolean {
    if (this.#held) this.#ends.onEffect?.('event-held');
    return this.#held;
  }

  /** Sends something to the tree; `arrive` runs there, unless it gets lost. */
  send(arrive: (tree: MvccBackend, peer: TreePeer) => void): void {
    const connection = this.#connection;
    const peer = this.#ends.peer();
    const delayMs = this.#faults.drawDelayMs();
    this.#noteOvertaking(delayMs);
    this.#travel(delayMs, this.#toTree, () => {
      if (connection.broken === undefined) peer.deliver((tree) => arrive(tree, peer));
    });
  }

  /** Sends something to the client, not before `earliestMs`; `arrive` runs there, unless it gets lost. Gives when it would arrive. */
  answer(arrive: () => void, earliestMs = 0): number {
    const connection = this.#connection;
    const nowMs = this.#ends.nowMs();
    let delayMs = Math.max(earliestMs - nowMs, this.#faults.drawDelayMs());
    // A difference of times may round down: then this would overtake what it is to come after.
    while (nowMs + delayMs < earliestMs) delayMs += earliestMs * Number.EPSILON;
    this.#travel(delayMs, this.#toClient, () => {
      if (connection.broken !== undefined) return;
      this.#ends.deliver(() => {
        if (connection.broken === undefined) arrive();
      });
    });
    return nowMs + delayMs;
  }

  #travel(delayMs: number, way: OneWay, arrive: () => void): void {
    const pass = (): void => {
      if (way.shut) this.#ends.onEffect?.('message-blocked');
      way.pass(arrive);
    };
    if (delayMs > 0) this.#ends.after(delayMs, pass);
    else pass();
  }

  #noteOvertaking(delayMs: number): void {
    const { onEffect } = this.#ends;
    if (onEffect === undefined) return;
    const arrivalMs = this.#ends.nowMs() + delayMs;
    if (arrivalMs < this.#newestArrivalMs) onEffect('message-overtaken');
    else this.#newestArrivalMs = arrivalMs;
  }

  #call<T>(kind: 'read' | 'write', serve: (tree: MvccBackend) => Promise<T>): Promise<T> {
    const refused = this.#closed ?? this.#connection.broken;
    if (refused !== undefined) return Promise.reject(refused);
    const fate = this.#faults.drawFate();
    if (fate !== 'served') this.#ends.onEffect?.(fate);
    return new Promise<T>((resolve, reject) => {
      const fail = (error: KeelsonError): void => reject(kind === 'read' ? error : outcomeUnknown(error));
      this.#pending.add(fail);
      if (fate === 'request-dropped') return;
      const reply = (settle: () => void): void => {
        if (fate === 'reply-lost') return;
        this.answer(() => {
          if (this.#pending.delete(fail)) settle();
        });
      };
      this.send((tree) => {
        serve(tree).then(
          (value) => reply(() => resolve(value)),
          (error: unknown) => reply(() => reject(error)),
        );
      });
    });
  }

  #failPending(error: KeelsonError): void {
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const fail of pending) fail(error);
  }
}

function outcomeUnknown(cause: KeelsonError): KeelsonError {
  return new KeelsonError('E_OUTCOME_UNKNOWN', 'The request was sent, but its reply did not come.', { cause });
}
