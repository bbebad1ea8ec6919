import {
  type Compare,
  CompareTarget,
  type DeleteRangeRequest,
  type PutRequest,
  type RangeRequest,
  type RequestOp,
  type TxnRequest,
} from '@keelson/etcd-protocol';
import type {
  KeyRange,
  KvCompare,
  KvOperation,
  RangeRequest as StoreRange,
  TxnRequest as StoreTxn,
} from '@keelson/store';
import { etcdError } from './etcd-error.ts';

/**
 * Requests as they come over the wire, made into operations of the store. Whatever etcd refuses before it looks at its data is
 * refused here, in etcd's order, so that a request with two faults gets the same answer.
 */

const sortOrders = ['none', 'ascend', 'descend'] as const;
const sortTargets = ['key', 'version', 'create', 'mod', 'value'] as const;
const compareTargets = ['version', 'create', 'mod', 'value', 'lease'] as const;
const compareResults = ['equal', 'greater', 'less', 'not-equal'] as const;
const EMPTY = new Uint8Array(0);

function rangeOf(key: string, rangeEnd: string): KeyRange {
  return rangeEnd === '' ? { key } : { key, end: rangeEnd };
}

/** Throws etcd's error for an empty key or an unknown sort option. */
export function toStoreRange(request: RangeRequest): StoreRange {
  if (request.key === '') throw etcdError('emptyKey');
  const sortOrder = sortOrders[request.sortOrder];
  const sortTarget = sortTargets[request.sortTarget];
  if (sortOrder === undefined || sortTarget === undefined) throw etcdError('invalidSortOption');
  // Named one by one: this is done for every read, and taking an object apart costs more than answering it.
  return {
    key: request.key,
    end: request.rangeEnd,
    limit: request.limit,
    revision: request.revision,
    sortOrder,
    sortTarget,
    serializable: request.serializable,
    keysOnly: request.keysOnly,
    countOnly: request.countOnly,
    minModRevision: request.minModRevision,
    maxModRevision: request.maxModRevision,
    minCreateRevision: request.minCreateRevision,
    maxCreateRevision: request.maxCreateRevision,
  };
}

/** Throws etcd's error for an empty key, or for a value or lease together with the wish to keep the present one. */
export function toStorePut(request: PutRequest): KvOperation {
  if (request.key === '') throw etcdError('emptyKey');
  if (request.ignoreValue && request.value.length > 0) throw etcdError('valueProvided');
  if (request.ignoreLease && request.lease !== 0n) throw etcdError('leaseProvided');
  return {
    type: 'put',
    key: request.key,
    value: request.value,
    lease: request.lease,
    prevKv: request.prevKv,
    ignoreValue: request.ignoreValue,
    ignoreLease: request.ignoreLease,
  };
}

/** Throws etcd's error for an empty key. */
export function toStoreDelete(request: DeleteRangeRequest): KvOperation {
  if (request.key === '') throw etcdError('emptyKey');
  return { type: 'delete-range', range: rangeOf(request.key, request.rangeEnd), prevKv: request.prevKv };
}

/** Throws etcd's error for too many operations (`operationsLeft` at this level), an empty key anywhere, or an operation that says nothing. */
export function toStoreTxn(request: TxnRequest, operationsLeft: number): StoreTxn {
  const size = Math.max(request.compare.length, request.success.length, request.failure.length);
  if (size > operationsLeft) throw etcdError('tooManyOperations');
  const compare = request.compare.map(toStoreCompare);
  const operation = (one: RequestOp): KvOperation => toStoreOperation(one, operationsLeft - size);
  return { compare, success: request.success.map(operation), failure: request.failure.map(operation) };
}

function toStoreOperation(request: RequestOp, operationsLeft: number): KvOperation {
  const { requestRange, requestPut, requestDeleteRange, requestTxn } = request;
  if (requestRange !== undefined) return { type: 'range', request: toStoreRange(requestRange) };
  if (requestPut !== undefined) return toStorePut(requestPut);
  if (requestDeleteRange !== undefined) return toStoreDelete(requestDeleteRange);
  if (requestTxn !== undefined) return { type: 'txn', request: toStoreTxn(requestTxn, operationsLeft) };
  throw etcdError('keyNotFound');
}

function toStoreCompare(compare: Compare): KvCompare {
  if (compare.key === '') throw etcdError('emptyKey');
  const range = rangeOf(compare.key, compare.rangeEnd);
  const target = compareTargets[compare.target];
  const result = compareResults[compare.result];
  if (target !== undefined && result !== undefined) return { ...range, target, result, operand: operandOf(compare) };
  // etcd lets an unknown result hold always, but never for the value of a key that does not exist.
  if (result === undefined && target === 'value')
    return { ...range, target: 'version', result: 'greater', operand: 0n };
  // And it finds whatever an unknown target is to be equal to its operand. No version is ever -1.
  const holds = result === undefined || result === 'equal';
  return { ...range, target: 'version', result: holds ? 'not-equal' : 'equal', operand: -1n };
}

/** The operand of the target; one that was sent for another target counts as absent, hence as zero. */
function operandOf(compare: Compare): bigint | Uint8Array {
  switch (compare.target) {
    case CompareTarget.create:
      return compare.createRevision ?? 0n;
    case CompareTarget.mod:
      return compare.modRevision ?? 0n;
    case CompareTarget.value:
      return compare.value ?? EMPTY;
    case CompareTarget.lease:
      return compare.lease ?? 0n;
    default:
      return compare.version ?? 0n;
  }
}
