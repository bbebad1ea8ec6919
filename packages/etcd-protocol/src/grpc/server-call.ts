import type { Buffer } from 'node:buffer';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { isKeelsonError, KeelsonError, type Logger, type Runtime, type TimerHandle } from '@keelson/runtime';
import { FrameSplitter } from './frame-splitter.ts';
import type { CallInfo, GrpcHandler, RawServerStream, StreamListener } from './server-handler.ts';
import { beginReply, errorTrailers, replyError, replyOk, toGrpcError } from './server-reply.ts';
import { GrpcError, GrpcStatus } from './status.ts';
import { decodeGrpcTimeout } from './timeout.ts';

/** What calls have in common on one server. */
export interface CallEnvironment {
  readonly runtime: Pick<Runtime, 'timers'>;
  readonly logger: Logger;
  readonly maxMessageBytes: number;
}

/** Parts that unary and streaming calls share: deadline, signal, and the reading of messages. */
abstract class ServerCall implements CallInfo {
  readonly metadata: IncomingHttpHeaders;
  readonly timeoutMs: number | undefined;
  requestBytes = 0;
  protected readonly stream: ServerHttp2Stream;
  protected readonly environment: CallEnvironment;
  readonly #splitter: FrameSplitter;
  #controller: AbortController | undefined;
  #deadline: TimerHandle | undefined;
  #closed = false;

  constructor(stream: ServerHttp2Stream, metadata: IncomingHttpHeaders, environment: CallEnvironment) {
    this.stream = stream;
    this.metadata = metadata;
    this.environment = environment;
    const timeout = metadata['grpc-timeout'];
    this.timeoutMs = typeof timeout === 'string' ? decodeGrpcTimeout(timeout) : undefined;
    this.#splitter = new FrameSplitter(environment.maxMessageBytes, (message) => {
      this.requestBytes = message.length;
      this.onMessage(message);
    });
  }

  /** Starts reading. */
  begin(): void {
    const { stream } = this;
    stream.on('data', (chunk: Buffer) => this.#onData(chunk));
    stream.on('end', () => this.#onEnd());
    stream.on('error', (error) => this.environment.logger.debug({ error }, 'A gRPC stream broke.'));
    stream.on('close', () => this.#onClose());
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#closed) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Ends the call with the error; once the call is over this does nothing. */
  abstract fail(error: GrpcError): void;
  protected abstract onMessage(message: Buffer): void;
  protected abstract onHalfClose(): void;
  protected abstract onClosed(): void;

  /** Ends the call when the client's time is over. Costs a timer, so a call answered at once never asks for it. */
  protected armDeadline(): void {
    if (this.timeoutMs === undefined || this.#deadline !== undefined || this.#closed) return;
    const error = new GrpcError(GrpcStatus.deadlineExceeded, 'context deadline exceeded');
    this.#deadline = this.environment.runtime.timers.after(this.timeoutMs, () => this.fail(error), {
      background: true,
    });
  }

  /** Runs a handler's code; what it throws ends the call. */
  protected attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failWith(error);
    }
  }

  protected failWith(error: unknown): void {
    const status = toGrpcError(error);
    if (status.status === GrpcStatus.internal) {
      const { logger } = this.environment;
      if (isClientsFault(error)) logger.debug({ error }, 'A gRPC call was malformed.');
      else logger.error({ error }, 'A gRPC call failed.');
    }
    this.fail(status);
  }

  #onData(chunk: Buffer): void {
    this.attempt(() => this.#splitter.push(chunk));
  }

  #onEnd(): void {
    if (this.#splitter.incomplete) {
      this.fail(new GrpcError(GrpcStatus.internal, 'The call ended inside a message.'));
    } else this.attempt(() => this.onHalfClose());
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deadline?.cancel();
    this.#controller?.abort(new KeelsonError('E_ABORTED', 'The call is over.'));
    this.attempt(() => this.onClosed());
  }
}

