import type { Runtime } from '@keelson/runtime';
import type { QueryClient } from '@tanstack/react-query';
import type { LiveStore } from './live-store.ts';
import { createThrottle } from './throttle.ts';

/** Time after an event before the facts are read again: the events of one cause come together. */
const SOON_MS = 150;

/** Least time between two readings of the facts. */
const FACTS_INTERVAL_MS = 500;

/** Time to give the server for each cell of the matrices between two readings of them, in milliseconds. */
const PER_CELL_MS = 0.06;

/** Reads out-of-date queries again when the live state says so, often enough and not too often. Returns how to stop. */
export function bindQueries(options: {
  readonly store: LiveStore;
  readonly queries: QueryClient;
  readonly cluster: string;
  readonly runtime: Runtime;
}): () => void {
  const { store, queries, cluster, runtime } = options;
  const invalidate = (...key: readonly string[]): void => {
    void queries.invalidateQueries({ queryKey: ['cluster', cluster, ...key] });
  };
  const facts = createThrottle(
    runtime,
    SOON_MS,
    () => FACTS_INTERVAL_MS,
    () => invalidate('facts'),
  );
  const matrices = createThrottle(
    runtime,
    SOON_MS,
    () => matrixIntervalMs(store),
    () => invalidate('matrix'),
  );
  let seen = store.get().staleness;
  const unsubscribe = store.subscribe(() => {
    const now = store.get().staleness;
    if (now.everything !== seen.everything) {
      invalidate();
    } else {
      if (now.facts !== seen.facts) {
        facts.ask();
      }
      if (now.matrices !== seen.matrices) {
        matrices.ask();
      }
    }
    seen = now;
  });
  return () => {
    unsubscribe();
    facts.cancel();
    matrices.cancel();
  };
}

function matrixIntervalMs(store: LiveStore): number {
  const cells = Object.values(store.get().matrices).reduce(
    (sum, { partitions, instances }) => sum + partitions.length * instances.length,
    0,
  );
  return Math.max(FACTS_INTERVAL_MS, cells * PER_CELL_MS);
}
