import { GrpcError, GrpcStatus } from '@keelson/etcd-protocol';
import { isKeelsonError } from '@keelson/runtime';
import { type MvccReason, mvccReason } from '@keelson/store/mvcc';

/** Name of one of etcd's errors. */
export type EtcdErrorName =
  | 'emptyKey'
  | 'keyNotFound'
  | 'valueProvided'
  | 'leaseProvided'
  | 'tooManyOperations'
  | 'duplicateKey'
  | 'invalidSortOption'
  | 'compacted'
  | 'futureRevision'
  | 'leaseNotFound'
  | 'leaseExists'
  | 'leaseTtlTooLarge'
  | 'requestTooLarge'
  | 'watchCanceled'
  | 'userEmpty'
  | 'authFailed'
  | 'authNotEnabled'
  | 'invalidAuthToken'
  | 'stopped'
  | 'timeout'
  | 'unhealthy';

/**
 * etcd's own errors, word for word: its clients tell them apart by their text.
 * Source: `api/v3rpc/rpctypes/error.go` of etcd 3.7.3.
 */
export const etcdErrors: Readonly<Record<EtcdErrorName, readonly [status: number, message: string]>> = {
  emptyKey: [GrpcStatus.invalidArgument, 'etcdserver: key is not provided'],
  keyNotFound: [GrpcStatus.invalidArgument, 'etcdserver: key not found'],
  valueProvided: [GrpcStatus.invalidArgument, 'etcdserver: value is provided'],
  leaseProvided: [GrpcStatus.invalidArgument, 'etcdserver: lease is provided'],
  tooManyOperations: [GrpcStatus.invalidArgument, 'etcdserver: too many operations in txn request'],
  duplicateKey: [GrpcStatus.invalidArgument, 'etcdserver: duplicate key given in txn request'],
  invalidSortOption: [GrpcStatus.invalidArgument, 'etcdserver: invalid sort option'],
  compacted: [GrpcStatus.outOfRange, 'etcdserver: mvcc: required revision has been compacted'],
  futureRevision: [GrpcStatus.outOfRange, 'etcdserver: mvcc: required revision is a future revision'],
  leaseNotFound: [GrpcStatus.notFound, 'etcdserver: requested lease not found'],
  leaseExists: [GrpcStatus.failedPrecondition, 'etcdserver: lease already exists'],
  leaseTtlTooLarge: [GrpcStatus.outOfRange, 'etcdserver: too large lease TTL'],
  requestTooLarge: [GrpcStatus.invalidArgument, 'etcdserver: request is too large'],
  watchCanceled: [GrpcStatus.cancelled, 'etcdserver: watch canceled'],
  userEmpty: [GrpcStatus.invalidArgument, 'etcdserver: user name is empty'],
  authFailed: [GrpcStatus.invalidArgument, 'etcdserver: authentication failed, invalid user ID or password'],
  authNotEnabled: [GrpcStatus.failedPrecondition, 'etcdserver: authentication is not enabled'],
  invalidAuthToken: [GrpcStatus.unauthenticated, 'etcdserver: invalid auth token'],
  stopped: [GrpcStatus.unavailable, 'etcdserver: server stopped'],
  timeout: [GrpcStatus.unavailable, 'etcdserver: request timed out'],
  unhealthy: [GrpcStatus.unavailable, 'etcdserver: unhealthy cluster'],
};

/** An error of etcd's, ready to be thrown. */
export function etcdError(name: EtcdErrorName, cause?: unknown): GrpcError {
  const [status, message] = etcdErrors[name];
  return new GrpcError(status, message, { cause });
}

const byReason: Readonly<Record<MvccReason, EtcdErrorName>> = {
  compacted: 'compacted',
  'future-revision': 'futureRevision',
  'lease-not-found': 'leaseNotFound',
  'lease-exists': 'leaseExists',
  'lease-ttl-too-large': 'leaseTtlTooLarge',
  'duplicate-key': 'duplicateKey',
  'key-not-found': 'keyNotFound',
  'value-provided': 'valueProvided',
  'lease-provided': 'leaseProvided',
  'too-many-operations': 'tooManyOperations',
  'empty-key': 'emptyKey',
  'value-too-large': 'requestTooLarge',
  'journal-failed': 'unhealthy',
};

/** What the store threw, in etcd's words; INTERNAL for what is foreseen nowhere. */
export function toEtcdError(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  const reason = mvccReason(error);
  if (reason !== undefined) return etcdError(byReason[reason], error);
  if (isKeelsonError(error, 'E_OUTCOME_UNKNOWN') || isKeelsonError(error, 'E_TIMEOUT')) {
    return etcdError('timeout', error);
  }
  if (isKeelsonError(error, 'E_CLOSED')) return etcdError('stopped', error);
  const text = error instanceof Error ? error.message : String(error);
  const status = isKeelsonError(error, 'E_UNSUPPORTED') ? GrpcStatus.unimplemented : GrpcStatus.internal;
  return new GrpcError(status, text, { cause: error });
}