/** A call with one request and one answer. */
export class UnaryServerCall extends ServerCall {
  readonly #handler: GrpcHandler & { kind: 'unary' };
  #begun = false;
  #answered = false;

  constructor(
    stream: ServerHttp2Stream,
    metadata: IncomingHttpHeaders,
    environment: CallEnvironment,
    handler: GrpcHandler & { kind: 'unary' },
  ) {
    super(stream, metadata, environment);
    this.#handler = handler;
  }

  fail(error: GrpcError): void {
    if (this.#answered) return;
    this.#answered = true;
    replyError(this.stream, error, this.environment.runtime);
  }

  protected onMessage(message: Buffer): void {
    if (this.#begun) throw new GrpcError(GrpcStatus.internal, 'A unary call has more than one request message.');
    this.#begun = true;
    const answer = this.#answer(message);
    if (!(answer instanceof Promise)) {
      this.#reply(answer);
      return;
    }
    this.armDeadline();
    answer.then(
      (frame) => this.#reply(frame),
      (error: unknown) => this.failWith(error),
    );
  }

  protected onHalfClose(): void {
    if (!this.#begun) throw new GrpcError(GrpcStatus.internal, 'A unary call has no request message.');
  }

  protected onClosed(): void {
    this.#answered = true;
  }

  #answer(message: Buffer): Buffer | Promise<Buffer> {
    return this.#handler.answer(message, this);
  }

  #reply(frame: Buffer): void {
    if (this.#answered) return;
    this.#answered = true;
    replyOk(this.stream, frame);
  }
}

/** A call that streams. */
export class StreamServerCall extends ServerCall implements RawServerStream {
  readonly #handler: GrpcHandler & { kind: 'stream' };
  #listener: StreamListener<Buffer> | undefined;
  #error: GrpcError | undefined;
  #ended = false;

  constructor(
    stream: ServerHttp2Stream,
    metadata: IncomingHttpHeaders,
    environment: CallEnvironment,
    handler: GrpcHandler & { kind: 'stream' },
  ) {
    super(stream, metadata, environment);
    this.#handler = handler;
  }

  override begin(): void {
    super.begin();
    this.stream.on('drain', () => this.#onDrain());
    this.armDeadline();
    this.attempt(() => {
      this.#listener = this.#handler.open(this);
    });
  }

  get writable(): boolean {
    return !this.stream.writableNeedDrain;
  }

  sendFrame(frame: Uint8Array): boolean {
    if (this.#ended || this.stream.destroyed) return true;
    this.#begin();
    const more = this.stream.write(frame);
    if (!more) this.stream.pause();
    return more;
  }

  end(): void {
    if (this.#ended || this.stream.destroyed) return;
    this.#ended = true;
    this.#begin();
    this.stream.end();
  }

  fail(error: GrpcError): void {
    if (this.#ended || this.stream.destroyed) return;
    if (!this.stream.headersSent) {
      this.#ended = true;
      replyError(this.stream, error, this.environment.runtime);
      return;
    }
    this.#error = error;
    this.end();
  }

  protected onMessage(message: Buffer): void {
    if (!this.#ended) this.#listener?.onMessage(message);
  }

  protected onHalfClose(): void {
    if (!this.#ended) this.#listener?.onHalfClose();
  }

  protected onClosed(): void {
    this.#ended = true;
    this.#listener?.onClosed();
  }

  #begin(): void {
    if (!this.stream.headersSent) beginReply(this.stream, () => errorTrailers(this.#error));
  }

  #onDrain(): void {
    this.stream.resume();
    this.attempt(() => this.#listener?.onDrain?.());
  }
}

/** Whether a call failed by what the client sent: a frame or message that cannot be read. What went wrong on our side has a cause. */
function isClientsFault(error: unknown): boolean {
  if (error instanceof GrpcError) return error.cause === undefined;
  return isKeelsonError(error, 'E_INVALID_ARGUMENT');
}
