import type { CallOptions, Runtime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { isUnknown } from '../common/persist.ts';
import { MOST_AT_ONCE, readMany } from './read-log.ts';
import type { TopicPaths } from './topic-paths.ts';
import { decodeMark, decodeRetention } from './topic-records.ts';
import { excessOf, planTrim } from './trim-plan.ts';

/**
 * Deletes the oldest events of a topic as its retention says, some at a time, each step one transaction. Gives how many went. Where
 * another process trims the same topic, one of the two gives way.
 */
export async function trimTopic(
  store: Store,
  runtime: Runtime,
  paths: TopicPaths,
  options: CallOptions,
): Promise<number> {
  // A step deletes an event and its key each, and writes the floor.
  const room = Math.floor((store.capabilities.maxTransactionOperations - 1) / 2);
  const chunk = Math.max(1, Math.min(MOST_AT_ONCE, room));
  let trimmed = 0;
  for (;;) {
    const [config, headEntry, floorEntry] = await readMany(store, [paths.base, paths.head, paths.floor], options);
    const [head, floor] = [decodeMark(headEntry), decodeMark(floorEntry)];
    const count = Math.min(chunk, head.sequence - floor.sequence);
    if (count <= 0) return trimmed;
    const names = Array.from({ length: count }, (_, index) => paths.event(floor.sequence + index));
    const oldest = await readMany(store, names, options);
    const view = { head, floor, retention: decodeRetention(config), oldest, nowMs: runtime.clock.wallMs() };
    const excess = excessOf(view);
    if (excess === 0) return trimmed;
    try {
      const { succeeded } = await store.transact(planTrim(paths, view, excess), options);
      if (!succeeded) return trimmed;
      trimmed += excess;
    } catch (error) {
      // The floor tells what became of it.
      if (!isUnknown(error)) throw error;
    }
  }
}
