import {
  anySignal,
  type CallOptions,
  DEFAULT_TIMEOUT_MS,
  isKeelsonError,
  KeelsonError,
  type Random,
  seededRandom,
  type VirtualRuntime,
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
} from '@keelson/store';
import type { MvccBackend } from '@keelson/store/mvcc';
import { type SimulatedProcess, seedFor } from './simulated-process.ts';
import type { SimulatedServer } from './simulated-server.ts';
import { SimulatedWatch } from './simulated-watch.ts';

/** How long messages take, in milliseconds; each one draws anew, so requests overtake each other. */
export interface DelayRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** What a link is made of. */
export interface SimulatedLinkOptions {
  readonly world: VirtualRuntime;
  readonly process: SimulatedProcess;
  readonly server: SimulatedServer;
  readonly delay: DelayRange;
  /** After how long without an answer the client takes a connection for dead, in milliseconds of its own clock. Default 2,000. */
  readonly silenceMs?: number;
  /** How long it waits before it connects again, in milliseconds. Default 100. */
  readonly reconnectMs?: number;
}

const cut = (why: string): KeelsonError => new KeelsonError('E_UNAVAILABLE', `The connection to the store ${why}.`);

/** One direction of a link. */
class OneWay {
  #blocked = false;
  #waiting: (() => void)[] = [];

  get blocked(): boolean {
    return this.#blocked;
  }

  block(): void {
    this.#blocked = true;
  }

  open(): void {
    this.#blocked = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const arrive of waiting) arrive();
  }

  pass(arrive: () => void): void {
    if (this.#blocked) this.#waiting.push(arrive);
    else arrive();
  }
}

/**
 * The way of one process to the store: a connection, over which messages take time and can get lost in either direction, and which
 * the client may take for alive while it is not. What has been sent arrives whether or not the sender still runs.
 */
export class SimulatedLink implements KvBackend {
  readonly engine: string;
  readonly limits: KvBackend['limits'];
  readonly #parts: SimulatedLinkOptions;
  readonly #random: Random;
  readonly #watches = new Set<SimulatedWatch>();
  readonly #closed = new AbortController();
  #connection = new AbortController();
  #sinceMs = 0;
  #delay: DelayRange;
  readonly #toStore = new OneWay();
  readonly #fromStore = new OneWay();
  #loseReplies = 0;
  #dropRequests = 0;
  #heldWatches = false;

  constructor(parts: SimulatedLinkOptions) {
    const { backend } = parts.server;
    this.engine = backend.engine;
    this.limits = backend.limits;
    this.#parts = parts;
    this.#random = seededRandom(
      seedFor(parts.world.seed, `link of ${parts.process.name}#${parts.process.incarnation}`),
    );
    this.#delay = parts.delay;
    parts.server.onRestart(() => this.#breakConnection('was reset by a restart of the store'));
  }

  /** Whether the client believes to be connected. */
  get connected(): boolean {
    return !this.#connection.signal.aborted && !this.#closed.signal.aborted;
  }

