/** Steps of improvement that a solve may take. */
export class Budget {
  readonly limit: number;
  readonly #whole: Budget | undefined;
  used = 0;
  /** Whether a part was used up: with more steps there would have been more to do. */
  cutShort = false;

  /** @param whole Each step is taken from that one too. */
  constructor(limit: number, whole?: Budget) {
    this.limit = limit;
    this.#whole = whole;
  }

  /** A share of what is left, for a phase that would take all of it from those that come after. */
  part(share: number): Budget {
    return new Budget(Math.floor(share * (this.limit - this.used)), this);
  }

  /** Whether there was a step left; it is taken. */
  take(): boolean {
    if (this.used >= this.limit) {
      if (this.#whole !== undefined) this.#whole.cutShort = true;
      return false;
    }
    if (this.#whole?.take() === false) return false;
    this.used += 1;
    return true;
  }

  get exhausted(): boolean {
    return this.used >= this.limit;
  }
}
