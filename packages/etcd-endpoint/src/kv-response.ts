import type {
  DeleteRangeResponse,
  Init,
  PutResponse,
  RangeResponse,
  ResponseHeader,
  ResponseOp,
  TxnResponse,
} from '@keelson/etcd-protocol';
import type { RangeResult } from '@keelson/store';
import type { MvccDeleteResult, MvccOperationResult, MvccPutResult, MvccTxnResult } from '@keelson/store/mvcc';

/** Results of the store, made into answers under a given header. Key-value pairs are the same objects on both sides. */

export function rangeResponse(header: Init<ResponseHeader>, result: RangeResult): Init<RangeResponse> {
  return { header, kvs: result.kvs, more: result.more, count: result.count };
}

export function putResponse(header: Init<ResponseHeader>, result: MvccPutResult): Init<PutResponse> {
  return { header, prevKv: result.prevKv };
}

export function deleteResponse(header: Init<ResponseHeader>, result: MvccDeleteResult): Init<DeleteRangeResponse> {
  return { header, deleted: result.deleted, prevKvs: result.prevKvs };
}

export function txnResponse(header: Init<ResponseHeader>, result: MvccTxnResult): Init<TxnResponse> {
  return { header, succeeded: result.succeeded, responses: result.results.map(responseOp) };
}

/** Inside a transaction headers hold the revision alone, and that of a nested transaction nothing, as etcd's do. */
function responseOp(result: MvccOperationResult): Init<ResponseOp> {
  switch (result.type) {
    case 'put':
      return { responsePut: putResponse({ revision: result.revision }, result) };
    case 'delete-range':
      return { responseDeleteRange: deleteResponse({ revision: result.revision }, result) };
    case 'txn':
      return { responseTxn: txnResponse({}, result.result) };
    default:
      return { responseRange: rangeResponse({ revision: result.result.revision }, result.result) };
  }
}
