import {
  abortError,
  type CallOptions,
  type DeadlineTimer,
  deadlineTimer,
  isKeelsonError,
  KeelsonError,
  lookFirst,
  onAbort,
  type Runtime,
} from '@keelson/runtime';
import { type ServerAddress, serverName } from '../connect-string.ts';
import type { Channel } from '../connection/channel.ts';
import type { Established, HandshakeOptions } from '../connection/handshake.ts';
import { type Request, RequestPipe } from '../connection/request-pipe.ts';
import { type ServerRole, ServerRoleQuery } from '../connection/server-role.ts';
import type { JuteWriter } from '../wire/jute-writer.ts';
import { OpCode } from '../wire/op-code.ts';
import type { NodeEvent } from '../wire/records.ts';
import { ResultCode, resultError } from '../wire/result-code.ts';
import { ConnectionKeeper } from './connection-keeper.ts';
import { Reconnect } from './reconnect.ts';
import { aliveUntilMs, attached, heard, type SessionClock, sent } from './session-clock.ts';

/** What happens to the session and its connection. */
export type ConnectionEvent =
  /** Requests are taken. `newSession`: it is not the one of before; what was written under that has gone or will go. */
  | { readonly type: 'connected'; readonly newSession: boolean }
  /** Requests are refused until the next `connected`. */
  | { readonly type: 'disconnected'; readonly error: KeelsonError }
  /** Every server was tried in vain; the trying goes on. */
  | { readonly type: 'out-of-reach'; readonly error: KeelsonError }
  /** The client is at its end; `error` says why. */
  | { readonly type: 'ended'; readonly error: KeelsonError };

/** Id and password of a session: who has them can take it up, or end it. */
export interface SessionCredentials {
  readonly id: bigint;
  readonly password: Uint8Array;
}

/** How a link is set up. */
export interface LinkOptions {
  readonly servers: readonly ServerAddress[];
  readonly handshake: HandshakeOptions;
  readonly sessionTimeoutMs: number;
  readonly maxRequestBytes: number;
  /** What follows an expiry: the link's end, or a new session. */
  readonly onExpired: 'end' | 'renew';
  /** A session to take up instead of opening one. */
  readonly session: SessionCredentials | undefined;
}

/** What the link tells its client, in the order of the bytes. */
export interface LinkSink {
  onNodeEvent(event: NodeEvent): void;
  /** A connection is up; what `tell` sends now goes before any request. */
  onAttached(tell: (xid: number, code: number, write: (writer: JuteWriter) => void) => void): void;
  onConnection(event: ConnectionEvent): void;
}

const NO_PASSWORD = new Uint8Array(16);

/**
 * One ZooKeeper session, over as many connections as it takes. Everything that happens to it looks at the clock first, so that a
 * process that was stopped learns of its loss before it does anything else.
 */
export class SessionLink {
  readonly #runtime: Runtime;
  readonly #options: LinkOptions;
  readonly #sink: LinkSink;
  readonly #reconnect: Reconnect;
  readonly #ended: AbortController = new AbortController();
  /** Stops the search for servers. Trips after `#ended`: a session that is being closed still needs one. */
  readonly #stopped: AbortController = new AbortController();
  #pipe: RequestPipe | undefined;
  #server: string | undefined;
  #clock: SessionClock | undefined;
  #expiry: DeadlineTimer | undefined;
  #keeper: ConnectionKeeper | undefined;
  #roleQuery: ServerRoleQuery | undefined;
  #session: SessionCredentials;
  #timeoutMs: number;
  #lastZxid = 0n;
  #closing: Promise<void> | undefined;
  #waitingForPipe: (() => void)[] = [];

  constructor(options: LinkOptions, sink: LinkSink) {
    this.#options = options;
    this.#runtime = options.handshake.runtime;
    this.#sink = sink;
    this.#session = options.session ?? { id: 0n, password: NO_PASSWORD };
    this.#timeoutMs = options.sessionTimeoutMs;
    lookFirst(this.#ended.signal, () => this.#expiry?.check());
    this.#reconnect = new Reconnect(options.servers, options.handshake, (error) =>
      this.#sink.onConnection({ type: 'out-of-reach', error }),
    );
  }

  get session(): SessionCredentials {
    return this.#session;
  }

  /** As granted, in milliseconds. */
  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  /** The newest transaction that a reply has shown. */
  get lastZxid(): bigint {
    return this.#lastZxid;
  }

  /** `host:port` of the server that takes requests now. */
  get server(): string | undefined {
    return this.#server;
  }

  /** What the server connected to is in its ensemble; `undefined` while it has not said. It is asked when this is first wanted. */
  get serverRole(): ServerRole | undefined {
    return this.#roleQuery?.role;
  }

