import type { Runtime } from '@keelson/runtime';
import type { DelayRange } from './faults.ts';

/** What becomes of one request. */
export type Fate = 'served' | 'request-dropped' | 'reply-lost';

/** The faults in force on one link, and the draws from them. */
export class FaultState {
  readonly #runtime: Runtime;
  #delay: DelayRange = { minMs: 0, maxMs: 0 };
  #dropRequests = 0;
  #loseReplies = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  set delay(time: number | DelayRange) {
    this.#delay = typeof time === 'number' ? { minMs: time, maxMs: time } : time;
  }

  dropRequests(count: number): void {
    this.#dropRequests += count;
  }

  loseReplies(count: number): void {
    this.#loseReplies += count;
  }

  heal(): void {
    this.#delay = { minMs: 0, maxMs: 0 };
    this.#dropRequests = 0;
    this.#loseReplies = 0;
  }

  /** Milliseconds that the next message takes. */
  drawDelayMs(): number {
    const { minMs, maxMs } = this.#delay;
    return minMs === maxMs ? minMs : minMs + this.#runtime.random.next() * (maxMs - minMs);
  }

  drawFate(): Fate {
    if (this.#dropRequests > 0) {
      this.#dropRequests -= 1;
      return 'request-dropped';
    }
    if (this.#loseReplies > 0) {
      this.#loseReplies -= 1;
      return 'reply-lost';
    }
    return 'served';
  }
}
