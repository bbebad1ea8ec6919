import type { Runtime, TimerHandle } from '@keelson/runtime';

/** Longest delay a timer of the platform takes, in milliseconds. */
const LONGEST_DELAY_MS = 2_000_000_000;

/**
 * Calls `sweep` at each instant a lease may end, by one timer armed for the earliest. A timer that comes too early (platforms round)
 * is set again, so nothing ends before its time and nothing waits for a polling interval.
 */
export class LeaseSweeper {
  readonly #runtime: Pick<Runtime, 'clock' | 'timers'>;
  readonly #nextDeadlineMs: () => number | undefined;
  readonly #sweep: (nowMs: number) => void;
  #armed: { readonly dueMs: number; readonly handle: TimerHandle } | undefined;
  #stopped = false;

  constructor(
    runtime: Pick<Runtime, 'clock' | 'timers'>,
    nextDeadlineMs: () => number | undefined,
    sweep: (nowMs: number) => void,
  ) {
    this.#runtime = runtime;
    this.#nextDeadlineMs = nextDeadlineMs;
    this.#sweep = sweep;
  }

  /** To be called after a lease was granted. */
  rearm(): void {
    const dueMs = this.#nextDeadlineMs();
    if (this.#stopped || dueMs === undefined || (this.#armed !== undefined && this.#armed.dueMs <= dueMs)) return;
    this.#armed?.handle.cancel();
    const delayMs = Math.min(LONGEST_DELAY_MS, Math.max(0, Math.ceil(dueMs - this.#runtime.clock.monotonicMs())));
    const handle = this.#runtime.timers.after(delayMs, () => this.#onTimer(), { background: true });
    this.#armed = { dueMs, handle };
  }

  /** Ends it; no sweep after this. */
  stop(): void {
    this.#stopped = true;
    this.#armed?.handle.cancel();
  }

  #onTimer(): void {
    this.#armed = undefined;
    if (this.#stopped) return;
    this.#sweep(this.#runtime.clock.monotonicMs());
    this.rearm();
  }
}
