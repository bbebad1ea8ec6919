import { sleep } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { testRuntime } from '@keelson/testing';
import type { FaultEngine, Holdings } from '../engine/engine.ts';

/** How often it is looked whether everything is gone, in milliseconds. */
const LOOK_MS = 500;

/**
 * What clients that have all ended left in the store, once whatever goes by itself had `withinMs` to go: entries of sessions, and sessions, watches and
 * connections beyond what the servers held before.
 */
export async function leftBehind(
  engine: FaultEngine,
  store: Store,
  before: Holdings,
  withinMs: number,
): Promise<readonly string[]> {
  const endMs = testRuntime.clock.monotonicMs() + withinMs;
  for (;;) {
    const left = [...(await ephemeralEntries(store)), ...more(before, await engine.holdings())];
    if (left.length === 0 || testRuntime.clock.monotonicMs() > endMs) return left;
    await sleep(testRuntime, LOOK_MS);
  }
}

async function ephemeralEntries(store: Store): Promise<readonly string[]> {
  const { entries } = await store.list('/coordination', { recursive: true });
  return entries.flatMap(({ path, owner }) => (owner === undefined ? [] : [`${path} was left behind`]));
}

function more(before: Holdings, now: Holdings): readonly string[] {
  return Object.entries(now).flatMap(([kind, count]) => {
    const had = before[kind] ?? 0;
    return count > had ? [`the servers hold ${count} ${kind}, ${count - had} more than before the clients came`] : [];
  });
}
