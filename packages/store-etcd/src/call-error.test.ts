import { GrpcError, GrpcStatus } from '@keelson/etcd-protocol';
import { KeelsonError } from '@keelson/runtime';
import { describe, expect, test } from 'vitest';
import { portError, surelyNotApplied, wantsNewToken, worthAnotherTry } from './call-error.ts';

const cutOff = new GrpcError(GrpcStatus.unavailable, 'The call was cut off (HTTP/2 code 8).');
const neverSent = new GrpcError(GrpcStatus.unavailable, 'connect ECONNREFUSED', { notProcessed: true });
const codeOf = (error: unknown): unknown => (error as KeelsonError).code;

describe('a write', () => {
  test.each([
    ['a broken connection', cutOff],
    ['a proposal that timed out', new GrpcError(GrpcStatus.unavailable, 'etcdserver: request timed out')],
    ['a change of leader', new GrpcError(GrpcStatus.unavailable, 'etcdserver: leader changed')],
    ['a deadline', new GrpcError(GrpcStatus.deadlineExceeded, 'context deadline exceeded')],
    [
      'a reply too large to send',
      new GrpcError(GrpcStatus.resourceExhausted, 'grpc: trying to send message larger than max'),
    ],
    // etcd carries out the write that passes the quota, and refuses only those after it.
    ['a passed quota', new GrpcError(GrpcStatus.resourceExhausted, 'etcdserver: mvcc: database space exceeded')],
    ['a cancelled call', new GrpcError(GrpcStatus.cancelled, 'context canceled')],
    ['an inner error', new GrpcError(GrpcStatus.internal, 'panic')],
  ])('may have been applied after %s', (_what, error) => {
    expect(surelyNotApplied(error)).toBe(false);
    expect(worthAnotherTry(error, 'once')).toBe(false);
    expect(codeOf(portError(error, 'once'))).toBe('E_OUTCOME_UNKNOWN');
  });

  test('goes to another endpoint where it was never sent', () => {
    expect(worthAnotherTry(neverSent, 'once')).toBe(true);
    expect(codeOf(portError(neverSent, 'once'))).toBe('E_UNAVAILABLE');
  });

  test('goes to another endpoint where this one has no leader', () => {
    const error = new GrpcError(GrpcStatus.unavailable, 'etcdserver: no leader');
    expect(worthAnotherTry(error, 'once')).toBe(true);
  });

  test.each([
    [GrpcStatus.notFound, 'etcdserver: requested lease not found', 'E_SESSION_EXPIRED'],
    [GrpcStatus.invalidArgument, 'etcdserver: request is too large', 'E_TOO_LARGE'],
    [GrpcStatus.invalidArgument, 'etcdserver: too many operations in txn request', 'E_TOO_LARGE'],
    [GrpcStatus.invalidArgument, 'etcdserver: duplicate key given in txn request', 'E_INVALID_ARGUMENT'],
    [GrpcStatus.resourceExhausted, 'grpc: received message larger than max (3 vs. 2)', 'E_TOO_LARGE'],
    [GrpcStatus.permissionDenied, 'etcdserver: permission denied', 'E_FORBIDDEN'],
    [GrpcStatus.unauthenticated, 'etcdserver: invalid auth token', 'E_UNAUTHENTICATED'],
    [GrpcStatus.unimplemented, 'unknown method', 'E_UNSUPPORTED'],
  ])('that status %i refuses with "%s" gives %s', (status, message, code) => {
    const error = new GrpcError(status, message);
    expect(surelyNotApplied(error)).toBe(true);
    expect(codeOf(portError(error, 'once'))).toBe(code);
  });
});

test('a read is asked again after a broken connection, not after a refusal', () => {
  expect(worthAnotherTry(cutOff, 'repeatable')).toBe(true);
  expect(codeOf(portError(cutOff, 'repeatable'))).toBe('E_UNAVAILABLE');
  const compacted = new GrpcError(GrpcStatus.outOfRange, 'etcdserver: mvcc: required revision has been compacted');
  expect(worthAnotherTry(compacted, 'repeatable')).toBe(false);
  expect(codeOf(portError(compacted, 'repeatable'))).toBe('E_COMPACTED');
});

test('an old token is told from a missing right', () => {
  expect(wantsNewToken(new GrpcError(GrpcStatus.unauthenticated, 'etcdserver: invalid auth token'))).toBe(true);
  const old = new GrpcError(GrpcStatus.invalidArgument, 'etcdserver: revision of auth store is old');
  expect(wantsNewToken(old)).toBe(true);
  expect(wantsNewToken(new GrpcError(GrpcStatus.permissionDenied, 'etcdserver: permission denied'))).toBe(false);
});

test('an error of another source is passed on as it is', () => {
  const closed = new KeelsonError('E_CLOSED', 'closed');
  expect(portError(closed, 'once')).toBe(closed);
  expect(worthAnotherTry(closed, 'repeatable')).toBe(false);
});
