import type { History } from './history.ts';

/**
 * How much history is kept: what a watch that was away, or a read of the past, can still get. Whichever limit is reached first
 * compacts the store automatically, a tenth of the limit at a time.
 */
export interface HistoryLimits {
  /** Writes kept. Costs about 130 bytes each besides its value. Default 25,000: at 100 writes a second, four minutes. */
  readonly writes: number;
  /** Memory of superseded versions kept, in bytes. Default 16 MiB. */
  readonly bytes: number;
}

/** The limits of a backend that does not say otherwise. */
export const DEFAULT_HISTORY_LIMITS: HistoryLimits = { writes: 25_000, bytes: 16 * 1024 * 1024 };

/** The revision to compact at now; `undefined` while the history is within its limits. Never above `durableRevision`. */
export function historyCut(history: History, limits: HistoryLimits, durableRevision: number): number | undefined {
  const { log, supersededBytes, compactRevision } = history;
  const excess = supersededBytes > limits.bytes ? Math.ceil(log.length / 10) : log.length - limits.writes;
  // Steps of a tenth: each compaction is a commit of its own, so single writes are not worth one.
  if (excess <= 0 || (supersededBytes <= limits.bytes && excess < limits.writes / 10)) return undefined;
  const cut = Math.min(log.at(excess)?.main ?? durableRevision, durableRevision);
  return cut > compactRevision ? cut : undefined;
}
