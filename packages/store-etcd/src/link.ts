import {
  type ClientStream,
  type GrpcConnection,
  GrpcStatus,
  type Init,
  isGrpcError,
  type Method,
  maintenanceService,
  type StreamHandlers,
} from '@keelson/etcd-protocol';
import { type CallOptions, KeelsonError, type Runtime, type TimerHandle } from '@keelson/runtime';
import { answersProgressInOrder } from './server-version.ts';
import { type EtcdCredentials, SignIn } from './sign-in.ts';

/** A call that has waited so long without hearing anything from the server makes us ask whether it is still there, in milliseconds. */
const SILENCE_MS = 1_000;
/** How long the answer to that may take, in milliseconds, before the connection is given up. */
const PROBE_TIMEOUT_MS = 1_000;
const LOOK_EVERY_MS = 250;
/** Most silence that one look counts, in milliseconds: a look that comes later than that found this process stopped, not the server silent. */
const MOST_SILENCE_MS = 2 * LOOK_EVERY_MS;
/** The question's own time limit, in milliseconds: only there so that it ends; silence is counted by the looks. */
const PROBE_LIMIT_MS = 10_000;

/** What a call over a link takes. */
export interface LinkCallOptions extends CallOptions {
  /** The member must have a leader, else it refuses at once instead of letting the call wait. */
  readonly requireLeader: boolean;
}

/**
 * One connection to one member, ready to be used: the member has answered and the user is signed in.
 *
 * While something is awaited and nothing is heard, a small call asks whether the member is still there; a member that does not answer is given
 * up after `SILENCE_MS + PROBE_TIMEOUT_MS`, so a frozen process or a cut cable is found in about two seconds. (An HTTP/2 PING would be cheaper,
 * but etcd hangs up on clients that send it more often than every five seconds.)
 */
export class Link {
  readonly #connection: GrpcConnection;
  readonly #runtime: Runtime;
  readonly #signIn: SignIn;
  readonly #look: TimerHandle;
  readonly #retired: AbortController = new AbortController();
  #version: string | undefined;
  #outstanding = 0;
  #heardMs: number;
  #lookedMs: number;
  #silentMs = 0;
  #probing = false;

  private constructor(connection: GrpcConnection, runtime: Runtime, credentials: EtcdCredentials | undefined) {
    this.#connection = connection;
    this.#runtime = runtime;
    this.#signIn = new SignIn(connection, credentials);
    this.#heardMs = runtime.clock.monotonicMs();
    this.#lookedMs = this.#heardMs;
    this.#look = runtime.timers.every(LOOK_EVERY_MS, () => this.#lookForSilence(), { background: true });
    connection.onClosed((error) => this.retire(error));
  }

