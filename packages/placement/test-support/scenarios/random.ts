/** Random numbers from a seed: the same everywhere, so that a scenario is its number. */
export interface Random {
  /** From 0 up to 1, without 1. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number;
  pick<T>(choices: readonly T[]): T;
  /** `count` different ones, in random order. */
  some<T>(choices: readonly T[], count: number): T[];
  /** Weights as they are met: most small, few large. Median 1. */
  logNormal(sigma: number): number;
}

/** Mulberry32: 32 bits of state, one multiplication away from the seed. */
export function randomFrom(seed: number): Random {
  let state = (seed * 0x9e3779b1) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  const some = <T>(choices: readonly T[], count: number): T[] => {
    const left = [...choices];
    const chosen: T[] = [];
    while (chosen.length < count && left.length > 0) chosen.push(...left.splice(int(0, left.length - 1), 1));
    return chosen;
  };
  return {
    next,
    int,
    some,
    pick: (choices) => {
      const chosen = choices[int(0, choices.length - 1)];
      if (chosen === undefined) throw new RangeError('Nothing to pick from.');
      return chosen;
    },
    logNormal: (sigma) => {
      // Twelve uniform numbers less six: close enough to normal.
      let normal = -6;
      for (let i = 0; i < 12; i += 1) normal += next();
      return Math.round(1e6 * Math.exp(sigma * normal)) / 1e6;
    },
  };
}
