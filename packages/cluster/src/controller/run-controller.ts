import { campaign, type Leadership } from '@keelson/coordination';
import {
  abortError,
  type CallOptions,
  fullJitterMs,
  isKeelsonError,
  KeelsonError,
  onAbort,
  type Runtime,
  sleep,
  systemRuntime,
} from '@keelson/runtime';
import type { Session, Store } from '@keelson/store';
import { assertName, clusterPaths, encodeRecord, LiveInstance } from '../model/index.ts';
import { processName } from '../participant/index.ts';
import type { ClusterSnapshot } from '../snapshot/index.ts';
import { ControllerTerm } from './controller-term.ts';
import type { ClusterPlan, ClusterPlanOptions } from './plan-cluster.ts';

/** What a controller needs. */
export interface RunControllerOptions extends CallOptions, Pick<ClusterPlanOptions, 'solver' | 'messagePurgeDelayMs'> {
  readonly store: Store;
  readonly cluster: string;
  /** Tells controllers of one cluster apart. */
  readonly name: string;
  readonly runtime?: Runtime;
  /** How long this controller leads on after it has fallen silent, in milliseconds: shorter hands over sooner after a crash, longer forgives pauses. Default 10,000. */
  readonly sessionTtlMs?: number;
  /** Told of every plan once what it asks for is written. For metrics and tests. */
  readonly onPlan?: (plan: ClusterPlan) => void;
}

/** A controller that stands for election, and leads while it is elected. */
export interface Controller extends AsyncDisposable {
  readonly name: string;
  readonly cluster: string;
  /** Whether it leads now. */
  readonly leading: boolean;
  /** The lead it holds; `undefined` while another holds it. */
  readonly leadership: Leadership | undefined;
  /** The last plan it carried out in its present term. */
  readonly plan: ClusterPlan | undefined;
  /** The cluster as it sees it while it leads. Changes in place. */
  readonly snapshot: ClusterSnapshot | undefined;
  /** Resolves once it leads. Default time limit: none. */
  waitUntilLeading(options?: CallOptions): Promise<Leadership>;
  /** Gives up the lead and the candidacy. Idempotent. */
  close(): Promise<void>;
}

const DEFAULT_TTL_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Runs a controller: it stands for election on `CONTROLLER/LEADER`, and the one elected keeps the cluster in its declared state.
 * Any number may run, in processes of their own or inside participants. A lost session is replaced and the candidacy renewed.
 *
 * Resolves once the candidacy stands, not once it is won.
 *
 * @throws `E_NOT_FOUND` where the cluster has not been created; `E_INVALID_PATH` for a name that cannot be one.
 * @example
 * const controller = await runController({ store, cluster: 'shop', name: 'controller-1' });
 */
