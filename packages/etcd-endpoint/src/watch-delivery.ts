import type { KvEvent } from '@keelson/store';
import { encodedEvent } from './event-frames.ts';

/** One answer's worth of events. */
export interface EventBatch {
  readonly events: readonly Uint8Array[];
  /** Revision for the header: every event up to it has been sent once this batch, and the fragments before it, are. */
  readonly revision: bigint;
  /** More events of the same answer follow, in another message. */
  readonly fragment: boolean;
}

/** An answer without `fragment` may still be cut between revisions; it is where it would be larger than this, in bytes. */
const COMFORTABLE_BYTES = 1024 * 1024;

/**
 * Cuts events of whole revisions, which are all there are up to `revision`, into answers that are not needlessly large. Between
 * revisions that is always allowed; within one only where the watch asked for `fragment`s, and then above `fragmentBytes`.
 */
export function* eventBatches(
  events: readonly KvEvent[],
  revision: bigint,
  fragmentBytes: number | undefined,
): Generator<EventBatch> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  let last = 0n;
  for (const event of events) {
    const piece = encodedEvent(event);
    const sameRevision = event.kv.modRevision === last;
    if (batch.length > 0 && !sameRevision && bytes + piece.length > COMFORTABLE_BYTES) {
      yield { events: batch, revision: last, fragment: false };
      [batch, bytes] = [[], 0];
    } else if (batch.length > 0 && fragmentBytes !== undefined && bytes + piece.length > fragmentBytes) {
      yield { events: batch, revision: event.kv.modRevision, fragment: true };
      [batch, bytes] = [[], 0];
    }
    batch.push(piece);
    bytes += piece.length;
    last = event.kv.modRevision;
  }
  if (batch.length > 0) yield { events: batch, revision, fragment: false };
}
