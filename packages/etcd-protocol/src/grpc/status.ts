import { type ErrorCode, KeelsonError } from '@keelson/runtime';

/** The status codes of gRPC by name. */
export const GrpcStatus = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

const keelsonCodes: readonly ErrorCode[] = [
  'E_INTERNAL',
  'E_ABORTED',
  'E_INTERNAL',
  'E_INVALID_ARGUMENT',
  'E_TIMEOUT',
  'E_NOT_FOUND',
  'E_ALREADY_EXISTS',
  'E_FORBIDDEN',
  'E_TOO_LARGE',
  'E_INVALID_ARGUMENT',
  'E_VERSION_CONFLICT',
  'E_INVALID_ARGUMENT',
  'E_UNSUPPORTED',
  'E_INTERNAL',
  'E_UNAVAILABLE',
  'E_INTERNAL',
  'E_UNAUTHENTICATED',
];

/** What a `GrpcError` may carry besides status and message. */
export interface GrpcErrorOptions {
  readonly cause?: unknown;
  /** See `GrpcError.notProcessed`. */
  readonly notProcessed?: boolean;
}

/**
 * A call that ended with another status than OK. `code` is the nearest code of Keelson's catalogue; callers that know what was
 * asked (a driver) look at `status` and `message` and say it better.
 */
export class GrpcError extends KeelsonError {
  /** One of `GrpcStatus`; a server may send others. */
  readonly status: number;
  /**
   * The server has certainly not acted on the call: it was never sent, or was refused before any handler saw it. Where this is
   * false and the status came from this side or the connection, a write may have been applied.
   */
  readonly notProcessed: boolean;

  constructor(status: number, message: string, options: GrpcErrorOptions = {}) {
    const { cause, notProcessed = false } = options;
    const base = { details: { grpcStatus: status } };
    super(keelsonCodes[status] ?? 'E_INTERNAL', message, cause === undefined ? base : { ...base, cause });
    this.status = status;
    this.notProcessed = notProcessed;
  }
}

/** Whether `error` came from a gRPC call, and with `status` where one is given. */
export function isGrpcError(error: unknown, status?: number): error is GrpcError {
  return error instanceof GrpcError && (status === undefined || error.status === status);
}

/** The status that the gRPC specification gives an answer that is plain HTTP: what a proxy or another server says. */
export function statusOfHttp(httpStatus: number): number {
  switch (httpStatus) {
    case 400:
      return GrpcStatus.internal;
    case 401:
      return GrpcStatus.unauthenticated;
    case 403:
      return GrpcStatus.permissionDenied;
    case 404:
      return GrpcStatus.unimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return GrpcStatus.unavailable;
    default:
      return GrpcStatus.unknown;
  }
}
