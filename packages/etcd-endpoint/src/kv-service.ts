import {
  type CallInfo,
  type GrpcHandler,
  type Init,
  kvService,
  type RangeResponse,
  unaryHandler,
} from '@keelson/etcd-protocol';
import { KeelsonError } from '@keelson/runtime';
import type { KvOperation, RangeRequest } from '@keelson/store';
import type { MvccOperationResult } from '@keelson/store/mvcc';
import { type EndpointContext, inEtcdWords, writeOptions } from './endpoint-context.ts';
import { etcdError, toEtcdError } from './etcd-error.ts';
import { toStoreDelete, toStorePut, toStoreRange, toStoreTxn } from './kv-request.ts';
import { deleteResponse, putResponse, rangeResponse, txnResponse } from './kv-response.ts';
import { headerAt } from './response-header.ts';

/**
 * What etcd's Raft log adds to a request at most, in bytes: it measures the entry, not the request, against its limit.
 */
const LOG_ENTRY_BYTES = 18;

/** `etcdserverpb.KV`. */
export function kvHandlers(context: EndpointContext): readonly GrpcHandler[] {
  const { backend, identity, limits } = context;
  return [
    unaryHandler(kvService.range, (request) => readRange(context, toStoreRange(request))),
    unaryHandler(kvService.put, async (request, call) => {
      const result = await write(context, toStorePut(request), call, 'put');
      return putResponse(headerAt(identity, result.revision), result);
    }),
    unaryHandler(kvService.deleteRange, async (request, call) => {
      const result = await write(context, toStoreDelete(request), call, 'delete-range');
      return deleteResponse(headerAt(identity, result.revision), result);
    }),
    unaryHandler(kvService.txn, async (request, call) => {
      const txn = toStoreTxn(request, limits.maxTransactionOperations);
      const { result } = await write(context, { type: 'txn', request: txn }, call, 'txn');
      return txnResponse(headerAt(identity, result.revision), result);
    }),
    unaryHandler(kvService.compact, async (request, call) => {
      await inEtcdWords(() => backend.compact(request.revision, writeOptions(call)));
      return { header: headerAt(identity, backend.revision) };
    }),
  ];
}

/** At once, without a promise: memory holds everything. */
function readRange({ backend, identity }: EndpointContext, request: RangeRequest): Init<RangeResponse> {
  try {
    const result = backend.readRange(request);
    return rangeResponse(headerAt(identity, result.revision), result);
  } catch (error) {
    throw toEtcdError(error);
  }
}

async function write<Type extends MvccOperationResult['type']>(
  { backend, limits }: EndpointContext,
  operation: KvOperation,
  call: CallInfo,
  type: Type,
): Promise<MvccOperationResult & { type: Type }> {
  if (call.requestBytes + LOG_ENTRY_BYTES > limits.maxRequestBytes) throw etcdError('requestTooLarge');
  const result = await inEtcdWords(() => backend.execute(operation, writeOptions(call)));
  if (isOfType(result, type)) return result;
  throw new KeelsonError('E_INTERNAL', `An operation ${type} was answered as ${result.type}.`);
}

function isOfType<Type extends MvccOperationResult['type']>(
  result: MvccOperationResult,
  type: Type,
): result is MvccOperationResult & { type: Type } {
  return result.type === type;
}
