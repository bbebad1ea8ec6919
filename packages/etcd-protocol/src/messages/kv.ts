import type { ByteString } from '../byte-string.ts';
import { bool, byteString, bytes, embedded, enumeration, int64, integer, many } from '../wire/fields.ts';
import { defineMessage, type MessageType } from '../wire/message.ts';
import { ResponseHeader } from './header.ts';
import { KeyValue } from './mvcc.ts';

/** Values of `RangeRequest.sortOrder`. */
export const SortOrder = { none: 0, ascend: 1, descend: 2 } as const;

/** Values of `RangeRequest.sortTarget`. */
export const SortTarget = { key: 0, version: 1, create: 2, mod: 3, value: 4 } as const;

/** Reads keys. `rangeEnd` empty: the one key; `\0`: every key from `key` on; else [key, rangeEnd). */
export interface RangeRequest {
  readonly key: ByteString;
  readonly rangeEnd: ByteString;
  /** 0: no limit. */
  readonly limit: number;
  /** 0 or below: the newest. */
  readonly revision: bigint;
  readonly sortOrder: number;
  readonly sortTarget: number;
  /** May be answered from stale data of one member. */
  readonly serializable: boolean;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  /** Bounds below: 0 for none. */
  readonly minModRevision: bigint;
  readonly maxModRevision: bigint;
  readonly minCreateRevision: bigint;
  readonly maxCreateRevision: bigint;
}
/** Codec of `etcdserverpb.RangeRequest`. */
export const RangeRequest: MessageType<RangeRequest> = defineMessage<RangeRequest>('etcdserverpb.RangeRequest', {
  key: byteString(1),
  rangeEnd: byteString(2),
  limit: integer(3),
  revision: int64(4),
  sortOrder: enumeration(5),
  sortTarget: enumeration(6),
  serializable: bool(7),
  keysOnly: bool(8),
  countOnly: bool(9),
  minModRevision: int64(10),
  maxModRevision: int64(11),
  minCreateRevision: int64(12),
  maxCreateRevision: int64(13),
});

/** Answer to a range. */
export interface RangeResponse {
  readonly header: ResponseHeader | undefined;
  readonly kvs: readonly KeyValue[];
  /** Whether the limit cut keys off. */
  readonly more: boolean;
  /** Keys in the range, whatever the limit. */
  readonly count: number;
}
/** Codec of `etcdserverpb.RangeResponse`. */
export const RangeResponse: MessageType<RangeResponse> = defineMessage<RangeResponse>('etcdserverpb.RangeResponse', {
  header: embedded(1, () => ResponseHeader),
  kvs: many(embedded(2, () => KeyValue)),
  more: bool(3),
  count: integer(4),
});

/** Writes one key. */
export interface PutRequest {
  readonly key: ByteString;
  readonly value: Uint8Array;
  readonly lease: bigint;
  /** Answer with the key as it was before. */
  readonly prevKv: boolean;
  /** Keep the value; the key must exist. */
  readonly ignoreValue: boolean;
  /** Keep the lease; the key must exist. */
  readonly ignoreLease: boolean;
}
/** Codec of `etcdserverpb.PutRequest`. */
export const PutRequest: MessageType<PutRequest> = defineMessage<PutRequest>('etcdserverpb.PutRequest', {
  key: byteString(1),
  value: bytes(2),
  lease: int64(3),
  prevKv: bool(4),
  ignoreValue: bool(5),
  ignoreLease: bool(6),
});

/** Answer to a put. */
export interface PutResponse {
  readonly header: ResponseHeader | undefined;
  readonly prevKv: KeyValue | undefined;
}
/** Codec of `etcdserverpb.PutResponse`. */
export const PutResponse: MessageType<PutResponse> = defineMessage<PutResponse>('etcdserverpb.PutResponse', {
  header: embedded(1, () => ResponseHeader),
  prevKv: embedded(2, () => KeyValue),
});

/** Deletes keys; the range is given as in `RangeRequest`. */
export interface DeleteRangeRequest {
  readonly key: ByteString;
  readonly rangeEnd: ByteString;
  /** Answer with the keys as they were before. */
  readonly prevKv: boolean;
}
/** Codec of `etcdserverpb.DeleteRangeRequest`. */
export const DeleteRangeRequest: MessageType<DeleteRangeRequest> = defineMessage<DeleteRangeRequest>(
  'etcdserverpb.DeleteRangeRequest',
  {
    key: byteString(1),
    rangeEnd: byteString(2),
    prevKv: bool(3),
  },
);

/** Answer to a delete. */
export interface DeleteRangeResponse {
  readonly header: ResponseHeader | undefined;
  readonly deleted: number;
  readonly prevKvs: readonly KeyValue[];
}
/** Codec of `etcdserverpb.DeleteRangeResponse`. */
export const DeleteRangeResponse: MessageType<DeleteRangeResponse> = defineMessage<DeleteRangeResponse>(
  'etcdserverpb.DeleteRangeResponse',
  {
    header: embedded(1, () => ResponseHeader),
    deleted: integer(2),
    prevKvs: many(embedded(3, () => KeyValue)),
  },
);

/** Drops history below a revision. */
export interface CompactionRequest {
  readonly revision: bigint;
  /** Answer only when the space has been given back. */
  readonly physical: boolean;
}
/** Codec of `etcdserverpb.CompactionRequest`. */
export const CompactionRequest: MessageType<CompactionRequest> = defineMessage<CompactionRequest>(
  'etcdserverpb.CompactionRequest',
  {
    revision: int64(1),
    physical: bool(2),
  },
);

/** Answer to a compaction. */
export interface CompactionResponse {
  readonly header: ResponseHeader | undefined;
}
/** Codec of `etcdserverpb.CompactionResponse`. */
export const CompactionResponse: MessageType<CompactionResponse> = defineMessage<CompactionResponse>(
  'etcdserverpb.CompactionResponse',
  {
    header: embedded(1, () => ResponseHeader),
  },
);
