import { type ClientTls, connectGrpc } from '@keelson/etcd-protocol';
import {
  abortError,
  fullJitterMs,
  isKeelsonError,
  KeelsonError,
  onAbort,
  type Runtime,
  sleep,
  type TimerHandle,
  throwIfAborted,
} from '@keelson/runtime';
import { type EtcdEndpoint, endpointName } from './address.ts';
import { endpointAnswered, endpointFailed, endpointRecovered, endpointsToTry, initialOrder } from './endpoint-order.ts';
import { Link } from './link.ts';
import type { EtcdCredentials } from './sign-in.ts';

/** Longest wait for one member to accept, sign in and answer, in milliseconds. A living one takes a few. */
const CONNECT_TIMEOUT_MS = 1_500;
/** Bounds of the pause between two rounds of looking for a member, in milliseconds. */
const RETRY = { baseMs: 50, capMs: 1_000 };
/** How often members out of rotation are asked whether they are back, in milliseconds. */
const PROBE_EVERY_MS = 2_000;
/** etcd hangs up on idle clients that send HTTP/2 PINGs more often than this, in milliseconds; `Link` has its own means. */
const PING_EVERY_MS = 7_200_000;

/** What links are made from. */
export interface LinksOptions {
  readonly endpoints: readonly EtcdEndpoint[];
  readonly runtime: Runtime;
  readonly tls: ClientTls | undefined;
  readonly credentials: EtcdCredentials | undefined;
}

/**
 * Keeps one link to one of the members. When it is lost, looks for another at once and then ever more seldom, until there is one or
 * all is closed. A member that failed is out of rotation: it is asked last, until a probe in the background finds that it answers again.
 */
export class Links {
  readonly #options: LinksOptions;
  readonly #closed: AbortController = new AbortController();
  #order: ReturnType<typeof initialOrder>;
  #current: Link | undefined;
  #round: Promise<Link> | undefined;
  #probe: TimerHandle | undefined;
  #status: { readonly connected: boolean; readonly sinceMs: number };

  constructor(options: LinksOptions) {
    this.#options = options;
    this.#order = initialOrder(options.runtime.random.integer(options.endpoints.length));
    this.#status = { connected: false, sinceMs: options.runtime.clock.monotonicMs() };
  }

  get status(): { readonly connected: boolean; readonly sinceMs: number } {
    return this.#status;
  }

  /** Number of members known. */
  get size(): number {
    return this.#options.endpoints.length;
  }

  /** The link in use, where there is one. */
  get current(): Link | undefined {
    return this.#current;
  }