  get status(): KvBackend['status'] {
    return { connected: this.connected, sinceMs: this.#sinceMs };
  }

  get heldWatches(): boolean {
    return this.#heldWatches;
  }

  range(request: RangeRequest, options: CallOptions = {}): Promise<RangeResult> {
    return this.#call('read', options, (tree) => tree.range(request));
  }

  txn(request: TxnRequest, options: CallOptions = {}): Promise<TxnResult> {
    return this.#call('write', options, (tree) => tree.txn(request));
  }

  grantLease(ttlMs: number, options: CallOptions = {}): Promise<KvLease> {
    return this.#call('write', options, (tree) => tree.grantLease(ttlMs));
  }

  keepLeaseAlive(id: bigint, options: CallOptions = {}): Promise<number> {
    return this.#call('read', options, (tree) => tree.keepLeaseAlive(id));
  }

  revokeLease(id: bigint, options: CallOptions = {}): Promise<void> {
    return this.#call('write', options, (tree) => tree.revokeLease(id));
  }

  watch(request: KvWatchRequest, sink: KvWatchSink): KvWatch {
    const watch = new SimulatedWatch({ ...this.#parts, link: this }, request, sink, (ended) =>
      this.#watches.delete(ended),
    );
    this.#watches.add(watch);
    if (this.connected) watch.connect(false);
    else queueMicrotask(() => !this.connected && watch.disconnect(cut('is down')));
    return watch;
  }

  close(): Promise<void> {
    this.#closed.abort(new KeelsonError('E_CLOSED', 'The store is closed.'));
    for (const watch of this.#watches) watch.cancel();
    return Promise.resolve();
  }

  /** From now on messages take so long. */
  slow(delay: DelayRange): void {
    this.#delay = delay;
  }

  /** The next `count` requests are carried out, but their replies do not come. */
  loseReplies(count: number): void {
    this.#loseReplies += count;
  }

  /** The next `count` requests do not arrive. */
  dropRequests(count: number): void {
    this.#dropRequests += count;
  }

  /**
   * Nothing passes in the directions named, and nobody is told: the client finds out by the silence. What is sent meanwhile waits on
   * the way, as the network sends it again, and arrives late if the connection outlives the fault.
   */
  partition(direction: 'both' | 'to-store' | 'from-store'): void {
    if (direction !== 'from-store') this.#toStore.block();
    if (direction !== 'to-store') this.#fromStore.block();
    this.#suspectSilence();
  }

  /** Breaks the connection, and the client knows at once. It connects again by itself where that is possible. */
  disconnect(): void {
    this.#breakConnection('was reset');
  }

  /** Holds watch events back as a reader that cannot keep up. */
  holdWatches(): void {
    this.#heldWatches = true;
  }

  /** Ends every fault that lasts. */
  heal(): void {
    this.#delay = this.#parts.delay;
    this.#loseReplies = 0;
    this.#dropRequests = 0;
    this.#heldWatches = false;
    // What was held back came before what waits on the way.
    for (const watch of this.#watches) watch.release();
    this.#toStore.open();
    this.#fromStore.open();
  }

  /** Sends something to the store; `arrive` runs there, unless it gets lost. */
  send(arrive: (tree: MvccBackend) => void): void {
    const { world, server } = this.#parts;
    const connection = this.#connection.signal;
    const { process, backend } = server;
    world.timers.after(this.#travelMs(), () =>
      this.#toStore.pass(() => {
        if (!connection.aborted) process.deliver(() => arrive(backend));
      }),
    );
  }

  /** Sends something to the process, not before `earliestMs` of world time; `arrive` runs there, unless it gets lost. Gives when it would arrive. */
  answer(arrive: () => void, earliestMs = 0): number {
    const { world, process } = this.#parts;
    const connection = this.#connection.signal;
    const nowMs = world.clock.monotonicMs();
    const atMs = Math.max(earliestMs, nowMs + this.#travelMs());
    world.timers.after(atMs - nowMs, () =>
      this.#fromStore.pass(() => {
        if (!connection.aborted) process.deliver(() => !connection.aborted && arrive());
      }),
    );
    return atMs;
  }

  async #call<T>(kind: 'read' | 'write', options: CallOptions, serve: (tree: MvccBackend) => Promise<T>): Promise<T> {
    if (this.#closed.signal.aborted) throw this.#closed.signal.reason;
    const connection = this.#connection.signal;
    if (connection.aborted) throw cut('is down');
    const { runtime } = this.#parts.process;
    using signal = anySignal(options.signal, connection, this.#closed.signal);
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const reply = this.#exchange(serve);
    try {
      return await withDeadline(runtime, { signal, timeoutMs }, timeoutMs, () => reply);
    } catch (error) {
      const gaveUp = signal.aborted || isKeelsonError(error, 'E_TIMEOUT');
      if (kind === 'read' || !gaveUp) throw error;
      throw new KeelsonError('E_OUTCOME_UNKNOWN', 'The request was sent, but its reply did not come.', {
        cause: error,
      });
    }
  }

  /** Never settles where the request or its reply is lost. */
  #exchange<T>(serve: (tree: MvccBackend) => Promise<T>): Promise<T> {
    const dropped = this.#dropRequests > 0;
    if (dropped) this.#dropRequests -= 1;
    const replyLost = !dropped && this.#loseReplies > 0;
    if (replyLost) this.#loseReplies -= 1;
    return new Promise<T>((resolve, reject) => {
      if (dropped) return;
      this.send((tree) => {
        const reply = (arrive: () => void): void => {
          if (!replyLost) this.answer(arrive);
        };
        serve(tree).then(
          (value) => reply(() => resolve(value)),
          (error: unknown) => reply(() => reject(error)),
        );
      });
    });
  }

  get #blocked(): boolean {
    return this.#toStore.blocked || this.#fromStore.blocked;
  }

  #travelMs(): number {
    const { minMs, maxMs } = this.#delay;
    return minMs + this.#random.next() * (maxMs - minMs);
  }

  /** Pings of a real client are answered within the silence it allows, or it takes the connection for dead. */
  #suspectSilence(): void {
    const { process, silenceMs = 2_000 } = this.#parts;
    const connection = this.#connection.signal;
    process.runtime.timers.after(silenceMs, () => {
      if (!connection.aborted && this.#blocked) this.#breakConnection('fell silent');
    });
  }

  #breakConnection(why: string): void {
    if (this.#closed.signal.aborted) return;
    const { process } = this.#parts;
    const broken = this.#connection;
    if (broken.signal.aborted) return;
    process.deliver(() => {
      if (broken.signal.aborted) return;
      const error = cut(why);
      this.#sinceMs = process.runtime.clock.monotonicMs();
      broken.abort(error);
      for (const watch of this.#watches) watch.disconnect(error);
      this.#reconnectLater();
    });
  }

  #reconnectLater(): void {
    const { process, server, reconnectMs = 100 } = this.#parts;
    process.runtime.timers.after(reconnectMs, () => {
      if (this.#closed.signal.aborted) return;
      if (this.#blocked || !server.up) this.#reconnectLater();
      else this.#connect();
    });
  }

  #connect(): void {
    this.#connection = new AbortController();
    this.#sinceMs = this.#parts.process.runtime.clock.monotonicMs();
    for (const watch of this.#watches) watch.connect(true);
  }
}
