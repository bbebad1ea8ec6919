import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import {
  abortError,
  type CallOptions,
  DEFAULT_TIMEOUT_MS,
  KeelsonError,
  onAbort,
  type Runtime,
  type TimerHandle,
} from '@keelson/runtime';
import type { Init } from '../wire/message.ts';
import { afterReceiving } from './after-receiving.ts';
import { ClientCall, type GrpcCallOptions } from './client-call.ts';
import { type ClientStream, clientStream, type StreamHandlers } from './client-stream.ts';
import type { Method } from './method.ts';
import { GrpcError, GrpcStatus } from './status.ts';
import { encodeGrpcTimeout } from './timeout.ts';

/** TLS of the client: PEM texts, as `node:tls` takes them. */
export interface ClientTls {
  /** Certificates to trust instead of the well-known ones. */
  readonly ca?: string | Uint8Array;
  /** The client's own certificate and key, where the server asks for one. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** Name to expect in the server's certificate instead of the host's. */
  readonly serverName?: string;
}

/** Where and how to connect. */
export interface ConnectGrpcOptions extends CallOptions {
  /** `host:port`; IPv6 as `[::1]:2379`. */
  readonly address: string;
  readonly runtime: Runtime;
  readonly tls?: ClientTls;
  /**
   * Every so many milliseconds an HTTP/2 PING asks whether the server is still there. Default 5500: etcd cuts clients off that
   * ping more often than every 5 s.
   */
  readonly keepAliveMs?: number;
  /** The connection is given up where a PING is not answered within so many milliseconds. Default 3000. */
  readonly keepAliveTimeoutMs?: number;
  /** Largest message accepted, in bytes. Default 256 MiB, as answers of etcd have no limit of their own. */
  readonly maxMessageBytes?: number;
}

/** One HTTP/2 connection to one server. It is not made again when it breaks: whoever opened it does that. */
export interface GrpcConnection extends AsyncDisposable {
  readonly address: string;
  /** No new calls can be made. Calls under way may still end well after the server announced that it goes. */
  readonly closed: boolean;
  /**
   * Calls a method that takes and gives one message. `timeoutMs` defaults to 5000. Rejects with `GrpcError`, or as `signal` says.
   */
  unary<Request, Response>(
    method: Method<Request, Response>,
    request: Init<Request>,
    options?: GrpcCallOptions,
  ): Promise<Response>;
  /** Opens a streaming call. It has no deadline unless `timeoutMs` is given. */
  stream<Request, Response>(
    method: Method<Request, Response>,
    handlers: StreamHandlers<Response>,
    options?: GrpcCallOptions,
  ): ClientStream<Request>;
  /** Asks whether the server is there; resolves with the milliseconds it took, rejects with `GrpcError` DEADLINE_EXCEEDED or UNAVAILABLE. */
  ping(options?: CallOptions): Promise<number>;
  /** Calls `listener` once when `closed` becomes true, at once where it is. Returns what takes it off again. */
  onClosed(listener: (error: GrpcError) => void): () => void;
  /** Ends the connection, and every call on it with UNAVAILABLE. */
  close(): Promise<void>;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Connects to a gRPC server. Rejects with `GrpcError` UNAVAILABLE where that fails or takes longer than `timeoutMs` (default 5000),
 * or as `signal` says.
 *
 * @example
 * const connection = await connectGrpc({ address: '127.0.0.1:2379', runtime });
 * const { header } = await connection.unary(kvService.put, { key: 'a', value: new Uint8Array([1]) });
 */
export async function connectGrpc(options: ConnectGrpcOptions): Promise<GrpcConnection> {
  const { address, tls } = options;
  if (options.signal?.aborted === true) throw abortError(options.signal);
  const session = http2.connect(`${tls === undefined ? 'http' : 'https'}://${address}`, {
    settings: { enablePush: false, initialWindowSize: MEBIBYTE },
    // Counts what is waiting to be sent; above it node refuses streams.
    maxSessionMemory: 256,
    ...(tls === undefined ? {} : tlsOptions(tls)),
  });
  await connected(session, options);
  session.setLocalWindowSize(16 * MEBIBYTE);
  return new Http2Connection(session, options);
}

function tlsOptions(tls: ClientTls): http2.SecureClientSessionOptions {
  const { serverName, ...pem } = tls;
  const given = Object.fromEntries(Object.entries(pem).filter(([, value]) => value !== undefined));
  return { ...given, ...(serverName === undefined ? {} : { servername: serverName }) };
}

function connected(session: ClientHttp2Session, options: ConnectGrpcOptions): Promise<void> {
  const { address, runtime, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (error?: Error): void => {
      if (settled) return;
      settled = true;
      timer.cancel();
      stopListening();
      if (error === undefined) resolve();
      else {
        session.destroy();
        reject(error);
      }
    };
    const fail = (what: string, cause?: unknown): void => {
      const text = `Cannot connect to ${address}: ${what}`;
      settle(new GrpcError(GrpcStatus.unavailable, text, { cause, notProcessed: true }));
    };
    const timer = runtime.timers.after(timeoutMs, () => fail(`no answer within ${timeoutMs} ms.`));
    const stopListening = onAbort(signal, (tripped) => settle(abortError(tripped)));
    session.once('connect', () => settle());
    session.on('error', (error: Error) => fail(error.message, error));
    session.once('close', () => fail('the connection was closed.'));
  });
}

