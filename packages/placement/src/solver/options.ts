import type { SolveProgress } from './solver.ts';

/** How a solve is to be run. */
export interface SolveOptions {
  /**
   * Steps of improvement it may take: a step tries one move, exchange or chain of moves. A count and no time, so that the answer stays
   * the same on every machine. Default: enough for what balance needs, 2 000 000 and 20 per node and partition.
   */
  readonly budget?: number;
  /** Ends the solve between two slices of work with the signal's reason as the error. */
  readonly signal?: AbortSignal;
  /** Told after each slice of work. What it throws ends the solve. */
  readonly onProgress?: (progress: SolveProgress) => void;
}

/** How an asynchronous solve is to be run. */
export interface SolveAsyncOptions extends SolveOptions {
  /**
   * Gives way to others between two slices of work: resolves when the solve may go on. Default: a turn of the microtask queue, which lets
   * promises but not timers or I/O run; pass `() => new Promise((resume) => setImmediate(resume))` or the like for these.
   */
  readonly pause?: () => Promise<void>;
}
