import type { ByteString } from '../byte-string.ts';
import { bool, byteString, bytes, embedded, enumeration, int64, many, memberOf, string } from '../wire/fields.ts';
import { defineMessage, type MessageType } from '../wire/message.ts';
import { ResponseHeader } from './header.ts';
import { Event } from './mvcc.ts';

/** Values of `WatchCreateRequest.filters`: what is not to be sent. */
export const WatchFilter = { noPut: 0, noDelete: 1 } as const;

/** Begins a watch on the stream. */
export interface WatchCreateRequest {
  readonly key: ByteString;
  readonly rangeEnd: ByteString;
  /** First revision wanted; 0: from now on. */
  readonly startRevision: bigint;
  /** Send empty answers now and then while nothing happens. */
  readonly progressNotify: boolean;
  /** Of `WatchFilter`. */
  readonly filters: readonly number[];
  readonly prevKv: boolean;
  /** 0: the server chooses. */
  readonly watchId: bigint;
  /** Large answers may come in parts. */
  readonly fragment: boolean;
}
/** Codec of `etcdserverpb.WatchCreateRequest`. */
export const WatchCreateRequest: MessageType<WatchCreateRequest> = defineMessage<WatchCreateRequest>(
  'etcdserverpb.WatchCreateRequest',
  {
    key: byteString(1),
    rangeEnd: byteString(2),
    startRevision: int64(3),
    progressNotify: bool(4),
    filters: many(enumeration(5)),
    prevKv: bool(6),
    watchId: int64(7),
    fragment: bool(8),
  },
);

/** Ends a watch of the stream. */
export interface WatchCancelRequest {
  readonly watchId: bigint;
}
/** Codec of `etcdserverpb.WatchCancelRequest`. */
export const WatchCancelRequest: MessageType<WatchCancelRequest> = defineMessage<WatchCancelRequest>(
  'etcdserverpb.WatchCancelRequest',
  {
    watchId: int64(1),
  },
);

/** Asks for an answer with the revision up to which every watch of the stream has been served. */
export type WatchProgressRequest = Readonly<Record<string, never>>;
/** Codec of `etcdserverpb.WatchProgressRequest`. */
export const WatchProgressRequest: MessageType<WatchProgressRequest> = defineMessage<WatchProgressRequest>(
  'etcdserverpb.WatchProgressRequest',
  {},
);

/** What a client sends on a watch stream; one field is set. */
export interface WatchRequest {
  readonly createRequest: WatchCreateRequest | undefined;
  readonly cancelRequest: WatchCancelRequest | undefined;
  readonly progressRequest: WatchProgressRequest | undefined;
}
/** Codec of `etcdserverpb.WatchRequest`. */
export const WatchRequest: MessageType<WatchRequest> = defineMessage<WatchRequest>('etcdserverpb.WatchRequest', {
  createRequest: memberOf(
    'requestUnion',
    embedded(1, () => WatchCreateRequest),
  ),
  cancelRequest: memberOf(
    'requestUnion',
    embedded(2, () => WatchCancelRequest),
  ),
  progressRequest: memberOf(
    'requestUnion',
    embedded(3, () => WatchProgressRequest),
  ),
});

/** What a server sends on a watch stream. */
export interface WatchResponse {
  readonly header: ResponseHeader | undefined;
  /** -1 on the answer to a progress request. */
  readonly watchId: bigint;
  readonly created: boolean;
  readonly canceled: boolean;
  /** On a canceled watch that asked for dropped history: the oldest revision kept. */
  readonly compactRevision: bigint;
  readonly cancelReason: string;
  /** More of the same answer follows. */
  readonly fragment: boolean;
  readonly events: readonly Event[];
}
/** Codec of `etcdserverpb.WatchResponse`. */
export const WatchResponse: MessageType<WatchResponse> = defineMessage<WatchResponse>('etcdserverpb.WatchResponse', {
  header: embedded(1, () => ResponseHeader),
  watchId: int64(2),
  created: bool(3),
  canceled: bool(4),
  compactRevision: int64(5),
  cancelReason: string(6),
  fragment: bool(7),
  events: many(embedded(11, () => Event)),
});

/** A `WatchResponse` whose events are encoded already: one encoded event goes into the answers of every watch that sees it. */
export interface EncodedWatchResponse extends Omit<WatchResponse, 'events'> {
  /** Each as `Event.encode` gives it. */
  readonly events: readonly Uint8Array[];
}
/** Codec of `EncodedWatchResponse`: the same on the wire as that of `WatchResponse`. */
export const EncodedWatchResponse: MessageType<EncodedWatchResponse> = defineMessage<EncodedWatchResponse>(
  'etcdserverpb.WatchResponse',
  {
    header: embedded(1, () => ResponseHeader),
    watchId: int64(2),
    created: bool(3),
    canceled: bool(4),
    compactRevision: int64(5),
    cancelReason: string(6),
    fragment: bool(7),
    events: many(bytes(11)),
  },
);
