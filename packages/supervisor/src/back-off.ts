/** When a process that ended is started again. */
export type RestartRule = 'always' | 'on-failure' | 'never';

/** How long it waits before that. */
export interface BackOffPolicy {
  /** Longest first wait, in milliseconds; doubles with each end in a row. */
  readonly baseMs: number;
  /** Longest wait, in milliseconds. */
  readonly capMs: number;
  /** A process that ran this long, in milliseconds, counts as stable: the next wait is the first again. */
  readonly stableMs: number;
}

/** Ends in a row of processes that were not stable. */
export type EndsInARow = number;

/** Counts an end. */
export function countEnd(before: EndsInARow, ranMs: number, policy: BackOffPolicy): EndsInARow {
  return ranMs >= policy.stableMs ? 1 : before + 1;
}

/** The wait after so many ends in a row: from half to the whole of its bound, so that many that fell together do not rise together. */
export function waitMs(ends: EndsInARow, chance: number, policy: BackOffPolicy): number {
  const boundMs = Math.min(policy.capMs, policy.baseMs * 2 ** (ends - 1));
  return boundMs * (0.5 + chance / 2);
}
