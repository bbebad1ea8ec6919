import type { IncomingHttpHeaders } from 'node:http2';
import type { Init } from '../wire/message.ts';
import type { Method } from './method.ts';
import type { GrpcError } from './status.ts';

/** What a handler may know of a call besides its request. */
export interface CallInfo {
  /** Headers of the call, lower case: gRPC's metadata and HTTP's own. */
  readonly metadata: IncomingHttpHeaders;
  /** Milliseconds the client gave the call when it began; undefined: no limit. The server ends the call by itself when they are over. */
  readonly timeoutMs: number | undefined;
  /** Size of the last request message read, in bytes. */
  readonly requestBytes: number;
  /** Trips when the call is over: answered, given up by the client, out of time, or cut off. */
  readonly signal: AbortSignal;
}

/** The server's side of a streaming call. */
export interface ServerStream<Response> extends CallInfo {
  /**
   * Sends a message. False: the client is behind; send no more until `onDrain`, or memory grows. While it is behind, no requests
   * are read from it either. Messages sent after the end are dropped.
   */
  send(message: Init<Response>): boolean;
  /** Sends a message that `encodeFrame` of the method's response type has made: one frame may go to many clients. */
  sendFrame(frame: Uint8Array): boolean;
  /** Whether `send` would return true. */
  readonly writable: boolean;
  /** Ends with status OK, after what was sent. */
  end(): void;
  /** Ends with an error, after what was sent. */
  fail(error: GrpcError): void;
}

/** What the handler of a streaming call is told. */
export interface StreamListener<Request> {
  onMessage(request: Request): void;
  /** The client sends no more; it may still read. */
  onHalfClose(): void;
  onDrain?(): void;
  /** The call is over, whatever ended it. Called exactly once, last. */
  onClosed(): void;
}

/** A method with what answers it. */
export type GrpcHandler =
  | {
      readonly kind: 'unary';
      readonly path: string;
      /** Decodes, answers and encodes. Throws or rejects with `GrpcError`; anything else becomes INTERNAL. */
      answer(message: Buffer, call: CallInfo): Buffer | Promise<Buffer>;
    }
  | {
      readonly kind: 'stream';
      readonly path: string;
      open(call: RawServerStream): StreamListener<Buffer>;
    };

/** A streaming call below the encoding of its messages. */
export type RawServerStream = Omit<ServerStream<never>, 'send'>;

/**
 * The handler of a method that takes and gives one message. An answer at hand is best returned as it is: a promise costs a turn.
 * Bytes in the request are views of what was received: copy what you keep.
 */
export function unaryHandler<Request, Response>(
  method: Method<Request, Response>,
  answer: (request: Request, call: CallInfo) => Init<Response> | Promise<Init<Response>>,
): GrpcHandler {
  const encode = (response: Init<Response>): Buffer => method.response.encodeFrame(response);
  return {
    kind: 'unary',
    path: method.path,
    answer: (message, call) => {
      const response = answer(method.request.decodeViews(message), call);
      return response instanceof Promise ? response.then(encode) : encode(response);
    },
  };
}

/** The handler of a method that streams one way or both. */
export function streamHandler<Request, Response>(
  method: Method<Request, Response>,
  open: (call: ServerStream<Response>) => StreamListener<Request>,
): GrpcHandler {
  return {
    kind: 'stream',
    path: method.path,
    open: (raw) => {
      const listener = open(typed(method, raw));
      return { ...listener, onMessage: (message) => listener.onMessage(method.request.decode(message)) };
    },
  };
}

function typed<Request, Response>(method: Method<Request, Response>, raw: RawServerStream): ServerStream<Response> {
  return {
    metadata: raw.metadata,
    timeoutMs: raw.timeoutMs,
    get requestBytes() {
      return raw.requestBytes;
    },
    get signal() {
      return raw.signal;
    },
    get writable() {
      return raw.writable;
    },
    send: (message) => raw.sendFrame(method.response.encodeFrame(message)),
    sendFrame: (frame) => raw.sendFrame(frame),
    end: () => raw.end(),
    fail: (error) => raw.fail(error),
  };
}