  /** Signs in and makes sure that the member answers. Closes the connection where that fails. */
  static async open(
    connection: GrpcConnection,
    runtime: Runtime,
    credentials: EtcdCredentials | undefined,
    options: CallOptions,
  ): Promise<Link> {
    const link = new Link(connection, runtime, credentials);
    try {
      await link.renewToken(options);
      await link.#askVersion(options);
      return link;
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** Trips when no new calls must be made over this link. */
  get retired(): AbortSignal {
    return this.#retired.signal;
  }

  /** Whether progress requests to this member can be relied on. */
  get progressTrusted(): boolean {
    return answersProgressInOrder(this.#version);
  }

  /** A call with one answer. Rejects with `GrpcError`, or as `signal` says. */
  async unary<Request, Response>(
    method: Method<Request, Response>,
    request: Init<Request>,
    options: LinkCallOptions,
  ): Promise<Response> {
    const { requireLeader, ...rest } = options;
    this.#begin();
    try {
      const response = await this.#connection.unary(method, request, {
        ...rest,
        metadata: this.#metadata(requireLeader),
      });
      this.#heard();
      return response;
    } finally {
      this.#finish();
    }
  }

  /** A call that streams both ways. The member must have a leader. */
  stream<Request, Response>(
    method: Method<Request, Response>,
    handlers: StreamHandlers<Response>,
    options: CallOptions = {},
  ): ClientStream<Request> {
    this.#begin();
    const heardOf: StreamHandlers<Response> = {
      onMessage: (message) => {
        this.#heard();
        handlers.onMessage(message);
      },
      onEnd: (error) => {
        this.#finish();
        handlers.onEnd(error);
      },
    };
    try {
      return this.#connection.stream(method, heardOf, { ...options, metadata: this.#metadata(true) });
    } catch (error) {
      this.#finish();
      throw error;
    }
  }

  /** Signs in again; see `SignIn.renew`. */
  renewToken(options: CallOptions = {}): Promise<void> {
    return this.#signIn.renew(options);
  }

  /** No new calls; those under way may end. The connection goes with the last of them. */
  retire(reason: unknown): void {
    if (!this.#retired.signal.aborted) this.#retired.abort(reason);
    if (this.#outstanding === 0) void this.close();
  }

  /** Ends the connection and every call on it. Idempotent. */
  async close(): Promise<void> {
    this.#look.cancel();
    if (!this.#retired.signal.aborted) this.#retired.abort(new KeelsonError('E_CLOSED', 'The store was closed.'));
    await this.#connection.close();
  }

  async #askVersion(options: CallOptions): Promise<void> {
    try {
      const { version } = await this.unary(maintenanceService.status, {}, { ...options, requireLeader: false });
      this.#version = version;
    } catch (error) {
      // Any answer proves that the member is there; one without a version is treated as an old one.
      if (!isGrpcError(error) || !isAnswer(error.status)) throw error;
    }
  }

  #metadata(requireLeader: boolean): Readonly<Record<string, string>> {
    return requireLeader ? { hasleader: 'true', ...this.#signIn.metadata } : this.#signIn.metadata;
  }

  #begin(): void {
    // What was quiet because nothing was asked is not silent.
    if (this.#outstanding === 0) this.#heard();
    this.#outstanding += 1;
  }

  #finish(): void {
    this.#outstanding -= 1;
    if (this.#outstanding === 0 && this.#retired.signal.aborted) void this.close();
  }

  #heard(): void {
    this.#heardMs = this.#runtime.clock.monotonicMs();
    this.#silentMs = 0;
  }

  #lookForSilence(): void {
    const nowMs = this.#runtime.clock.monotonicMs();
    const sinceMs = nowMs - Math.max(this.#lookedMs, this.#heardMs);
    this.#lookedMs = nowMs;
    if (this.#outstanding === 0) return;
    this.#silentMs += Math.min(sinceMs, MOST_SILENCE_MS);
    if (this.#silentMs >= SILENCE_MS + PROBE_TIMEOUT_MS) this.#giveUp();
    else if (this.#silentMs >= SILENCE_MS && !this.#probing) this.#probe();
  }

  /** Asks whether the member is still there. Any answer of its own says so. */
  #probe(): void {
    this.#probing = true;
    this.#connection
      .unary(maintenanceService.status, {}, { timeoutMs: PROBE_LIMIT_MS, metadata: this.#metadata(false) })
      .then(
        () => this.#heard(),
        (error: unknown) => {
          if (isGrpcError(error) && isAnswer(error.status)) this.#heard();
        },
      )
      .finally(() => {
        this.#probing = false;
      });
  }

  #giveUp(): void {
    const text = `${this.#connection.address} keeps silent: no answer for ${SILENCE_MS + PROBE_TIMEOUT_MS} ms.`;
    this.retire(new KeelsonError('E_UNAVAILABLE', text));
    void this.close();
  }
}

/** Whether a failed call was answered by the server, rather than by this side or the connection. */
function isAnswer(status: number): boolean {
  return ![GrpcStatus.unavailable, GrpcStatus.deadlineExceeded, GrpcStatus.cancelled].some((one) => one === status);
}
