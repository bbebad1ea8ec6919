import type { ByteString } from '../byte-string.ts';
import { byteString, bytes, embedded, enumeration, int64, integer } from '../wire/fields.ts';
import { defineMessage, type MessageType } from '../wire/message.ts';

/** Kinds of `Event`. */
export const EventType = { put: 0, delete: 1 } as const;

/** One key as it was at one revision. */
export interface KeyValue {
  readonly key: ByteString;
  /** Revision of the put that made the key, since it last did not exist. */
  readonly createRevision: bigint;
  /** Revision of the last put. */
  readonly modRevision: bigint;
  /** Number of puts since the key was made. */
  readonly version: number;
  readonly value: Uint8Array;
  /** Lease it is attached to, 0 for none. */
  readonly lease: bigint;
}
/** Codec of `mvccpb.KeyValue`. */
export const KeyValue: MessageType<KeyValue> = defineMessage<KeyValue>('mvccpb.KeyValue', {
  key: byteString(1),
  createRevision: int64(2),
  modRevision: int64(3),
  version: integer(4),
  value: bytes(5),
  lease: int64(6),
});

/** One change of one key. */
export interface Event {
  /** One of `EventType`. */
  readonly type: number;
  /** On a delete: key and modRevision alone. */
  readonly kv: KeyValue | undefined;
  /** The key before the change, where the watch asked for it. */
  readonly prevKv: KeyValue | undefined;
}
/** Codec of `mvccpb.Event`. */
export const Event: MessageType<Event> = defineMessage<Event>('mvccpb.Event', {
  type: enumeration(1),
  kv: embedded(2, () => KeyValue),
  prevKv: embedded(3, () => KeyValue),
});
