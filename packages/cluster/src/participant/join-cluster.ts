import {
  abortError,
  anySignal,
  type CallOptions,
  fullJitterMs,
  isKeelsonError,
  KeelsonError,
  type Runtime,
  silentLogger,
  sleep,
  systemRuntime,
  withDeadline,
} from '@keelson/runtime';
import type { Session, Store } from '@keelson/store';
import { assertName, type ClusterPaths, clusterPaths } from '../model/index.ts';
import { comeAlive, recordHistory } from './come-alive.ts';
import { CurrentStateBook } from './current-state-book.ts';
import { type InstanceSetUp, setUpInstance } from './instance-set-up.ts';
import { Membership } from './membership.ts';
import type { Participant } from './participant.ts';
import { ReplicaTable, type ReplicaView } from './replica-table.ts';
import { StateModelCatalogue } from './state-model-catalogue.ts';
import type { ResetReason, StateModelHandlers } from './state-model-handler.ts';

/** How to join a cluster. */
export interface JoinOptions extends InstanceSetUp, CallOptions {
  readonly store: Store;
  /** Default: the system's clock, timers and chance, and no logger. */
  readonly runtime?: Runtime;
  /** How long the cluster waits for a silent instance before others take over, in milliseconds. Shorter finds a crash sooner, longer forgives pauses. */
  readonly sessionTtlMs: number;
  /** What to do at transitions, by name of the state model. */
  readonly stateModels: StateModelHandlers;
  /** What others may want to know of this process, e.g. where it serves: further simple fields of its live instance. */
  readonly info?: Readonly<Record<string, string>>;
  /** How long handlers that still run when the session is lost are waited for before their replicas are reset, in milliseconds. Default 1,000. */
  readonly handlerGraceMs?: number;
}

const JOIN_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 5_000;
const DEFAULT_HANDLER_GRACE_MS = 1_000;
const REJOIN_BACKOFF = { baseMs: 50, capMs: 2_000 };

/**
 * Joins `cluster` as `instance` and takes part until `close`. Resolves once the instance is live. When the session is lost all
 * ownership ends at once, the replicas are reset, and the instance joins again under a new session by itself.
 *
 * Default time limit for the first join 60 s. Rejects with `E_NOT_FOUND` (no such cluster or instance), `E_ALREADY_EXISTS` (live in
 * another process), `E_UNAVAILABLE`, `E_TIMEOUT`, `E_ABORTED`.
 *
 * @example
 * const participant = await joinCluster({
 *   store, cluster: 'shop', instance: 'worker-1', sessionTtlMs: 5_000, autoJoin: true,
 *   stateModels: { MasterSlave: { async transition({ partition, to }) { console.log(partition, to); } } },
 * });
 */
export async function joinCluster(options: JoinOptions): Promise<Participant> {
  assertName('instance', options.instance);
  const participant = new ClusterParticipant(options);
  try {
    await withDeadline(participant.runtime, options, JOIN_TIMEOUT_MS, (signal) => participant.begin(signal));
    return participant;
  } catch (error) {
    await participant.close();
    throw error;
  }
}

class ClusterParticipant implements Participant {
  readonly cluster: string;
  readonly instance: string;
  readonly runtime: Runtime;
  readonly #options: JoinOptions;
  readonly #paths: ClusterPaths;
  readonly #replicas: ReplicaTable;
  readonly #closing = new AbortController();
  #session: Session | undefined;
  #membership: Membership | undefined;
  #living: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;
  #lastError: unknown;

  constructor(options: JoinOptions) {
    this.#options = options;
    this.cluster = options.cluster;
    this.instance = options.instance;
    this.runtime = options.runtime ?? systemRuntime({ logger: silentLogger });
    this.#paths = clusterPaths(options.cluster);
    this.#replicas = new ReplicaTable(options.stateModels);
  }

