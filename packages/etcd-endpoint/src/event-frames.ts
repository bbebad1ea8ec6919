import { Event, EventType } from '@keelson/etcd-protocol';
import type { KvEvent } from '@keelson/store';

/**
 * Encoded forms of the store's events. The store gives one event object to every watch that sees the event, so a write that a
 * thousand watches see is encoded once.
 */
const encoded = new WeakMap<KvEvent, Uint8Array>();

/** The event as `mvccpb.Event`. */
export function encodedEvent(event: KvEvent): Uint8Array {
  const known = encoded.get(event);
  if (known !== undefined) return known;
  const { kv, prevKv } = event;
  const bytes =
    event.type === 'put'
      ? Event.encode({ kv, prevKv })
      : Event.encode({ type: EventType.delete, kv: { key: kv.key, modRevision: kv.modRevision }, prevKv });
  encoded.set(event, bytes);
  return bytes;
}
