import type { ClusterEvent } from '../api/types.ts';

/** Newest first: by the store's order where both ids tell it, by time otherwise. */
export function newestFirst(left: ClusterEvent, right: ClusterEvent): number {
  const a = placeOf(left.id);
  const b = placeOf(right.id);
  if (a === undefined || b === undefined) {
    return right.atMs - left.atMs;
  }
  return b.revision - a.revision || b.index - a.index;
}

/**
 * Puts two lists into one without doubles, newest first, at most `limit` long. An id may come from both lists; the two
 * then say the same.
 */
export function mergeEvents(
  known: readonly ClusterEvent[],
  more: readonly ClusterEvent[],
  limit: number,
): readonly ClusterEvent[] {
  const byId = new Map(known.map((event) => [event.id, event]));
  const fresh = more.filter((event) => !byId.has(event.id));
  if (fresh.length === 0) {
    return known;
  }
  return [...fresh, ...known].sort(newestFirst).slice(0, limit);
}

function placeOf(id: string): { readonly revision: number; readonly index: number } | undefined {
  const match = /^(\d+)-(\d+)$/.exec(id);
  return match === null ? undefined : { revision: Number(match[1]), index: Number(match[2]) };
}
