/** Steps of improvement that a solve may take. */
export class Budget {
  readonly limit: number;
  used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Whether there was a step left; it is taken. */
  take(): boolean {
    if (this.used >= this.limit) return false;
    this.used += 1;
    return true;
  }

  get exhausted(): boolean {
    return this.used >= this.limit;
  }
}
