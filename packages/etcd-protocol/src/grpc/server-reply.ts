import http2, { type OutgoingHttpHeaders, type ServerHttp2Stream, type ServerStreamResponseOptions } from 'node:http2';
import { isKeelsonError, type Runtime } from '@keelson/runtime';
import { afterReceiving } from './after-receiving.ts';
import { encodeGrpcMessage } from './percent.ts';
import { GrpcError, GrpcStatus } from './status.ts';

/** Headers of every answer. */
const replyHeaders: OutgoingHttpHeaders = { ':status': 200, 'content-type': 'application/grpc' };
const okTrailers: OutgoingHttpHeaders = { 'grpc-status': '0' };
/** No `date`: gRPC has no use for it, and it costs. */
const withTrailers: ServerStreamResponseOptions & { sendDate: boolean } = { waitForTrailers: true, sendDate: false };

/** Sends one message and status OK. */
export function replyOk(stream: ServerHttp2Stream, frame: Uint8Array): void {
  if (stream.destroyed) return;
  stream.on('wantTrailers', () => stream.sendTrailers(okTrailers));
  stream.respond(replyHeaders, withTrailers);
  stream.end(frame);
}

/** Begins an answer of several messages. `trailers` is asked for when the last has been sent. */
export function beginReply(stream: ServerHttp2Stream, trailers: () => OutgoingHttpHeaders): void {
  stream.on('wantTrailers', () => stream.sendTrailers(trailers()));
  stream.respond(replyHeaders, withTrailers);
}

/** Ends a call with an error and no message: the status then stands in the headers. */
export function replyError(stream: ServerHttp2Stream, error: GrpcError, runtime: Pick<Runtime, 'timers'>): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond({ ...replyHeaders, ...errorTrailers(error) }, { endStream: true });
  refuseTheRest(stream, runtime);
}

/** Answers a request that is not gRPC. */
export function replyHttpStatus(stream: ServerHttp2Stream, httpStatus: number, runtime: Pick<Runtime, 'timers'>): void {
  stream.respond({ ':status': httpStatus }, { endStream: true });
  refuseTheRest(stream, runtime);
}

/** What the client still sends is not wanted. Node 22 also drops an answer that is reset in the turn it is given. */
function refuseTheRest(stream: ServerHttp2Stream, runtime: Pick<Runtime, 'timers'>): void {
  if (stream.readableEnded) return;
  stream.resume();
  afterReceiving(runtime, () => stream.close(http2.constants.NGHTTP2_NO_ERROR));
}

/** Trailers of an error; those of OK where there is none. */
export function errorTrailers(error: GrpcError | undefined): OutgoingHttpHeaders {
  if (error === undefined) return okTrailers;
  return { 'grpc-status': String(error.status), 'grpc-message': encodeGrpcMessage(error.message) };
}

/** What a handler threw, as a status: its own where it chose one, INTERNAL for whatever it did not foresee. */
export function toGrpcError(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  if (isKeelsonError(error, 'E_ABORTED')) {
    return new GrpcError(GrpcStatus.cancelled, error.message, { cause: error });
  }
  const text = error instanceof Error ? error.message : String(error);
  return new GrpcError(GrpcStatus.internal, text, { cause: error });
}
