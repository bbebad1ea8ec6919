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
import type { Session } from '@keelson/store';
import { type ClusterPaths, clusterPaths } from '../model/index.ts';
import { comeAlive, recordOffline } from './come-alive.ts';
import { CurrentStateBook } from './current-state-book.ts';
import { setUpInstance } from './instance-set-up.ts';
import type { JoinOptions } from './join-options.ts';
import { Membership } from './membership.ts';
import type { Participant } from './participant.ts';
import { ReplicaTable, type ReplicaView } from './replica-table.ts';
import { resetReplicas } from './reset-replicas.ts';
import { StateModelCatalogue } from './state-model-catalogue.ts';

const CLOSE_TIMEOUT_MS = 5_000;
const REJOIN_BACKOFF = { baseMs: 50, capMs: 2_000 };

/** An instance that joins again under a new session whenever one is lost, until it is closed. */
export class ClusterParticipant implements Participant {
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
      await resetReplicas(
        this.#replicas,
        this.runtime,
        closing ? 'closed' : 'session-lost',
        this.#options.handlerGraceMs,
      );
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
      const { sign, states } = await comeAlive({ ...common, info: this.#options.info ?? {}, signal: limit });
      const book = new CurrentStateBook(this.#paths, this.instance, session.id);
      for (const state of states) book.adopt(state);
      const membership = new Membership({
        ...common,
        cluster: this.cluster,
        replicas: this.#replicas,
        sign,
        book,
      });
      this.#membership = membership;
      this.#lastError = undefined;
      return membership;
    } catch (error) {
      await this.#endSession();
      if (signal.aborted) throw abortError(signal);
      throw error;
    }
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

  async #recordOffline(): Promise<void> {
    const { store } = this.#options;
    const { runtime, instance } = this;
    try {
      await withDeadline(runtime, {}, CLOSE_TIMEOUT_MS, (signal) =>
        recordOffline({ store, runtime, paths: this.#paths, instance, signal }),
      );
    } catch (error) {
      if (!isKeelsonError(error, 'E_CLOSED')) runtime.logger.warn({ error }, 'the history was not written');
    }
  }

  async #leave(options: CallOptions): Promise<void> {
    const wasLive = this.live;
    const reason = new KeelsonError('E_CLOSED', `Participant ${this.instance} was closed.`);
    this.#closing.abort(reason);
    this.#membership?.end(reason);
    await withDeadline(this.runtime, options, CLOSE_TIMEOUT_MS, async () => {
      await this.#living;
      if (wasLive) await this.#recordOffline();
      await this.#endSession();
    });
  }
}
