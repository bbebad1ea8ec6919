import {
  type ClientTls,
  GrpcStatus,
  type Init,
  isGrpcError,
  kvService,
  leaseService,
  type Method,
} from '@keelson/etcd-protocol';
import {
  type CallOptions,
  DEFAULT_TIMEOUT_MS,
  isKeelsonError,
  KeelsonError,
  type Runtime,
  systemRuntime,
  throwIfAborted,
  withDeadline,
} from '@keelson/runtime';
import type {
  BackendCallOptions,
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
import { parseEtcdAddress } from './address.ts';
import { type CallKind, portError, surelyNotApplied, wantsNewToken, worthAnotherTry } from './call-error.ts';
import { keepAliveOnce } from './keep-alive.ts';
import type { Link } from './link.ts';
import { Links } from './links.ts';
import { fromRangeResponse, fromTxnResponse, mayWrite, toRangeRequest, toTxnRequest } from './messages.ts';
import type { EtcdCredentials } from './sign-in.ts';
import { WatchStream } from './watch-stream.ts';

/** Where the cluster is and how to sign in. */
export interface EtcdBackendOptions {
  /** `etcd://host:port,host:port/prefix` (`etcds://` for TLS), or a list of members as `http://host:port`, `https://…` or `host:port`. */
  readonly endpoints: string | readonly string[];
  /** Default: the system's clock, timers and chance, without logs. */
  readonly runtime?: Runtime;
  /** Trust and identity for TLS. Given, it makes members named without a scheme TLS ones. */
  readonly tls?: ClientTls;
  /** Name and password, where the cluster has authentication enabled. Goes before what the address says. */
  readonly auth?: EtcdCredentials;
}

/** What etcd takes unless its operator changed it: `--max-request-bytes` 1.5 MiB less room for keys, `--max-txn-ops` 128. */
const limits = {
  maxValueBytes: 1_048_576,
  maxTransactionOperations: 128,
  // Three halves of the default election timeout, rounded up to seconds.
  minLeaseTtlMs: 2_000,
  // etcd looks for ended leases every half second.
  leaseExpiryLagMs: 500,
} as const;

/**
 * The etcd model over the network, on etcd 3.4 or newer and on Keelson's own endpoint. Connects with the first call.
 *
 * A write is sent once: when its reply is lost it rejects with `E_OUTCOME_UNKNOWN`. Reads, and the renewing, granting and ending of leases, go to another member,
 * or over a new connection, within their time limit. Nothing is queued while no member answers: `E_UNAVAILABLE`.
 */
export function etcdBackend(options: EtcdBackendOptions): KvBackend {
  const { runtime = systemRuntime(), tls, auth } = options;
  const address = parseEtcdAddress(options.endpoints, { secure: tls !== undefined });
  const credentials = auth ?? address.credentials;
  return new EtcdBackend(new Links({ endpoints: address.endpoints, runtime, tls, credentials }), runtime);
}

/** What is left to one attempt of the time of its call. */
interface AttemptLimits extends CallOptions {
  readonly timeoutMs: number;
}

/** Does one call over one link. */
type Attempt<T> = (link: Link, limits: AttemptLimits) => Promise<T>;

class EtcdBackend implements KvBackend {
  readonly engine = 'etcd';
  readonly limits: KvBackend['limits'] = limits;
  readonly #links: Links;
  readonly #runtime: Runtime;
  readonly #watches: WatchStream;
  /** Newest revision that a read has shown; a member that lags must not show an older one. */
  #shownRevision = 0n;

  constructor(links: Links, runtime: Runtime) {
    this.#links = links;
    this.#runtime = runtime;
    this.#watches = new WatchStream(links, runtime);
  }

  get status(): KvBackend['status'] {
    return this.#links.status;
  }

  async range(request: RangeRequest, options: BackendCallOptions = {}): Promise<RangeResult> {
    const result = await this.#range(request, options);
    if (request.serializable === true && result.revision < this.#shownRevision) {
      return this.#range({ ...request, serializable: false }, options);
    }
    if (result.revision > this.#shownRevision) this.#shownRevision = result.revision;
    return result;
  }

  async txn(request: TxnRequest, options: BackendCallOptions = {}): Promise<TxnResult> {
    const kind = mayWrite(request) ? 'once' : 'repeatable';
    return fromTxnResponse(await this.#unary(kind, kvService.txn, toTxnRequest(request), options));
  }

  watch(request: KvWatchRequest, sink: KvWatchSink): KvWatch {
    return this.#watches.watch(request, sink);
  }

  async grantLease(ttlMs: number, options: CallOptions = {}): Promise<KvLease> {
    const ttl = Math.max(1, Math.ceil(ttlMs / 1_000));
    // Repeated after a lost reply, it leaves a lease without keys, which ends by itself.
    const granted = await this.#unary('repeatable', leaseService.grant, { ttl }, options);
    return { id: granted.id, ttlMs: granted.ttl * 1_000 };
  }

  async keepLeaseAlive(id: bigint, options: CallOptions = {}): Promise<number> {
    const ttl = await this.#call('repeatable', options, (link, limits) => keepAliveOnce(link, id, limits));
    if (ttl <= 0) throw new KeelsonError('E_SESSION_EXPIRED', `The lease ${id.toString(16)} is gone.`);
    return ttl * 1_000;
  }

  async revokeLease(id: bigint, options: CallOptions = {}): Promise<void> {
    try {
      await this.#unary('repeatable', leaseService.revoke, { id }, options);
    } catch (error) {
      if (!isKeelsonError(error, 'E_SESSION_EXPIRED')) throw error; // gone already: what was wanted
    }
  }

  async close(): Promise<void> {
    this.#watches.close();
    await this.#links.close();
  }

  async #range(request: RangeRequest, options: BackendCallOptions): Promise<RangeResult> {
    const requireLeader = request.serializable !== true;
    const wire = toRangeRequest(request);
    return fromRangeResponse(await this.#unary('repeatable', kvService.range, wire, options, requireLeader));
  }

  #unary<Request, Response>(
    kind: CallKind,
    method: Method<Request, Response>,
    request: Init<Request>,
    options: BackendCallOptions,
    requireLeader = true,
  ): Promise<Response> {
    return this.#call(kind, options, (link, limits) => link.unary(method, request, { ...limits, requireLeader }));
  }

  async #call<T>(kind: CallKind, options: BackendCallOptions, attempt: Attempt<T>): Promise<T> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    // Each attempt keeps its time, so the signal that would be made for this call alone is not asked for.
    const signal = options.untimed ?? options.signal;
    throwIfAborted(signal);
    if (!(timeoutMs >= 0))
      throw new KeelsonError('E_INVALID_ARGUMENT', `timeoutMs must be a number from 0, not ${timeoutMs}.`);
    const { clock } = this.#runtime;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    // Each attempt watches over its own time: a timer and a signal around all of them would cost every call more than its encoding.
    let limits = limitsOf(timeoutMs, signal);
    let signedInAgain = false;
    // Every member once, and the first again: its connection may have been an old one.
    for (let left = this.#links.size; ; left -= 1) {
      const link = this.#links.current ?? (await this.#linkWithin(limits));
      try {
        return await attempt(link, limits);
      } catch (error) {
        const leftMs = Math.ceil(deadlineMs - clock.monotonicMs());
        if (signal?.aborted === true || leftMs <= 0) throw interrupted(kind, error);
        limits = limitsOf(leftMs, signal);
        if (wantsNewToken(error) && !signedInAgain) {
          signedInAgain = true;
          await link.renewToken(limits);
          continue;
        }
        if (isGrpcError(error, GrpcStatus.unavailable)) this.#links.avoid(link, error);
        if (left <= 0 || !worthAnotherTry(error, kind)) throw portError(error, kind);
      }
    }
  }

  #linkWithin(limits: AttemptLimits): Promise<Link> {
    return withDeadline(this.#runtime, limits, limits.timeoutMs, (signal) => this.#links.acquire(signal));
  }
}

function limitsOf(timeoutMs: number, signal: AbortSignal | undefined): AttemptLimits {
  return signal === undefined ? { timeoutMs } : { signal, timeoutMs };
}

/** A call that its time limit or its caller ended after it was sent. */
function interrupted(kind: CallKind, error: unknown): unknown {
  if (kind === 'repeatable' || surelyNotApplied(error)) return portError(error, kind);
  const text = 'The reply to a write did not come before the call ended.';
  return new KeelsonError('E_OUTCOME_UNKNOWN', text, { cause: error });
}
