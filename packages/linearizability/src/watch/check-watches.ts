import { type WatchBreach, type WatchGuarantee, watchGuarantees } from './guarantees.ts';
import { tookPlainCourse } from './plain-course.ts';
import { owedIn, readWatch } from './reading.ts';
import type { RecordedWatch, RecordedWrite, WatchRange } from './record.ts';

/**
 * Holds recorded watches against what the store wrote: etcd's six guarantees (ordered, unique, reliable, atomic, resumable, bookmarkable)
 * and, first of all, that every event is genuine. Nothing found means that no guarantee was broken as far as the record goes.
 *
 * @param writes - Every revision that changed something in the ranges, from the first that a watch could have seen on, in any order.
 * @param guarantees - Which to look at. Default: all.
 * @example
 * const writes = [{ revision: 2, changes: [{ key: 'a', kind: 'put', value: '1' }] }];
 * const watch = { name: 'w', range: { prefix: '' }, legs: [{ fromRevision: 1, messages: [] }], settledAt: 2 };
 * checkWatches(writes, [watch]); // [{ guarantee: 'reliable', watch: 'w', revision: 2, … }]
 */
export function checkWatches(
  writes: readonly RecordedWrite[],
  watches: readonly RecordedWatch[],
  guarantees: readonly WatchGuarantee[] = Object.keys(watchGuarantees) as WatchGuarantee[],
): WatchBreach[] {
  // Watches of one range object share what is owed to them.
  const owedByRange = new Map<WatchRange, readonly RecordedWrite[]>();
  return watches.flatMap((watch) => {
    const owed = owedByRange.get(watch.range) ?? owedIn(writes, watch.range);
    owedByRange.set(watch.range, owed);
    if (tookPlainCourse(owed, watch)) return [];
    const reading = readWatch(owed, watch);
    return guarantees.flatMap((guarantee) =>
      watchGuarantees[guarantee](reading).map((finding) => ({ guarantee, watch: watch.name, ...finding })),
    );
  });
}
