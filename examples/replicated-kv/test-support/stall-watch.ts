import { testRuntime } from '@keelson/testing';

/** How often it looks at the clock, in milliseconds. */
const STEP_MS = 10;

/**
 * Notices when the machine, which others share, holds everybody up: a timer of a process that has next to nothing to do is late then. So a pause of the
 * machine is measured and not presumed.
 */
export class StallWatch implements Disposable {
  #lastMs = testRuntime.clock.monotonicMs();
  #longestMs = 0;
  readonly #timer = testRuntime.timers.every(STEP_MS, () => this.#look(), { background: true });

  /** The longest that this process was not let run since the watch began, in milliseconds. */
  get longestMs(): number {
    this.#look();
    return this.#longestMs;
  }

  [Symbol.dispose](): void {
    this.#timer.cancel();
  }

  #look(): void {
    const nowMs = testRuntime.clock.monotonicMs();
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lastMs - STEP_MS);
    this.#lastMs = nowMs;
  }
}
