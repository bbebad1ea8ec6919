import { isKeelsonError } from '@keelson/runtime';
import { encodeHeaderBlock } from '../http2/header-block.ts';
import type { ServerStream } from '../http2/server-stream.ts';
import { encodeGrpcMessage } from './percent.ts';
import { GrpcError, GrpcStatus } from './status.ts';

/** Headers of every answer. */
const replyHeaders = { ':status': '200', 'content-type': 'application/grpc' } as const;
const replyBlock = encodeHeaderBlock(replyHeaders);
const okBlock = encodeHeaderBlock({ 'grpc-status': '0' });

/** Sends one message and status OK. */
export function replyOk(stream: ServerStream, frame: Uint8Array): void {
  stream.respond(replyBlock, false);
  stream.send(frame);
  stream.end(okBlock);
}

/** Begins an answer of several messages. */
export function beginReply(stream: ServerStream): void {
  stream.respond(replyBlock, false);
}

/** Ends an answer that was begun; undefined: with status OK. */
export function endReply(stream: ServerStream, error: GrpcError | undefined): void {
  stream.end(error === undefined ? okBlock : encodeHeaderBlock(errorHeaders(error)));
}

/** Ends a call with an error and no message: the status then stands in the headers. */
export function replyError(stream: ServerStream, error: GrpcError): void {
  stream.respond(encodeHeaderBlock({ ...replyHeaders, ...errorHeaders(error) }), true);
}

/** Answers a request that is not gRPC. */
export function replyHttpStatus(stream: ServerStream, httpStatus: number): void {
  stream.respond(encodeHeaderBlock({ ':status': String(httpStatus) }), true);
}

function errorHeaders(error: GrpcError): Record<string, string> {
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
