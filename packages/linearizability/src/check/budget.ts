/** How much a check may cost. Deciding linearizability is NP-complete: some histories cannot be judged in any reasonable time. */
export interface CheckLimits {
  /**
   * At most so many steps of the specification for the verdict. One step costs about a microsecond and, where it leads somewhere new,
   * about 50 bytes. Default 5,000,000.
   */
  readonly maxSteps?: number;
  /** At most so many more for making the failing parts small; 0 leaves them as they are. Default 1,000,000. */
  readonly maxMinimiseSteps?: number;
  /** At most so long for each of the two, by a clock of yours: this package has none. Default: no limit. */
  readonly time?: {
    readonly limitMs: number;
    /** Monotonic milliseconds: `runtime.clock.monotonicMs` or `performance.now`. */
    readonly nowMs: () => number;
  };
}

/** Why there is no verdict. */
export type GaveUp = 'steps' | 'time';

/** Defaults of the limits, in steps. */
export const DEFAULT_STEPS = { verdict: 5_000_000, minimise: 1_000_000 } as const;
/** Reading a clock costs as much as a step: one look in so many. */
const STEPS_BETWEEN_LOOKS = 1_024;

/** What is left of the limits. */
export class Budget {
  readonly #most: number;
  #left: number;
  #untilLook: number = STEPS_BETWEEN_LOOKS;
  #deadlineMs: number;
  #nowMs: (() => number) | undefined;
  #gaveUp: GaveUp | undefined;

  constructor(maxSteps: number, time?: CheckLimits['time']) {
    this.#most = maxSteps;
    this.#left = maxSteps;
    this.#nowMs = time?.nowMs;
    this.#deadlineMs = time === undefined ? 0 : time.nowMs() + time.limitMs;
  }

  get gaveUp(): GaveUp | undefined {
    return this.#gaveUp;
  }

  /** Steps taken. */
  get spent(): number {
    return this.#most - Math.max(this.#left, 0);
  }

  /** A smaller budget for one of many attempts, under the same clock. Give it to {@link charge} when it is used. */
  share(steps: number): Budget {
    const share = new Budget(Math.min(steps, Math.max(this.#left, 0)));
    share.#nowMs = this.#nowMs;
    share.#deadlineMs = this.#deadlineMs;
    return share;
  }

  /** Counts what a share has used, and other work worth so many steps. */
  charge(share: Budget, steps: number): void {
    this.#left -= share.spent + steps;
    if (this.#left <= 0) this.#gaveUp ??= 'steps';
    if (share.#gaveUp === 'time') this.#gaveUp ??= 'time';
  }

  /** One step more; false where the budget is spent. */
  spend(): boolean {
    if (this.#gaveUp !== undefined) return false;
    this.#left -= 1;
    if (this.#left < 0) this.#gaveUp = 'steps';
    this.#untilLook -= 1;
    if (this.#untilLook <= 0 && this.#nowMs !== undefined) {
      this.#untilLook = STEPS_BETWEEN_LOOKS;
      if (this.#nowMs() > this.#deadlineMs) this.#gaveUp ??= 'time';
    }
    return this.#gaveUp === undefined;
  }
}
