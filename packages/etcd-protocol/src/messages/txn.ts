import type { ByteString } from '../byte-string.ts';
import { bool, byteString, bytes, embedded, enumeration, int64, many, memberOf } from '../wire/fields.ts';
import { defineMessage, type MessageType } from '../wire/message.ts';
import { ResponseHeader } from './header.ts';
import { DeleteRangeRequest, DeleteRangeResponse, PutRequest, PutResponse, RangeRequest, RangeResponse } from './kv.ts';

/** Values of `Compare.result`. */
export const CompareResult = { equal: 0, greater: 1, less: 2, notEqual: 3 } as const;

/** Values of `Compare.target`. */
export const CompareTarget = { version: 0, create: 1, mod: 2, value: 3, lease: 4 } as const;

/** One condition of a transaction: the target of each key in the range stands in `result` to the operand set below it. */
export interface Compare {
  /** One of `CompareResult`. */
  readonly result: number;
  /** One of `CompareTarget`. */
  readonly target: number;
  readonly key: ByteString;
  /** One of the five operands is set. */
  readonly version: bigint | undefined;
  readonly createRevision: bigint | undefined;
  readonly modRevision: bigint | undefined;
  readonly value: Uint8Array | undefined;
  readonly lease: bigint | undefined;
  readonly rangeEnd: ByteString;
}
/** Codec of `etcdserverpb.Compare`. */
export const Compare: MessageType<Compare> = defineMessage<Compare>('etcdserverpb.Compare', {
  result: enumeration(1),
  target: enumeration(2),
  key: byteString(3),
  version: memberOf('targetUnion', int64(4)),
  createRevision: memberOf('targetUnion', int64(5)),
  modRevision: memberOf('targetUnion', int64(6)),
  value: memberOf('targetUnion', bytes(7)),
  lease: memberOf('targetUnion', int64(8)),
  rangeEnd: byteString(64),
});

/** One operation of a transaction; one field is set. */
export interface RequestOp {
  readonly requestRange: RangeRequest | undefined;
  readonly requestPut: PutRequest | undefined;
  readonly requestDeleteRange: DeleteRangeRequest | undefined;
  readonly requestTxn: TxnRequest | undefined;
}
/** Codec of `etcdserverpb.RequestOp`. */
export const RequestOp: MessageType<RequestOp> = defineMessage<RequestOp>('etcdserverpb.RequestOp', {
  requestRange: memberOf(
    'request',
    embedded(1, () => RangeRequest),
  ),
  requestPut: memberOf(
    'request',
    embedded(2, () => PutRequest),
  ),
  requestDeleteRange: memberOf(
    'request',
    embedded(3, () => DeleteRangeRequest),
  ),
  requestTxn: memberOf(
    'request',
    embedded(4, () => TxnRequest),
  ),
});

/** Answer to one operation; the field of its kind is set. */
export interface ResponseOp {
  readonly responseRange: RangeResponse | undefined;
  readonly responsePut: PutResponse | undefined;
  readonly responseDeleteRange: DeleteRangeResponse | undefined;
  readonly responseTxn: TxnResponse | undefined;
}
/** Codec of `etcdserverpb.ResponseOp`. */
export const ResponseOp: MessageType<ResponseOp> = defineMessage<ResponseOp>('etcdserverpb.ResponseOp', {
  responseRange: memberOf(
    'response',
    embedded(1, () => RangeResponse),
  ),
  responsePut: memberOf(
    'response',
    embedded(2, () => PutResponse),
  ),
  responseDeleteRange: memberOf(
    'response',
    embedded(3, () => DeleteRangeResponse),
  ),
  responseTxn: memberOf(
    'response',
    embedded(4, () => TxnResponse),
  ),
});

/** Runs `success` where every comparison holds, else `failure`, at one revision. */
export interface TxnRequest {
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
}
/** Codec of `etcdserverpb.TxnRequest`. */
export const TxnRequest: MessageType<TxnRequest> = defineMessage<TxnRequest>('etcdserverpb.TxnRequest', {
  compare: many(embedded(1, () => Compare)),
  success: many(embedded(2, () => RequestOp)),
  failure: many(embedded(3, () => RequestOp)),
});

/** Answer to a transaction. */
export interface TxnResponse {
  readonly header: ResponseHeader | undefined;
  /** Whether every comparison held. */
  readonly succeeded: boolean;
  readonly responses: readonly ResponseOp[];
}
/** Codec of `etcdserverpb.TxnResponse`. */
export const TxnResponse: MessageType<TxnResponse> = defineMessage<TxnResponse>('etcdserverpb.TxnResponse', {
  header: embedded(1, () => ResponseHeader),
  succeeded: bool(2),
  responses: many(embedded(3, () => ResponseOp)),
});
