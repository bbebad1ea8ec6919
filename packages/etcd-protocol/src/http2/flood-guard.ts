import type { Runtime } from '@keelson/runtime';
import { Http2Error, Http2Violation } from './frame.ts';

/** Units that a client may spend at once, and how many it gets back each second. */
const BURST = 10_000;
const REFILL_PER_SECOND = 1_000;

/**
 * Bounds what a client can make a server do for nothing: resets of streams it has just opened, empty frames, pings and settings.
 * Honest clients stay far below; one that does not is told to calm down and loses its connection.
 */
export class FloodGuard {
  readonly #runtime: Pick<Runtime, 'clock'>;
  #left = BURST;
  #refilledMs: number;

  constructor(runtime: Pick<Runtime, 'clock'>) {
    this.#runtime = runtime;
    this.#refilledMs = runtime.clock.monotonicMs();
  }

  /** Charges for one such frame. Throws ENHANCE_YOUR_CALM when the client has spent what it had. */
  charge(): void {
    this.#left -= 1;
    if (this.#left > 0) return;
    const nowMs = this.#runtime.clock.monotonicMs();
    this.#left = Math.min(BURST, Math.floor(((nowMs - this.#refilledMs) / 1_000) * REFILL_PER_SECOND));
    this.#refilledMs = nowMs;
    if (this.#left <= 0) throw new Http2Violation(Http2Error.enhanceYourCalm, 'too many frames that ask for nothing');
  }
}
