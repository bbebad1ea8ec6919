/** Most intervals remembered of one peer. */
const MAX_INTERVALS = 200;

/** The intervals between the heartbeats of one peer, in milliseconds. */
export interface Intervals {
  readonly recent: readonly number[];
  readonly meanMs: number;
  readonly deviationMs: number;
}

/** What is assumed of a peer of which two heartbeats have not been heard yet. */
export function assumedIntervals(everyMs: number): Intervals {
  return { recent: [], meanMs: everyMs, deviationMs: everyMs / 4 };
}

/** The intervals with one more. */
export function withInterval({ recent }: Intervals, intervalMs: number): Intervals {
  const next = [...recent, intervalMs].slice(-MAX_INTERVALS);
  const meanMs = next.reduce((sum, one) => sum + one, 0) / next.length;
  const variance = next.reduce((sum, one) => sum + (one - meanMs) ** 2, 0) / next.length;
  // Never less than a tenth of the mean: a peer that was perfectly regular so far is not dead when it is once a little late.
  return { recent: next, meanMs, deviationMs: Math.max(Math.sqrt(variance), meanMs / 10) };
}

/**
 * How unlikely it is that a peer with these intervals is silent so long and will be heard again: −log₁₀ of the chance, so at phi = 8
 * one suspicion in a hundred million is wrong, if intervals are normally distributed. From Hayashibara and others, "The φ accrual
 * failure detector" (SRDS 2004); the tail of the normal distribution by its logistic approximation.
 */
export function phiOf(silentMs: number, { meanMs, deviationMs }: Pick<Intervals, 'meanMs' | 'deviationMs'>): number {
  const y = (silentMs - meanMs) / deviationMs;
  const exponent = y * (1.5976 + 0.070566 * y * y);
  // Past this the chance is below what a double can hold; the exponent itself goes on growing.
  if (exponent > 600) return exponent / Math.LN10;
  return Math.log10(1 + Math.exp(exponent));
}
