import type { TimerHandle } from './clock.ts';
import type { Runtime } from './runtime.ts';

/** A deadline on the monotonic clock that can be moved. */
export interface DeadlineTimer {
  /** The instant it passes, in milliseconds of the runtime's monotonic clock. */
  readonly deadlineMs: number;
  /** Moves the deadline. Does nothing once it has passed. */
  moveTo(deadlineMs: number): void;
  /** Whether it has passed by the clock, now. Calls `onPassed` before it returns `true` for the first time, even when the timer has not fired yet. */
  check(): boolean;
  /** Takes it back; `onPassed` will not be called any more. */
  cancel(): void;
}

/**
 * Calls `onPassed` once (a background timer: it keeps no process alive), when the monotonic clock reaches `deadlineMs`. A timer only wakes it up: whether the deadline has passed
 * is always read off the clock. So a timer that fires early changes nothing, and after the process was stopped or its loop
 * was busy, whoever asks `check()` first learns the truth before the late timer has had its turn.
 */
export function deadlineTimer(
  runtime: Pick<Runtime, 'clock' | 'timers'>,
  deadlineMs: number,
  onPassed: () => void,
): DeadlineTimer {
  return new MonotonicDeadline(runtime, deadlineMs, onPassed);
}

class MonotonicDeadline implements DeadlineTimer {
  readonly #runtime: Pick<Runtime, 'clock' | 'timers'>;
  readonly #onPassed: () => void;
  #deadlineMs: number;
  #state: 'waiting' | 'passed' | 'cancelled' = 'waiting';
  #timer: TimerHandle | undefined;

  constructor(runtime: Pick<Runtime, 'clock' | 'timers'>, deadlineMs: number, onPassed: () => void) {
    this.#runtime = runtime;
    this.#deadlineMs = deadlineMs;
    this.#onPassed = onPassed;
    this.#arm();
  }

  get deadlineMs(): number {
    return this.#deadlineMs;
  }

  moveTo(deadlineMs: number): void {
    if (this.#state !== 'waiting' || this.check()) return;
    const earlier = deadlineMs < this.#deadlineMs;
    this.#deadlineMs = deadlineMs;
    // A later deadline needs no new timer: the old one finds out that it is early and arms itself again.
    if (earlier) this.#arm();
  }

  check(): boolean {
    if (this.#state !== 'waiting') return this.#state === 'passed';
    if (this.#runtime.clock.monotonicMs() < this.#deadlineMs) return false;
    this.#state = 'passed';
    this.#timer?.cancel();
    this.#onPassed();
    return true;
  }

  cancel(): void {
    if (this.#state === 'waiting') this.#state = 'cancelled';
    this.#timer?.cancel();
  }

  #arm(): void {
    this.#timer?.cancel();
    const leftMs = Math.max(0, this.#deadlineMs - this.#runtime.clock.monotonicMs());
    const wake = (): void => {
      if (this.#state === 'waiting' && !this.check()) this.#arm();
    };
    this.#timer = this.#runtime.timers.after(Math.ceil(leftMs), wake, { background: true });
  }
}
