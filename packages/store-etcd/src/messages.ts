import {
  type Compare,
  CompareResult,
  CompareTarget,
  type Event,
  EventType,
  type Init,
  type RangeResponse,
  type RequestOp,
  type ResponseOp,
  SortOrder,
  SortTarget,
  type TxnResponse,
  type KeyValue as WireKeyValue,
  type RangeRequest as WireRangeRequest,
  type TxnRequest as WireTxnRequest,
} from '@keelson/etcd-protocol';
import { KeelsonError } from '@keelson/runtime';
import type {
  KeyValue,
  KvCompare,
  KvEvent,
  KvOperation,
  KvOperationResult,
  RangeRequest,
  RangeResult,
  TxnRequest,
  TxnResult,
} from '@keelson/store';

const compareResults = {
  equal: CompareResult.equal,
  greater: CompareResult.greater,
  less: CompareResult.less,
  'not-equal': CompareResult.notEqual,
} as const;

/** A range as etcd's message. */
export function toRangeRequest(request: RangeRequest): Init<WireRangeRequest> {
  const { end, sortOrder = 'none', sortTarget = 'key', ...rest } = request;
  return { ...rest, rangeEnd: end, sortOrder: SortOrder[sortOrder], sortTarget: SortTarget[sortTarget] };
}

/** etcd's answer to a range. */
export function fromRangeResponse(response: RangeResponse): RangeResult {
  const { kvs, more, count, header } = response;
  return { kvs: kvs.map(fromKeyValue), more, count, revision: header?.revision ?? 0n };
}

/** A transaction as etcd's message. */
export function toTxnRequest(request: TxnRequest): Init<WireTxnRequest> {
  return {
    compare: request.compare.map(toCompare),
    success: request.success.map(toRequestOp),
    failure: request.failure.map(toRequestOp),
  };
}

/** etcd's answer to a transaction. `revision` is that of the outermost one's header, as the answers inside carry none of their own. */
export function fromTxnResponse(response: TxnResponse, revision: bigint = response.header?.revision ?? 0n): TxnResult {
  return {
    succeeded: response.succeeded,
    revision,
    results: response.responses.map((one) => fromResponseOp(one, revision)),
  };
}

/** One change as etcd sends it. */
export function fromEvent(event: Event): KvEvent {
  if (event.kv === undefined) throw unexpected('an event without a key');
  return {
    type: event.type === EventType.delete ? 'delete' : 'put',
    kv: fromKeyValue(event.kv),
    ...(event.prevKv === undefined ? {} : { prevKv: fromKeyValue(event.prevKv) }),
  };
}

/** Whether a transaction may write in either branch. */
export function mayWrite(request: TxnRequest): boolean {
  return [...request.success, ...request.failure].some((operation) =>
    operation.type === 'txn' ? mayWrite(operation.request) : operation.type !== 'range',
  );
}

// The two types have the same fields; the message has no more, so it is taken as it is.
function fromKeyValue(kv: WireKeyValue): KeyValue {
  return kv;
}

function toCompare(compare: KvCompare): Init<Compare> {
  const { key, end, target, result, operand } = compare;
  const base = { key, rangeEnd: end, result: compareResults[result], target: CompareTarget[target] };
  if (typeof operand !== 'bigint') return { ...base, value: operand };
  switch (target) {
    case 'version':
      return { ...base, version: operand };
    case 'create':
      return { ...base, createRevision: operand };
    case 'mod':
      return { ...base, modRevision: operand };
    case 'lease':
      return { ...base, lease: operand };
    default:
      throw new KeelsonError('E_INVALID_ARGUMENT', 'A value is compared with bytes, not with a number.');
  }
}

function toRequestOp(operation: KvOperation): Init<RequestOp> {
  switch (operation.type) {
    case 'range':
      return { requestRange: toRangeRequest(operation.request) };
    case 'put': {
      const { type: _type, ...put } = operation;
      return { requestPut: put };
    }
    case 'delete-range': {
      const { range, prevKv } = operation;
      return { requestDeleteRange: { key: range.key, rangeEnd: range.end, prevKv } };
    }
    case 'txn':
      return { requestTxn: toTxnRequest(operation.request) };
  }
}

function fromResponseOp(op: ResponseOp, revision: bigint): KvOperationResult {
  if (op.responseRange !== undefined) {
    return { type: 'range', result: { ...fromRangeResponse(op.responseRange), revision } };
  }
  if (op.responsePut !== undefined) {
    const { prevKv } = op.responsePut;
    return prevKv === undefined ? { type: 'put' } : { type: 'put', prevKv: fromKeyValue(prevKv) };
  }
  if (op.responseDeleteRange !== undefined) {
    const { deleted, prevKvs } = op.responseDeleteRange;
    return { type: 'delete-range', deleted, prevKvs: prevKvs.map(fromKeyValue) };
  }
  if (op.responseTxn !== undefined) return { type: 'txn', result: fromTxnResponse(op.responseTxn, revision) };
  throw unexpected('an operation without an answer');
}

function unexpected(what: string): KeelsonError {
  return new KeelsonError('E_INTERNAL', `The etcd server sent ${what}.`);
}