  /** Trips with `E_SESSION_EXPIRED`, `E_CLOSED` or `E_UNAUTHENTICATED`. */
  get ended(): AbortSignal {
    this.#expiry?.check();
    return this.#ended.signal;
  }

  /** Local monotonic time until which the server is known to keep the session; −Infinity while there is none. */
  get aliveUntilMs(): number {
    return this.#clock === undefined ? Number.NEGATIVE_INFINITY : aliveUntilMs(this.#clock);
  }

  /** Begins to connect, and goes on until the link has ended. */
  start(): void {
    this.#connect().catch((error: unknown) => this.#gaveUp(error));
  }

  /** Sends a request with the others of this tick; refuses it at once while there is no connection. */
  submit<T>(request: Request<T>, options: CallOptions): Promise<T> {
    if (options.signal?.aborted === true) return Promise.reject(abortError(options.signal));
    if (this.ended.aborted) return Promise.reject(this.#ended.signal.reason);
    if (this.#pipe !== undefined) return this.#pipe.submit(request, options);
    return Promise.reject(new KeelsonError('E_UNAVAILABLE', 'There is no connection to ZooKeeper at present.'));
  }

  /**
   * Ends the session at the server, so that its nodes go now. Trips `ended` first; requests in flight are still answered. Rejects
   * where the server cannot be told within `timeoutMs`: then the session lives on until its time-out.
   */
  close(options: CallOptions): Promise<void> {
    this.#end(new KeelsonError('E_CLOSED', 'The ZooKeeper client is closed.'));
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async #close(options: CallOptions): Promise<void> {
    const { signal, timeoutMs = Math.min(5_000, this.#timeoutMs) } = options;
    const timeUp = this.#runtime.timers.after(timeoutMs, () =>
      this.#stop(new KeelsonError('E_TIMEOUT', `The session could not be ended within ${timeoutMs} ms.`)),
    );
    const removeListener = onAbort(signal, (tripped) => this.#stop(abortError(tripped)));
    try {
      while (this.#session.id !== 0n && !this.#stopped.signal.aborted) {
        const pipe = this.#pipe;
        if (pipe === undefined) {
          await this.#attached();
          continue;
        }
        const request = { name: 'closeSession', code: OpCode.closeSession, changes: false, read: () => {} };
        const told = await pipe.submit(request, { timeoutMs }).then(
          () => true,
          (error: unknown) => isKeelsonError(error, 'E_SESSION_EXPIRED'),
        );
        if (told) return;
        // The connection broke: whether the server was told shows with the next one.
        if (this.#pipe === pipe) break;
      }
      if (this.#stopped.signal.aborted && this.#session.id !== 0n) throw this.#stopped.signal.reason;
    } finally {
      timeUp.cancel();
      removeListener();
      this.#stop(new KeelsonError('E_CLOSED', 'The ZooKeeper client is closed.'));
    }
  }

  /** Resolves when there is a connection, or the search for one has ended. */
  #attached(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stopped.signal.aborted) resolve();
      else this.#waitingForPipe.push(resolve);
    });
  }

  #wakeWaiting(): void {
    for (const wake of this.#waitingForPipe.splice(0)) wake();
  }

  async #connect(): Promise<void> {
    const { sessionTimeoutMs: timeoutMs } = this.#options;
    const established = await this.#reconnect.next(
      () => ({
        lastZxidSeen: this.#lastZxid,
        timeoutMs,
        sessionId: this.#session.id,
        password: this.#session.password,
      }),
      this.#stopped.signal,
    );
    if (this.#stopped.signal.aborted) {
      established.channel.destroy(abortError(this.#stopped.signal));
      return;
    }
    if (established.response.timeoutMs > 0) this.#attach(established);
    else this.#expiredAtServer(established);
  }

  #attach({ channel, response, sentMs }: Established): void {
    const newSession = response.sessionId !== this.#session.id;
    this.#session = { id: response.sessionId, password: response.password };
    this.#timeoutMs = response.timeoutMs;
    const nowMs = this.#runtime.clock.monotonicMs();
    const clock = attached(response.timeoutMs, sentMs, nowMs);
    this.#clock = clock;
    this.#server = serverName(channel.server);
    const pipe = new RequestPipe(this.#runtime, channel, this.#options.maxRequestBytes, {
      beforeArrival: () => this.#beforeArrival(),
      onSent: (atMs) => this.#sent(atMs),
      onHeard: (atMs, answeredSentMs) => this.#heard(atMs, answeredSentMs),
      onZxid: (zxid) => {
        if (zxid > this.#lastZxid) this.#lastZxid = zxid;
      },
      refusal: (code, request, path) => this.#refusal(code, request, path),
      onNodeEvent: (event) => this.#sink.onNodeEvent(event),
      onClosed: (error) => this.#detached(error),
    });
    if (!this.#watchExpiry()) {
      pipe.destroy(abortError(this.#ended.signal));
      return;
    }
    this.#pipe = pipe;
    this.#roleQuery = this.#queryOf(channel);
    this.#keeper = new ConnectionKeeper(this.#runtime, pipe, this.#server, () => this.#clock ?? clock);
    this.#keeper.start(this.#reconnect);
    this.#sink.onAttached((xid, code, write) => pipe.tell(xid, code, write));
    this.#sink.onConnection({ type: 'connected', newSession });
    this.#wakeWaiting();
  }

  #queryOf({ server, peer }: Channel): ServerRoleQuery {
    const { tls } = this.#options.handshake;
    return new ServerRoleQuery(peer === undefined ? undefined : { runtime: this.#runtime, server, peer, tls });
  }

  /** Where another session follows, the end of one is an interruption: nothing was done, and the same request can be made again. */
  #refusal(code: number, request: string, path: string | undefined): KeelsonError {
    if (code !== ResultCode.sessionExpired || this.#options.onExpired === 'end')
      return resultError(code, request, path);
    return new KeelsonError('E_UNAVAILABLE', 'ZooKeeper has ended the session; a new one is being opened.');
  }

  /** Moves the local deadline to what the clock says; `false` where it has passed. */
  #watchExpiry(): boolean {
    if (this.#options.onExpired === 'renew') return true;
    this.#expiry ??= deadlineTimer(this.#runtime, this.aliveUntilMs, () => this.#expiredLocally());
    this.#expiry.moveTo(this.aliveUntilMs);
    return !this.#expiry.check();
  }

  #beforeArrival(): boolean {
    this.#expiry?.check();
    return !this.#stopped.signal.aborted;
  }

  #sent(atMs: number): void {
    if (this.#clock !== undefined) this.#clock = sent(this.#clock, atMs);
  }

  #heard(atMs: number, answeredSentMs: number | undefined): void {
    if (this.#clock === undefined) return;
    this.#keeper?.heard();
    this.#clock = heard(this.#clock, atMs, answeredSentMs);
    if (answeredSentMs !== undefined && !this.#ended.signal.aborted) this.#watchExpiry();
  }

  #detached(error: KeelsonError): void {
    this.#pipe = undefined;
    this.#server = undefined;
    this.#keeper?.stop();
    this.#roleQuery?.end();
    this.#roleQuery = undefined;
    this.#expiry?.check();
    if (this.#stopped.signal.aborted) return;
    if (!this.#ended.signal.aborted) this.#sink.onConnection({ type: 'disconnected', error });
    this.start();
  }

  #expiredAtServer({ channel }: Established): void {
    const { id } = this.#session;
    const error = this.#expiryError(`ZooKeeper has ended the session ${hex(id)}.`);
    channel.destroy(error);
    this.#session = { id: 0n, password: NO_PASSWORD };
    this.#clock = undefined;
    if (this.#options.onExpired === 'renew' && !this.#ended.signal.aborted) {
      this.#runtime.logger.warn({ session: hex(id) }, 'session ended by ZooKeeper; opening a new one');
      this.start();
      return;
    }
    this.#end(error);
    this.#stop(error);
  }

  #expiredLocally(): void {
    const { id } = this.#session;
    this.#runtime.logger.warn({ session: hex(id), timeoutMs: this.#timeoutMs }, 'session lost: no answer came in time');
    const error = this.#expiryError(
      `The session ${hex(id)} is lost: nothing was answered within its time-out of ${this.#timeoutMs} ms.`,
    );
    const already = this.#ended.signal.aborted;
    this.#end(error);
    if (!already) this.#stop(error);
  }

  #expiryError(message: string): KeelsonError {
    const details = { session: hex(this.#session.id), timeoutMs: this.#timeoutMs };
    return new KeelsonError('E_SESSION_EXPIRED', message, { details });
  }

  /** The search for a server ended by itself: the credentials were refused, or the link was stopped. */
  #gaveUp(error: unknown): void {
    if (this.#stopped.signal.aborted) return;
    const reason = isKeelsonError(error)
      ? error
      : new KeelsonError('E_INTERNAL', 'The ZooKeeper client failed.', { cause: error });
    this.#end(reason);
    this.#stop(reason);
  }

  /** Trips `ended`, once: the first reason stands. */
  #end(error: KeelsonError): void {
    if (this.#ended.signal.aborted) return;
    this.#expiry?.cancel();
    this.#ended.abort(error);
    this.#sink.onConnection({ type: 'ended', error });
  }

  /** Frees everything. */
  #stop(error: KeelsonError): void {
    if (this.#stopped.signal.aborted) return;
    this.#expiry?.cancel();
    this.#stopped.abort(error);
    this.#pipe?.destroy(error);
    this.#wakeWaiting();
  }
}

/** A session id as the port and Helix write it. */
export function hex(sessionId: bigint): string {
  return BigInt.asUintN(64, sessionId).toString(16);
}
