import { GrpcStatus, isGrpcError } from '@keelson/etcd-protocol';
import { type ErrorCode, isKeelsonError, KeelsonError } from '@keelson/runtime';

/**
 * What sending a call twice does. `repeatable`: no more than sending it once (reads, renewing, granting and ending a lease).
 * `once`: it may write twice, so it is never sent again unless the first was certainly not acted on.
 */
export type CallKind = 'repeatable' | 'once';

/** Refusals that a server gives before it proposes anything to its peers: nothing was written, whatever the status. */
const refusedBeforeProposal = /no leader|too many requests|not capable|server is ready|not supported for learner/;

/** Statuses that say by themselves that the request was looked at and refused. */
const refusals: ReadonlySet<number> = new Set([
  GrpcStatus.invalidArgument,
  GrpcStatus.notFound,
  GrpcStatus.alreadyExists,
  GrpcStatus.failedPrecondition,
  GrpcStatus.outOfRange,
  GrpcStatus.unimplemented,
  GrpcStatus.unauthenticated,
]);

/** Statuses that the transport gives too, even for a reply too large to send; a refusal only in the server's own words. */
const refusalsByText: ReadonlySet<number> = new Set([GrpcStatus.permissionDenied, GrpcStatus.resourceExhausted]);
const serversOwnRefusal = /^etcdserver: |received message larger than max/;

/** etcd says so of the write that found the quota passed, too, which it has carried out: only later ones are refused. */
const mayHaveFilledTheQuota = /database space exceeded/;

/** Whether the failed call has certainly changed nothing. */
export function surelyNotApplied(error: unknown): boolean {
  if (!isGrpcError(error)) return isKeelsonError(error, 'E_UNAVAILABLE');
  if (error.notProcessed || refusals.has(error.status)) return true;
  if (refusalsByText.has(error.status))
    return serversOwnRefusal.test(error.message) && !mayHaveFilledTheQuota.test(error.message);
  return error.status === GrpcStatus.unavailable && refusedBeforeProposal.test(error.message);
}

/** Whether another endpoint, or the same one over a new connection, may answer where this one failed. */
export function worthAnotherTry(error: unknown, kind: CallKind): boolean {
  if (!isGrpcError(error)) return false;
  const { status } = error;
  const broken = status === GrpcStatus.unavailable || status === GrpcStatus.cancelled || status === GrpcStatus.unknown;
  return (broken || error.notProcessed) && (kind === 'repeatable' || surelyNotApplied(error));
}

/** Whether the server no longer takes the token, so that a new one must be fetched. The call was not carried out. */
export function wantsNewToken(error: unknown): boolean {
  if (!isGrpcError(error)) return false;
  if (error.status === GrpcStatus.unauthenticated) return true;
  // Rights were changed since the token was given; etcd says so with this status.
  return error.status === GrpcStatus.invalidArgument && /revision of auth store is old/.test(error.message);
}

/** Says the failure of a call in the port's codes. What is a Keelson error of another source stays as it is. */
export function portError(error: unknown, kind: CallKind): unknown {
  if (!isGrpcError(error)) return error;
  if (kind === 'once' && !surelyNotApplied(error)) {
    return new KeelsonError('E_OUTCOME_UNKNOWN', `The reply to a write was lost: ${error.message}`, { cause: error });
  }
  return new KeelsonError(codeOf(error.status, error.message), `etcd: ${error.message}`, { cause: error });
}

function codeOf(status: number, message: string): ErrorCode {
  switch (status) {
    case GrpcStatus.invalidArgument:
      return /too large|too many operations/.test(message) ? 'E_TOO_LARGE' : 'E_INVALID_ARGUMENT';
    case GrpcStatus.notFound:
      return /lease not found/.test(message) ? 'E_SESSION_EXPIRED' : 'E_NOT_FOUND';
    case GrpcStatus.outOfRange:
      return /compacted/.test(message) ? 'E_COMPACTED' : 'E_INVALID_ARGUMENT';
    case GrpcStatus.resourceExhausted:
      return /larger than max|too large/.test(message) ? 'E_TOO_LARGE' : 'E_UNAVAILABLE';
    case GrpcStatus.deadlineExceeded:
      return 'E_TIMEOUT';
    case GrpcStatus.permissionDenied:
      return 'E_FORBIDDEN';
    case GrpcStatus.unauthenticated:
      return 'E_UNAUTHENTICATED';
    case GrpcStatus.unimplemented:
      return 'E_UNSUPPORTED';
    case GrpcStatus.alreadyExists:
    case GrpcStatus.failedPrecondition:
      return 'E_INVALID_ARGUMENT';
    default:
      return 'E_UNAVAILABLE';
  }
}
