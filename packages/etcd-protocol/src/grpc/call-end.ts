import http2, { type IncomingHttpHeaders } from 'node:http2';
import { decodeGrpcMessage } from './percent.ts';
import { GrpcError, GrpcStatus, statusOfHttp } from './status.ts';

const { NGHTTP2_REFUSED_STREAM, NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_INADEQUATE_SECURITY } =
  http2.constants;

/** What trailers (or the headers of an answer that has nothing else) say: undefined for OK. */
export function errorOfTrailers(headers: IncomingHttpHeaders): GrpcError | undefined {
  const status = Number(headers['grpc-status']);
  if (status === GrpcStatus.ok) return undefined;
  const message = headers['grpc-message'];
  const text = typeof message === 'string' ? decodeGrpcMessage(message) : `gRPC status ${status}`;
  return new GrpcError(Number.isInteger(status) ? status : GrpcStatus.unknown, text);
}

/** What is wrong with the headers of an answer, where it is not one of gRPC's. */
export function errorOfHeaders(headers: IncomingHttpHeaders): GrpcError | undefined {
  const httpStatus = Number(headers[':status']);
  const type = headers['content-type'] ?? '';
  if (httpStatus !== 200) {
    return new GrpcError(statusOfHttp(httpStatus), `The server answered with HTTP status ${httpStatus}.`);
  }
  if (type.startsWith('application/grpc')) return undefined;
  return new GrpcError(GrpcStatus.unknown, `The server answered with content type "${type}", which is not gRPC's.`);
}

/** A call whose connection broke, whatever reset code its stream was given then. */
export function errorOfLostConnection(cause: unknown): GrpcError {
  return new GrpcError(GrpcStatus.unavailable, 'The connection was lost during the call.', { cause });
}

/** A call that the server cut off, by the reset code it gave. */
export function errorOfReset(resetCode: number, cause: unknown): GrpcError {
  const status =
    resetCode === NGHTTP2_CANCEL
      ? GrpcStatus.cancelled
      : resetCode === NGHTTP2_ENHANCE_YOUR_CALM
        ? GrpcStatus.resourceExhausted
        : resetCode === NGHTTP2_INADEQUATE_SECURITY
          ? GrpcStatus.permissionDenied
          : GrpcStatus.unavailable;
  return new GrpcError(status, `The call was cut off (HTTP/2 code ${resetCode}).`, {
    cause,
    notProcessed: resetCode === NGHTTP2_REFUSED_STREAM,
  });
}