  /** The link, made where there is none: every member is tried once. Rejects with `E_UNAVAILABLE` where none answers, or as `signal` says. */
  acquire(signal?: AbortSignal): Promise<Link> {
    if (this.#closed.signal.aborted) return Promise.reject(abortError(this.#closed.signal));
    if (this.#current !== undefined) return Promise.resolve(this.#current);
    this.#round ??= this.#connectRound().finally(() => {
      this.#round = undefined;
    });
    return unlessAborted(this.#round, signal);
  }

  /** This member answers, but cannot serve (it has lost its leader): use another one, where there is one. */
  avoid(link: Link, reason: unknown): void {
    if (this.size > 1) link.retire(reason);
  }

  /** Ends all calls with `E_CLOSED`. */
  async close(): Promise<void> {
    if (!this.#closed.signal.aborted) this.#closed.abort(new KeelsonError('E_CLOSED', 'The store was closed.'));
    this.#probe?.cancel();
    await this.#current?.close();
  }

  async #connectRound(): Promise<Link> {
    const { endpoints, runtime } = this.#options;
    let lastError: unknown;
    for (const index of endpointsToTry(this.#order, endpoints.length)) {
      const endpoint = endpoints[index];
      if (endpoint === undefined) continue;
      try {
        const link = await this.#connect(endpoint);
        if (this.#closed.signal.aborted) await link.close();
        throwIfAborted(this.#closed.signal);
        this.#use(link, index);
        return link;
      } catch (error) {
        throwIfAborted(this.#closed.signal);
        if (isKeelsonError(error, 'E_UNAUTHENTICATED')) throw error;
        runtime.logger.debug({ endpoint: endpointName(endpoint), error: String(error) }, 'etcd member does not answer');
        this.#failed(index);
        lastError = error;
      }
    }
    const names = endpoints.map(endpointName).join(', ');
    const why = lastError instanceof Error ? ` ${lastError.message}` : '';
    throw new KeelsonError('E_UNAVAILABLE', `No etcd member answers (${names}).${why}`, { cause: lastError });
  }

  async #connect(endpoint: EtcdEndpoint): Promise<Link> {
    const { runtime, tls, credentials } = this.#options;
    const limits = { timeoutMs: CONNECT_TIMEOUT_MS, signal: this.#closed.signal };
    const connection = await connectGrpc({
      address: endpointName(endpoint),
      runtime,
      keepAliveMs: PING_EVERY_MS,
      ...limits,
      ...(endpoint.secure ? { tls: tls ?? {} } : {}),
    });
    return Link.open(connection, runtime, credentials, limits);
  }

  #use(link: Link, index: number): void {
    this.#order = endpointAnswered(this.#order, index);
    this.#current = link;
    this.#setConnected(true);
    onAbort(link.retired, () => this.#lost(link, index));
  }

  #lost(link: Link, index: number): void {
    if (this.#current !== link) return;
    this.#current = undefined;
    this.#failed(index);
    this.#setConnected(false);
    if (!this.#closed.signal.aborted) void this.#reconnect(link.retired.reason);
  }

  /** Takes the member out of rotation until it answers again. */
  #failed(index: number): void {
    const { clock, timers } = this.#options.runtime;
    this.#order = endpointFailed(this.#order, index, clock.monotonicMs());
    if (this.size === 1 || this.#probe !== undefined || this.#closed.signal.aborted) return;
    this.#probe = timers.after(PROBE_EVERY_MS, () => void this.#probeFailed(), { background: true });
  }

  /** Asks those out of rotation. Nothing depends on it but the order; the member in use is not left. Never rejects. */
  async #probeFailed(): Promise<void> {
    const { endpoints, runtime } = this.#options;
    const probes = [...this.#order.failedAtMs.keys()].map(async (index) => {
      const endpoint = endpoints[index];
      if (endpoint === undefined) return;
      try {
        const link = await this.#connect(endpoint);
        await link.close();
        this.#order = endpointRecovered(this.#order, index);
        runtime.logger.info({ endpoint: endpointName(endpoint) }, 'etcd member is back in rotation');
      } catch (error) {
        runtime.logger.debug({ endpoint: endpointName(endpoint), error: String(error) }, 'etcd member is still away');
      }
    });
    await Promise.all(probes);
    this.#probe = undefined;
    if (this.#order.failedAtMs.size === 0 || this.#closed.signal.aborted) return;
    this.#probe = runtime.timers.after(PROBE_EVERY_MS, () => void this.#probeFailed(), { background: true });
  }

  /** Never rejects: it ends with a link or with the close. */
  async #reconnect(reason: unknown): Promise<void> {
    const { runtime } = this.#options;
    const signal = this.#closed.signal;
    runtime.logger.warn({ reason: String(reason) }, 'connection to etcd lost');
    for (let attempt = 1; this.#current === undefined && !signal.aborted; attempt += 1) {
      try {
        await this.acquire(signal);
        runtime.logger.info({ attempt }, 'connected to etcd again');
      } catch (error) {
        runtime.logger.debug({ attempt, error: String(error) }, 'etcd is still out of reach');
        const pauseMs = fullJitterMs(attempt, runtime.random.next(), RETRY);
        await sleep(runtime, pauseMs, { signal, background: true }).catch(() => {
          // Closed meanwhile: the loop ends by itself.
        });
      }
    }
  }

  #setConnected(connected: boolean): void {
    if (this.#status.connected === connected) return;
    this.#status = { connected, sinceMs: this.#options.runtime.clock.monotonicMs() };
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = onAbort(signal, (tripped) => reject(abortError(tripped)));
    work.then(resolve, reject).finally(stop);
  });
}
