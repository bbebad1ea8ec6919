import type { Runtime, TimerHandle } from '@keelson/runtime';

/** Runs something soon after it is asked for, and not too often. */
export interface Throttle {
  /** Asks for a run. Asks before the run count as one. */
  ask(): void;
  cancel(): void;
}

/** A throttle that runs `delayMs` after the first ask and at least `intervalMs()` after the run before. */
export function createThrottle(
  runtime: Pick<Runtime, 'clock' | 'timers'>,
  delayMs: number,
  intervalMs: () => number,
  run: () => void,
): Throttle {
  let timer: TimerHandle | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    ask() {
      if (timer !== undefined) {
        return;
      }
      const waitMs = Math.max(delayMs, lastMs + intervalMs() - runtime.clock.monotonicMs());
      timer = runtime.timers.after(waitMs, () => {
        timer = undefined;
        lastMs = runtime.clock.monotonicMs();
        run();
      });
    },
    cancel() {
      timer?.cancel();
      timer = undefined;
    },
  };
}