  get session(): Session {
    if (this.#session === undefined) throw new KeelsonError('E_CLOSED', 'The participant has no session yet.');
    return this.#session;
  }

  get sessionLost(): AbortSignal {
    return this.session.lost;
  }

  get live(): boolean {
    return this.#membership !== undefined && !this.#membership.ended.aborted;
  }

  get lastError(): unknown {
    return this.#lastError;
  }

  replicas(): readonly ReplicaView[] {
    return this.#replicas.views();
  }

  /** Joins for the first time; from then on lives by itself. */
  async begin(signal: AbortSignal): Promise<void> {
    using limit = anySignal(signal, this.#closing.signal);
    const first = await this.#join(limit);
    this.#living = this.#live(first);
  }

  close(options: CallOptions = {}): Promise<void> {
    this.#closed ??= this.#leave(options);
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One membership after the other, until closed. */
  async #live(first: Membership): Promise<void> {
    let membership: Membership | undefined = first;
    while (membership !== undefined) {
      await membership.run();
      const closing = this.#closing.signal.aborted;
      if (!closing) this.runtime.logger.warn({ reason: membership.ended.reason }, 'the session is lost; joining again');
      this.#lastError = membership.ended.reason;
      await this.#resetReplicas(closing ? 'closed' : 'session-lost');
      if (closing) return;
      await this.#endSession();
      membership = await this.#rejoin();
    }
  }

  /** Tries until it is live again or closed. */
  async #rejoin(): Promise<Membership | undefined> {
    const { signal } = this.#closing;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        return await this.#join(signal);
      } catch (error) {
        this.#lastError = error;
        if (signal.aborted) return undefined;
        this.runtime.logger.warn({ error, attempt }, 'joining again failed; trying once more');
        const waitMs = fullJitterMs(attempt, this.runtime.random.next(), REJOIN_BACKOFF);
        await sleep(this.runtime, waitMs, { signal }).catch(() => {}); // closing is seen at the top of the loop
      }
    }
    return undefined;
  }

  /** A new session, and the instance live under it. */
  async #join(signal: AbortSignal): Promise<Membership> {
    const { store, sessionTtlMs } = this.#options;
    await setUpInstance(store, this.runtime, this.#paths, this.#options, { signal });
    const session = await store.openSession({ ttlMs: sessionTtlMs, signal });
    this.#session = session;
    const models = new StateModelCatalogue(store, this.#paths);
    const common = { store, runtime: this.runtime, paths: this.#paths, instance: this.instance, session, models };
    try {
      using limit = anySignal(signal, session.lost);
      const { liveRevision, states } = await comeAlive({ ...common, info: this.#options.info ?? {}, signal: limit });
      const book = new CurrentStateBook(this.#paths, this.instance, session.id);
      for (const state of states) book.adopt(state);
      const membership = new Membership({
        ...common,
        cluster: this.cluster,
        replicas: this.#replicas,
        liveRevision,
        book,
      });
      this.#membership = membership;
      this.#lastError = undefined;
      void this.#recordHistory(session, 'online');
      return membership;
    } catch (error) {
      await this.#endSession();
      if (signal.aborted) throw abortError(signal);
      throw error;
    }
  }

  /** Resets every replica; waits for handlers that still run, but not for ever. */
  async #resetReplicas(reason: ResetReason): Promise<void> {
    const graceMs = this.#options.handlerGraceMs ?? DEFAULT_HANDLER_GRACE_MS;
    await Promise.all(
      this.#replicas.all().map(async (replica) => {
        const { resource, partition, state, handler } = replica;
        replica.running = undefined;
        replica.ownership = undefined;
        replica.state = replica.initialState;
        replica.tail = replica.tail
          .then(() => handler.reset?.(reason, { resource, partition, state }))
          .catch((error: unknown) => {
            this.runtime.logger.error({ error, resource, partition }, 'resetting a replica failed');
          });
        const { tail } = replica;
        await withDeadline(this.runtime, {}, graceMs, () => tail).catch((error: unknown) => {
          this.runtime.logger.warn(
            { error, resource, partition },
            'a handler still runs after its session; not waiting',
          );
        });
      }),
    );
  }

  async #endSession(): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    try {
      await session.close({ timeoutMs: Math.min(session.ttlMs, CLOSE_TIMEOUT_MS) });
    } catch (error) {
      this.runtime.logger.debug({ error }, 'a session could not be ended; it goes with its ttl');
    }
  }

  async #recordHistory(session: Session, what: 'online' | 'offline'): Promise<void> {
    const { store } = this.#options;
    const { runtime, instance } = this;
    try {
      await withDeadline(runtime, {}, CLOSE_TIMEOUT_MS, (signal) =>
        recordHistory({ store, runtime, paths: this.#paths, instance, session, signal }, what),
      );
    } catch (error) {
      if (!isKeelsonError(error, 'E_CLOSED')) runtime.logger.warn({ error, what }, 'the history was not written');
    }
  }

  async #leave(options: CallOptions): Promise<void> {
    const wasLive = this.live;
    const reason = new KeelsonError('E_CLOSED', `Participant ${this.instance} was closed.`);
    this.#closing.abort(reason);
    this.#membership?.end(reason);
    await withDeadline(this.runtime, options, CLOSE_TIMEOUT_MS, async () => {
      await this.#living;
      if (wasLive && this.#session !== undefined) await this.#recordHistory(this.#session, 'offline');
      await this.#endSession();
    });
  }
}
