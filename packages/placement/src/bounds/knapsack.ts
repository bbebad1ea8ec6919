/**
 * How many of `weights` fit into `room` at most: the lightest, one after the other. Any other choice of as many weighs more, so none
 * of more can fit. Sorts `weights`. O(n log n).
 */
export function mostThatFit(weights: Float64Array, room: number): number {
  weights.sort();
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i] ?? 0;
    // Rounding must not make the bound too large: a hair more is let in.
    if (sum > room * (1 + 1e-9) + 1e-12) return i;
  }
  return weights.length;
}

/** The sum of the `count` largest values. O(n log n) unless all are taken. */
export function largestOf(values: Float64Array, count: number): number {
  const sorted = count < values.length ? values.slice().sort() : values;
  let sum = 0;
  for (let i = Math.max(0, sorted.length - count); i < sorted.length; i++) sum += sorted[i] ?? 0;
  return sum;
}

/**
 * The most value that fits into `room`, the last thing cut to measure: taken by value per weight, which no other choice beats, as any
 * exchange of weight would be for less value. Infinity where all fits. O(n log n).
 */
export function mostValueWithin(values: Float64Array, weights: Float64Array, room: number): number {
  let all = 0;
  for (const weight of weights) all += weight;
  if (all <= room) return Number.POSITIVE_INFINITY;
  // What weighs nothing comes first, whatever it is worth.
  const perWeight = Float64Array.from(values, (v, i) =>
    (weights[i] ?? 0) > 0 ? v / (weights[i] ?? 0) : Number.MAX_VALUE,
  );
  const order = Array.from(values, (_, i) => i);
  order.sort((a, b) => (perWeight[b] ?? 0) - (perWeight[a] ?? 0) || a - b);
  let left = room;
  let value = 0;
  for (const i of order) {
    const weight = weights[i] ?? 0;
    if (weight > left) return value + ((values[i] ?? 0) * left) / weight;
    left -= weight;
    value += values[i] ?? 0;
  }
  return value;
}

/**
 * The least cost of `need` units of gain, the last thing cut to measure: taken by cost per gain, each up to `times` times. Nothing
 * cheaper exists, as any exchange of gain would be for more cost. All there is where that is not enough. O(n log n).
 */
export function leastCost(costs: Float64Array, gains: Float64Array, times: number, need: number): number {
  const perGain = Float64Array.from(costs, (cost, i) =>
    (gains[i] ?? 0) > 0 ? cost / (gains[i] ?? 0) : Number.MAX_VALUE,
  );
  const order = Int32Array.from(costs, (_, i) => i);
  order.sort((a, b) => (perGain[a] ?? 0) - (perGain[b] ?? 0) || a - b);
  let left = need;
  let cost = 0;
  for (const i of order) {
    const gain = (gains[i] ?? 0) * times;
    if (gain <= 0) continue;
    if (gain >= left) return cost + ((costs[i] ?? 0) * times * left) / gain;
    left -= gain;
    cost += (costs[i] ?? 0) * times;
  }
  return cost;
}

/** The heaviest replicas there are: tells how many are needed at least to bring in a weight. */
export class Heaviest {
  /** Sums of the 1, 2, 3… heaviest. */
  readonly #sums: Float64Array;

  /** Sorts `weights`. O(n log n). */
  constructor(weights: Float64Array) {
    weights.sort();
    this.#sums = new Float64Array(weights.length);
    let sum = 0;
    for (let i = 0; i < weights.length; i++) {
      sum += weights[weights.length - 1 - i] ?? 0;
      this.#sums[i] = sum;
    }
  }

  /** How many at least weigh `weight` together: fewer of the heaviest do not, so fewer of any do not. All where even these do not. */
  needed(weight: number): number {
    const enough = weight * (1 - 1e-9) - 1e-12;
    if (enough <= 0) return 0;
    let low = 0;
    let high = this.#sums.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sums[middle] ?? 0) < enough) low = middle + 1;
      else high = middle;
    }
    return Math.min(low + 1, this.#sums.length);
  }
}
