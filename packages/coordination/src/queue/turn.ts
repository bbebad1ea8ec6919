import type { QueueName } from './queue-name.ts';

/** What has to happen before whoever waits looks again. Never more than one entry is watched, but for the first in line for a permit. */
export type WaitTarget =
  /** The entry is gone. */
  | { readonly type: 'gone'; readonly name: string }
  /** The entry is gone, or its owner has been granted what it waited for. */
  | { readonly type: 'gone-or-granted'; readonly name: string }
  /** One of these entries, all that hold a permit, is gone. */
  | { readonly type: 'any-gone'; readonly names: readonly string[] };

/** Whether somebody in a queue has its turn. */
export type Turn =
  | { readonly type: 'granted' }
  | { readonly type: 'wait'; readonly target: WaitTarget }
  /** Its entry is not in the queue. */
  | { readonly type: 'missing' };

/**
 * Whose turn it is, decided by names alone: everybody who looks at the same queue comes to the same answer.
 *
 * - exclusive: when nobody is ahead. Waits for the one directly ahead.
 * - shared: when nobody exclusive is ahead. Waits for the nearest exclusive one.
 * - permit: when fewer than `permits` are ahead. The first in line waits for any of the holders to go; each one behind it waits for
 *   the one directly ahead to go or to be granted, so a permit given back wakes one.
 */
export function turnOf(queue: readonly QueueName[], own: string, permits = 1): Turn {
  const index = queue.findIndex(({ name }) => name === own);
  const place = queue[index];
  if (place === undefined) return { type: 'missing' };
  const ahead = queue.slice(0, index);
  const next = place.mode === 'shared' ? ahead.findLast(({ mode }) => mode === 'exclusive') : ahead.at(-1);
  if (next === undefined) return { type: 'granted' };
  if (place.mode !== 'permit') return { type: 'wait', target: { type: 'gone', name: next.name } };
  if (ahead.length < permits) return { type: 'granted' };
  if (ahead.length > permits) return { type: 'wait', target: { type: 'gone-or-granted', name: next.name } };
  return { type: 'wait', target: { type: 'any-gone', names: ahead.map(({ name }) => name) } };
}
