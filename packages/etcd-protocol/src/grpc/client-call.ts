import type { Buffer } from 'node:buffer';
import http2, { type ClientHttp2Stream, type Http2Session, type IncomingHttpHeaders } from 'node:http2';
import {
  abortError,
  type CallOptions,
  isKeelsonError,
  onAbort,
  type Runtime,
  type TimerHandle,
} from '@keelson/runtime';
import { afterReceiving } from './after-receiving.ts';
import { errorOfHeaders, errorOfLostConnection, errorOfReset, errorOfTrailers } from './call-end.ts';
import { FrameSplitter } from './frame-splitter.ts';
import { GrpcError, GrpcStatus } from './status.ts';

const { NGHTTP2_CANCEL } = http2.constants;

/** What every call may be given. */
export interface GrpcCallOptions extends CallOptions {
  /** Further headers, lower case, ASCII. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a call does with what it receives. */
export interface CallEvents {
  onMessage(message: Buffer): void;
  /** Called exactly once and last. Undefined: status OK. An error that is no `GrpcError` is the caller's own abort. */
  onEnd(error: Error | undefined): void;
}

/** One call as seen by the client: turns the events of an HTTP/2 stream, the deadline and the signal into messages and one end. */
export class ClientCall {
  readonly stream: ClientHttp2Stream;
  readonly #events: CallEvents;
  readonly #splitter: FrameSplitter;
  /** A stream forgets its session when it closes. */
  readonly #session: Http2Session | undefined;
  readonly #runtime: Pick<Runtime, 'timers'>;
  readonly #options: GrpcCallOptions;
  #stopListening: () => void = () => {};
  #timer: TimerHandle | undefined;
  #trailers: IncomingHttpHeaders | undefined;
  #cause: unknown;
  #ended = false;

  constructor(
    stream: ClientHttp2Stream,
    runtime: Pick<Runtime, 'timers'>,
    maxMessageBytes: number,
    options: GrpcCallOptions,
    events: CallEvents,
  ) {
    this.stream = stream;
    this.#session = stream.session;
    this.#events = events;
    this.#runtime = runtime;
    this.#options = options;
    this.#splitter = new FrameSplitter(maxMessageBytes, (message) => {
      if (!this.#ended) events.onMessage(message);
    });
  }

  /** Starts listening. The signal must not have tripped yet. */
  begin(): void {
    const { stream } = this;
    stream.on('response', (headers) => this.#onHeaders(headers));
    stream.on('data', (chunk: Buffer) => this.#onData(chunk));
    stream.on('trailers', (trailers) => this.#onTrailers(trailers));
    stream.on('end', () => {
      if (this.#trailers !== undefined) this.#finish();
    });
    stream.on('error', (error) => {
      this.#cause = error;
    });
    stream.on('close', () => this.#finish());
    const { timeoutMs, signal } = this.#options;
    if (timeoutMs !== undefined) {
      const text = `No answer within ${timeoutMs} ms.`;
      this.#timer = this.#runtime.timers.after(timeoutMs, () => this.#expire(text));
    }
    if (signal !== undefined) this.#stopListening = onAbort(signal, () => this.cancel(abortError(signal)));
  }

  /** Whether `onEnd` has been called. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Gives the call up: it ends with `error`, and the server is told. */
  cancel(error: Error): void {
    this.#end(error);
    if (this.stream.destroyed) return;
    afterReceiving(this.#runtime, () => {
      if (!this.stream.destroyed) this.stream.close(NGHTTP2_CANCEL);
    });
  }

  #expire(text: string): void {
    this.cancel(new GrpcError(GrpcStatus.deadlineExceeded, text, { notProcessed: this.stream.pending }));
  }

  /** Trailers may overtake messages that a paused reader has not taken yet; the end then waits for them. */
  #onTrailers(trailers: IncomingHttpHeaders): void {
    this.#trailers = trailers;
    if (this.stream.readableLength === 0 && this.stream.readableFlowing === true) this.#finish();
  }

  #onHeaders(headers: IncomingHttpHeaders): void {
    const error = errorOfHeaders(headers);
    // An answer that has a status in its headers has nothing else, whatever its HTTP status.
    if (headers['grpc-status'] !== undefined) this.#trailers = headers;
    else if (error !== undefined) this.cancel(error);
  }

  #onData(chunk: Buffer): void {
    try {
      this.#splitter.push(chunk);
    } catch (error) {
      this.cancel(isKeelsonError(error) ? asGrpcError(error) : (error as Error));
    }
  }

  #finish(): void {
    if (this.#trailers !== undefined) this.#end(errorOfTrailers(this.#trailers) ?? this.#errorOfBody());
    else if (this.#session?.destroyed === true) this.#end(errorOfLostConnection(this.#cause));
    else this.#end(errorOfReset(this.stream.rstCode ?? 0, this.#cause));
  }

  #errorOfBody(): GrpcError | undefined {
    if (!this.#splitter.incomplete) return undefined;
    return new GrpcError(GrpcStatus.internal, 'The answer ended inside a message.');
  }

  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.cancel();
    this.#stopListening();
    this.#events.onEnd(error);
  }
}

function asGrpcError(error: Error): Error {
  if (error instanceof GrpcError) return error;
  return new GrpcError(GrpcStatus.internal, `The server sent a message that cannot be read: ${error.message}`, {
    cause: error,
  });
}