class Http2Connection implements GrpcConnection {
  readonly address: string;
  readonly #session: ClientHttp2Session;
  readonly #runtime: Runtime;
  readonly #maxMessageBytes: number;
  readonly #listeners = new Set<(error: GrpcError) => void>();
  readonly #keepAlive: TimerHandle;
  #closedBy: GrpcError | undefined;

  constructor(session: ClientHttp2Session, options: ConnectGrpcOptions) {
    const { keepAliveMs = 5_500, keepAliveTimeoutMs = 3_000, maxMessageBytes = 256 * MEBIBYTE } = options;
    this.address = options.address;
    this.#session = session;
    this.#runtime = options.runtime;
    this.#maxMessageBytes = maxMessageBytes;
    this.#keepAlive = options.runtime.timers.every(keepAliveMs, () => this.#keepAliveOnce(keepAliveTimeoutMs), {
      background: true,
    });
    session.on('goaway', (code: number) => this.#closing(`the server is going away (HTTP/2 code ${code}).`));
    session.on('error', (error: Error) => this.#closing(error.message, error));
    session.on('close', () => this.#closing('the connection was closed.'));
    if (session.destroyed) this.#closing('the connection was closed.');
  }

  get closed(): boolean {
    return this.#closedBy !== undefined;
  }

  unary<Request, Response>(
    method: Method<Request, Response>,
    request: Init<Request>,
    options: GrpcCallOptions = {},
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (options.signal?.aborted === true) throw abortError(options.signal);
      const frame = method.request.encodeFrame(request);
      const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const stream = this.#open(method.path, timeoutMs, options);
      let response: Response | undefined;
      const call = new ClientCall(
        stream,
        this.#runtime,
        this.#maxMessageBytes,
        { ...options, timeoutMs },
        {
          onMessage: (message) => {
            response = method.response.decode(message);
          },
          onEnd: (error) => {
            if (error !== undefined) reject(error);
            else if (response !== undefined) resolve(response);
            else reject(new GrpcError(GrpcStatus.internal, 'The server ended the call without an answer.'));
          },
        },
      );
      call.begin();
      stream.end(frame);
    });
  }

  stream<Request, Response>(
    method: Method<Request, Response>,
    handlers: StreamHandlers<Response>,
    options: GrpcCallOptions = {},
  ): ClientStream<Request> {
    if (options.signal?.aborted === true) throw abortError(options.signal);
    const stream = this.#open(method.path, options.timeoutMs, options);
    const call = new ClientCall(stream, this.#runtime, this.#maxMessageBytes, options, {
      onMessage: (message) => handlers.onMessage(method.response.decode(message)),
      onEnd: (error) => handlers.onEnd(error),
    });
    call.begin();
    return clientStream(method, call);
  }

  ping(options: CallOptions = {}): Promise<number> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    return new Promise((resolve, reject) => {
      this.#refuseIfClosed();
      if (signal?.aborted === true) throw abortError(signal);
      const finish = (then: () => void): void => {
        timer.cancel();
        stopListening();
        stopWatching();
        then();
      };
      const fail = (error: Error): void => finish(() => reject(error));
      const timer = this.#runtime.timers.after(timeoutMs, () =>
        fail(new GrpcError(GrpcStatus.deadlineExceeded, `No answer to a PING within ${timeoutMs} ms.`)),
      );
      const stopListening = onAbort(signal, (tripped) => fail(abortError(tripped)));
      const stopWatching = this.onClosed(fail);
      this.#session.ping((error, durationMs) => {
        if (error === null) finish(() => resolve(durationMs));
        else fail(new GrpcError(GrpcStatus.unavailable, `The PING was cancelled: ${error.message}`, { cause: error }));
      });
    });
  }

  onClosed(listener: (error: GrpcError) => void): () => void {
    if (this.#closedBy !== undefined) listener(this.#closedBy);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closing('it was closed by this side.');
    // Destroyed by the other side or by an error: no further 'close' will come.
    if (this.#session.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#session.once('close', () => resolve());
      afterReceiving(this.#runtime, () => this.#session.destroy(undefined, http2.constants.NGHTTP2_CANCEL));
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(path: string, timeoutMs: number | undefined, options: GrpcCallOptions): ClientHttp2Stream {
    this.#refuseIfClosed();
    const headers: Record<string, string> = {
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...options.metadata,
    };
    if (timeoutMs !== undefined) headers['grpc-timeout'] = encodeGrpcTimeout(timeoutMs);
    try {
      return this.#session.request(headers);
    } catch (cause) {
      throw new GrpcError(GrpcStatus.unavailable, `Cannot call ${path} at ${this.address}.`, {
        cause,
        notProcessed: true,
      });
    }
  }

  #refuseIfClosed(): void {
    if (this.#closedBy === undefined) return;
    const text = `The connection to ${this.address} has ended.`;
    throw new GrpcError(GrpcStatus.unavailable, text, { cause: this.#closedBy, notProcessed: true });
  }

  #keepAliveOnce(timeoutMs: number): void {
    this.ping({ timeoutMs }).catch((cause: unknown) => {
      const error = new KeelsonError('E_UNAVAILABLE', `${this.address} does not answer.`, { cause });
      if (!this.#session.destroyed) this.#session.destroy(error, http2.constants.NGHTTP2_CANCEL);
    });
  }

  #closing(what: string, cause?: unknown): void {
    if (this.#closedBy !== undefined) return;
    const text = `The connection to ${this.address} has ended: ${what}`;
    this.#closedBy = new GrpcError(GrpcStatus.unavailable, text, { cause });
    this.#keepAlive.cancel();
    for (const listener of this.#listeners) listener(this.#closedBy);
    this.#listeners.clear();
  }
}
