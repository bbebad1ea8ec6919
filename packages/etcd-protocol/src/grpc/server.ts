import type { Buffer } from 'node:buffer';
import http2, {
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { KeelsonError, type Runtime } from '@keelson/runtime';
import { type CallEnvironment, StreamServerCall, UnaryServerCall } from './server-call.ts';
import type { GrpcHandler } from './server-handler.ts';
import { replyError, replyHttpStatus, toGrpcError } from './server-reply.ts';
import { GrpcError, GrpcStatus } from './status.ts';

/** TLS of the server: PEM texts, as `node:tls` takes them. */
export interface ServerTls {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** Where given, only clients with a certificate of these authorities are let in. */
  readonly clientCa?: string | Buffer;
}

/** Where a server listens, and what it answers. */
export interface GrpcServerOptions {
  readonly runtime: Runtime;
  /** Address to bind to, as `127.0.0.1` or `::`. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls?: ServerTls;
  readonly handlers: readonly GrpcHandler[];
  /** Largest request message, in bytes; larger ones get RESOURCE_EXHAUSTED. Default 4 MiB, gRPC's usual. */
  readonly maxMessageBytes?: number;
  /** Calls under way at one time on one connection; the client holds others back. Default 10,000. */
  readonly maxConcurrentCalls?: number;
  /** Looks at every call before its handler does; throws a `GrpcError` to refuse it. */
  readonly authorize?: (path: string, metadata: IncomingHttpHeaders) => void;
  /** Every so many milliseconds each connection is asked by PING whether somebody is there. Default 60,000. */
  readonly keepAliveMs?: number;
}

/** How a server closes. */
export interface CloseGrpcServerOptions {
  /** What streaming calls are ended with. */
  readonly error?: GrpcError;
  /** Milliseconds that calls under way get to finish before they are cut off. Default 2000. */
  readonly graceMs?: number;
}

/** A server that listens. */
export interface GrpcServer {
  /** The port it really has. */
  readonly port: number;
  /** Takes no more connections and calls (GOAWAY), ends streams, lets unary calls finish, then cuts off what is left. Idempotent. */
  close(options?: CloseGrpcServerOptions): Promise<void>;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Serves gRPC over HTTP/2: with TLS, or in clear with prior knowledge. Rejects with `E_ADDRESS_IN_USE` where the port is taken, and
 * with `E_INVALID_ARGUMENT` where it cannot listen for another reason.
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const server = new Http2GrpcServer(options);
  await server.listen();
  return server;
}

class Http2GrpcServer implements GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #environment: CallEnvironment;
  readonly #handlers: ReadonlyMap<string, GrpcHandler>;
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #streams = new Set<StreamServerCall>();
  #closed: Promise<void> | undefined;

  constructor(options: GrpcServerOptions) {
    const { runtime, handlers, maxMessageBytes = 4 * MEBIBYTE } = options;
    this.#options = options;
    this.#environment = { runtime, logger: runtime.logger, maxMessageBytes };
    this.#handlers = new Map(handlers.map((handler) => [handler.path, handler]));
    this.#server = createServer(options);
    this.#server.on('session', (session) => this.#onSession(session));
    this.#server.on('sessionError', (error) => runtime.logger.debug({ error }, 'A gRPC connection broke.'));
    this.#server.on('stream', (stream, headers) => this.#onStream(stream, headers));
  }

  get port(): number {
    const address = this.#server.address() as AddressInfo | null;
    return address?.port ?? this.#options.port;
  }

  listen(): Promise<void> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(host, port, cause)));
      this.#server.listen(port, host, () => resolve());
    });
  }

  close(options: CloseGrpcServerOptions = {}): Promise<void> {
    this.#closed ??= this.#close(options);
    return this.#closed;
  }

  async #close(options: CloseGrpcServerOptions): Promise<void> {
    const { graceMs = 2_000, error = new GrpcError(GrpcStatus.unavailable, 'The server is stopping.') } = options;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const call of this.#streams) call.fail(error);
    for (const session of this.#sessions) session.close();
    const cut = this.#options.runtime.timers.after(graceMs, () => {
      for (const session of this.#sessions) session.destroy();
    });
    await closed;
    cut.cancel();
  }

  #onSession(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.setLocalWindowSize(16 * MEBIBYTE);
    const { runtime, keepAliveMs = 60_000 } = this.#options;
    let answered = true;
    const keepAlive = runtime.timers.every(
      keepAliveMs,
      () => {
        if (!answered) session.destroy();
        if (session.destroyed) return;
        answered = false;
        session.ping((error) => {
          answered = error === null;
        });
      },
      { background: true },
    );
    session.on('error', (error) => runtime.logger.debug({ error }, 'A gRPC connection broke.'));
    session.on('close', () => {
      keepAlive.cancel();
      this.#sessions.delete(session);
    });
  }

  #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const httpStatus = httpRefusal(headers);
    if (httpStatus !== undefined) {
      refuse(stream, () => replyHttpStatus(stream, httpStatus, this.#options.runtime));
      return;
    }
    try {
      this.#begin(stream, headers, this.#handlerOf(headers));
    } catch (error) {
      refuse(stream, () => replyError(stream, toGrpcError(error), this.#options.runtime));
    }
  }

  #begin(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, handler: GrpcHandler): void {
    if (handler.kind === 'unary') {
      new UnaryServerCall(stream, headers, this.#environment, handler).begin();
      return;
    }
    const call = new StreamServerCall(stream, headers, this.#environment, handler);
    this.#streams.add(call);
    call.begin();
    stream.on('close', () => this.#streams.delete(call));
  }

  #handlerOf(headers: IncomingHttpHeaders): GrpcHandler {
    const path = headers[':path'] ?? '';
    const handler = this.#handlers.get(path);
    if (handler === undefined) throw this.#unknownMethod(path);
    refuseCompression(headers);
    this.#options.authorize?.(path, headers);
    return handler;
  }

  /** In the words of Go's server, which tools of etcd may look at. */
  #unknownMethod(path: string): GrpcError {
    const [, service = '', method = ''] = /^\/([^/]*)\/(.*)$/.exec(path) ?? [];
    const known = [...this.#handlers.keys()].some((one) => one.startsWith(`/${service}/`));
    const text = known ? `unknown method ${method} for service ${service}` : `unknown service ${service}`;
    return new GrpcError(GrpcStatus.unimplemented, text);
  }
}

function createServer(options: GrpcServerOptions): Http2Server {
  const { tls, maxConcurrentCalls = 10_000 } = options;
  const common = {
    settings: { maxConcurrentStreams: maxConcurrentCalls, initialWindowSize: MEBIBYTE, enablePush: false },
    // Counts what is waiting to be sent on one connection; above it node refuses new streams.
    maxSessionMemory: 256,
  };
  if (tls === undefined) return http2.createServer(common);
  const { cert, key, clientCa } = tls;
  const authority = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  // Same events and methods; only the type differs.
  return http2.createSecureServer({ ...common, cert, key, ...authority });
}

function refuse(stream: ServerHttp2Stream, reply: () => void): void {
  // A client that is gone needs no refusal.
  stream.on('error', () => stream.destroy());
  reply();
}

/** The HTTP status for a request that is not gRPC; undefined where it is. */
function httpRefusal(headers: IncomingHttpHeaders): number | undefined {
  if (headers[':method'] !== 'POST') return 405;
  return headers['content-type']?.startsWith('application/grpc') === true ? undefined : 415;
}

function refuseCompression(headers: IncomingHttpHeaders): void {
  const encoding = headers['grpc-encoding'];
  if (encoding === undefined || encoding === 'identity') return;
  const text = `grpc: Decompressor is not installed for grpc-encoding "${String(encoding)}"`;
  throw new GrpcError(GrpcStatus.unimplemented, text);
}

function listenError(host: string, port: number, cause: NodeJS.ErrnoException): KeelsonError {
  if (cause.code === 'EADDRINUSE') {
    const text = `Port ${port} of ${host} is taken. Stop what listens there, or choose another port.`;
    return new KeelsonError('E_ADDRESS_IN_USE', text, { cause, details: { host, port } });
  }
  return new KeelsonError('E_INVALID_ARGUMENT', `Cannot listen on ${host}:${port}: ${cause.message}`, { cause });
}
