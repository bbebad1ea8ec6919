/** A fixed sequence of numbers that look like chance: the same on every machine, from nothing but its seed. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** A whole number from 0 to below `bound`, at most 2^24. */
  below(bound: number): number {
    return Math.floor(this.share() * bound);
  }

  /** From 0 to below 1, in steps of 2^-24. */
  share(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 8) / 16_777_216;
  }
}