export async function runController(options: RunControllerOptions): Promise<Controller> {
  const { store, cluster, name, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  assertName('controller', name);
  const runtime = options.runtime ?? systemRuntime();
  const call = signal === undefined ? { timeoutMs } : { timeoutMs, signal };
  if ((await store.get(clusterPaths(cluster).clusterConfig, call)) === undefined) {
    throw new KeelsonError('E_NOT_FOUND', `There is no cluster "${cluster}". Create it first.`, {
      details: { cluster },
    });
  }
  const process = new ControllerProcess(options, runtime);
  await process.start(call);
  return process;
}

class ControllerProcess implements Controller {
  readonly name: string;
  readonly cluster: string;
  readonly #options: RunControllerOptions;
  readonly #runtime: Runtime;
  readonly #closed = new AbortController();
  readonly #waiting = new Set<(leadership: Leadership) => void>();
  #session: Session | undefined;
  #leadership: Leadership | undefined;
  #term: ControllerTerm | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: RunControllerOptions, runtime: Runtime) {
    this.name = options.name;
    this.cluster = options.cluster;
    this.#options = options;
    this.#runtime = runtime;
  }

  get leading(): boolean {
    return this.#leadership !== undefined && !this.#leadership.lost.aborted;
  }
  get leadership(): Leadership | undefined {
    return this.leading ? this.#leadership : undefined;
  }
  get plan(): ClusterPlan | undefined {
    return this.#term?.plan;
  }
  get snapshot(): ClusterSnapshot | undefined {
    return this.#term?.mirror.snapshot;
  }

  /** Opens the first session, so that a store out of reach is told to the caller, then candidates in the background. */
  async start(call: CallOptions): Promise<void> {
    this.#session = await this.#openSession(call);
    this.#running = this.#run();
  }

  async waitUntilLeading(options: CallOptions = {}): Promise<Leadership> {
    const { timeoutMs } = options;
    if (this.#leadership !== undefined && this.leading) return this.#leadership;
    const cleanUps: (() => void)[] = [];
    try {
      return await new Promise<Leadership>((resolve, reject) => {
        this.#waiting.add(resolve);
        cleanUps.push(() => this.#waiting.delete(resolve));
        cleanUps.push(onAbort(this.#closed.signal, () => reject(closedError(this.name))));
        cleanUps.push(onAbort(options.signal, (tripped) => reject(abortError(tripped))));
        if (timeoutMs === undefined) return;
        const late = new KeelsonError('E_TIMEOUT', `${this.name} does not lead after ${timeoutMs} ms.`);
        const timer = this.#runtime.timers.after(timeoutMs, () => reject(late));
        cleanUps.push(() => timer.cancel());
      });
    } finally {
      for (const cleanUp of cleanUps) cleanUp();
    }
  }

  async close(): Promise<void> {
    this.#closed.abort(closedError(this.name));
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #openSession(call: CallOptions): Promise<Session> {
    const { store, sessionTtlMs = DEFAULT_TTL_MS } = this.#options;
    return await store.openSession({ ttlMs: sessionTtlMs, ...call });
  }

  /** Candidacy after candidacy, until closed. */
  async #run(): Promise<void> {
    const { signal } = this.#closed;
    for (let failures = 0; !signal.aborted; ) {
      try {
        this.#session ??= await this.#openSession({ signal });
        await this.#candidate(this.#session);
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        failures++;
        const { logger, random } = this.#runtime;
        const expired = isKeelsonError(error, 'E_SESSION_EXPIRED');
        logger[expired ? 'info' : 'warn']({ error, controller: this.name }, 'a candidacy ended; standing again');
        if (isKeelsonError(error, 'E_CLOSED') && this.#session?.lost.aborted !== true) break; // the store is closed
        if (!expired) await sleep(this.#runtime, fullJitterMs(failures, random.next()), { signal }).catch(() => {}); // seen by the loop
      } finally {
        await this.#endSession();
      }
    }
    await this.#endSession();
  }

  async #endSession(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    await session.close().catch((error: unknown) => {
      this.#runtime.logger.debug(
        { error, controller: this.name },
        'a session could not be closed; it expires by itself',
      );
    });
  }

  /** Stands for election, and leads once elected, until the lead is lost or the controller closed. */
  async #candidate(session: Session): Promise<void> {
    const { store, cluster, solver, messagePurgeDelayMs, onPlan = () => {} } = this.#options;
    const { signal } = this.#closed;
    const record = LiveInstance.controller(this.name, session.id, processName()).record;
    const path = clusterPaths(cluster).leader;
    const leadership = await campaign({
      store,
      session,
      path,
      value: encodeRecord(record),
      runtime: this.#runtime,
      signal,
    });
    const resign = onAbort(signal, () => void leadership.resign());
    this.#leadership = leadership;
    const planning = {
      ...(solver === undefined ? {} : { solver }),
      ...(messagePurgeDelayMs === undefined ? {} : { messagePurgeDelayMs }),
    };
    this.#term = new ControllerTerm({
      store,
      runtime: this.#runtime,
      cluster,
      name: this.name,
      session,
      leadership,
      planning,
      onPlan,
    });
    for (const won of this.#waiting) won(leadership);
    try {
      await this.#term.run();
    } finally {
      resign();
      this.#term = undefined;
      this.#leadership = undefined;
      await leadership.resign();
    }
  }
}

function closedError(name: string): KeelsonError {
  return new KeelsonError('E_CLOSED', `Controller ${name} was closed.`);
}
