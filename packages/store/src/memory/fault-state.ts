import type { Random } from '@keelson/runtime';
import type { DelayRange } from './faults.ts';

/** What becomes of one request. */
export type Fate = 'served' | 'request-dropped' | 'reply-lost';

/** The faults in force on one link, and the draws from them. */
export class FaultState {
  readonly #random: Pick<Random, 'next'>;
  readonly #usualDelay: DelayRange;
  #delay: DelayRange;
  #dropRequests = 0;
  #loseReplies = 0;

  constructor(random: Pick<Random, 'next'>, usualDelay: DelayRange) {
    this.#random = random;
    this.#usualDelay = usualDelay;
    this.#delay = usualDelay;
  }

  set delay(time: DelayRange) {
    this.#delay = time;
  }

  dropRequests(count: number): void {
    this.#dropRequests += count;
  }

  loseReplies(count: number): void {
    this.#loseReplies += count;
  }

  heal(): void {
    this.#delay = this.#usualDelay;
    this.#dropRequests = 0;
    this.#loseReplies = 0;
  }

  /** Milliseconds that the next message takes. */
  drawDelayMs(): number {
    const { minMs, maxMs } = this.#delay;
    return minMs === maxMs ? minMs : minMs + this.#random.next() * (maxMs - minMs);
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
