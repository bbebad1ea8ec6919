import type { SseMessage } from './sse-parser.ts';
import type { ClusterEvent } from './types.ts';

/** A message of the event stream, understood: something happened, or everything must be read again. */
export type FeedItem = ClusterEvent | { readonly type: 'reset' };

const KNOWN: ReadonlySet<string> = new Set(['replica', 'instance', 'resource', 'controller']);

/**
 * Understands one message of `…/events`. Returns undefined for a kind of event this console does not know (a newer
 * server may send more). A message that is not JSON counts as a gap: what it said is lost, so everything is read again.
 */
export function decodeMessage(message: SseMessage): FeedItem | undefined {
  if (message.event === 'reset') {
    return { type: 'reset' };
  }
  if (!KNOWN.has(message.event)) {
    return undefined;
  }
  try {
    const fields = JSON.parse(message.data) as Record<string, unknown>;
    const id = message.id ?? (typeof fields.id === 'string' ? fields.id : '');
    return { ...fields, type: message.event, id } as unknown as ClusterEvent;
  } catch {
    return { type: 'reset' };
  }
}
