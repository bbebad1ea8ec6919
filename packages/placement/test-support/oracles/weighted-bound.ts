import type { ClusterFacts, PartitionFacts } from './facts.ts';
import { fairLoads, type Range, weightRange } from './fair-shares.ts';
import { bestChoice, choicesOf } from './priced-choice.ts';

/** Lower bounds on copied replicas, plus `changeCost` for each leader that changes, where replicas weigh something. */
export interface WeightedBound {
  /** By counting: replicas without a place, and the heaviest ones of each node that is too full, or wanted by one that is too empty. */
  readonly knapsack: number;
  /** By prices: the fractional optimum of the whole problem, as far as it was approached. */
  readonly relaxed: number;
  /** The better of both; a whole number where only copies count. */
  readonly cost: number;
}

/** [dimension][node] what each node should carry at the balance asked for. */
export function loadRanges(facts: ClusterFacts): Range[][] {
  return facts.dimensions.map((_, dimension) =>
    fairLoads(facts, dimension).map((fair, node) => {
      const { low, high } = weightRange(fair, facts.tolerance);
      return { low, high: Math.min(high, facts.nodes[node]?.capacity[dimension] ?? high) };
    }),
  );
}

/** What the weighted bound asks for. */
export interface WeightedQuestion {
  /** [dimension][node] */
  readonly loads: readonly (readonly Range[])[];
  /** [node] */
  readonly leaders: readonly Range[];
  /** What a leader that changes costs in copies. */
  readonly changeCost: number;
  /** The cost of some answer. It only steers the search and tells when to stop: nothing is to be gained above it. */
  readonly guess: number;
}

/** A lower bound for the balance asked for, given that everything is placed. */
export function weightedBound(facts: ClusterFacts, question: WeightedQuestion): WeightedBound {
  const knapsack = knapsackBound(facts, question.loads);
  if (knapsack >= question.guess) return { knapsack, relaxed: knapsack, cost: knapsack };
  const relaxed = relaxedBound(facts, question);
  const best = Math.max(knapsack, relaxed);
  const step = question.changeCost === 0 ? 1 : 0.5;
  return { knapsack, relaxed, cost: Math.ceil(best / step - 1e-6) * step };
}

const largestLoad = ({ slots }: PartitionFacts, dimension: number): number =>
  slots.reduce((most, { load }) => Math.max(most, load[dimension] ?? 0), 0);
const smallestLoad = ({ slots }: PartitionFacts, dimension: number): number =>
  slots.reduce((least, { load }) => Math.min(least, load[dimension] ?? 0), Number.POSITIVE_INFINITY);

/** How many of the largest amounts it takes to reach `needed`. */
function fewest(amounts: number[], needed: number): number {
  let sum = 0;
  let count = 0;
  for (const amount of amounts.sort((a, b) => b - a)) {
    if (sum >= needed - 1e-9 * Math.abs(needed) - 1e-9) break;
    sum += amount;
    count += 1;
  }
  return count;
}

/**
 * Leaving: a node above its range must lose replicas until it is within; by the heaviest this takes the fewest. Whatever leaves or has no
 * place today enters elsewhere. Entering: a node below its range must gain, by the heaviest that do not stand on it.
 */
function knapsackBound(facts: ClusterFacts, ranges: readonly (readonly Range[])[]): number {
  let lost = 0;
  let leaving = 0;
  let entering = 0;
  for (const partition of facts.partitions) {
    const staying = partition.mayStand.filter((node) => partition.current.has(node)).length;
    lost += Math.max(0, partition.slots.length - staying);
    // Surplus replicas may leave without entering anywhere.
    leaving += partition.slots.length - staying;
  }
  for (const [node] of facts.nodes.entries()) {
    let out = 0;
    let into = 0;
    if (facts.nodes[node]?.condition !== 'live') continue;
    for (const [dimension, row] of ranges.entries()) {
      const { low, high } = row[node] ?? { low: 0, high: 0 };
      const here = facts.partitions.filter(({ mayStand, current }) => current.has(node) && mayStand.includes(node));
      const elsewhere = facts.partitions.filter(
        ({ mayStand, current }) => !current.has(node) && mayStand.includes(node),
      );
      // A replica may change its role without moving: what it weighs at least if it stays, and at most, bound what moving it can do.
      const least = here.reduce((sum, partition) => sum + smallestLoad(partition, dimension), 0);
      const most = here.reduce((sum, partition) => sum + largestLoad(partition, dimension), 0);
      const shed = here.map((partition) => smallestLoad(partition, dimension));
      const gain = elsewhere.map((partition) => largestLoad(partition, dimension));
      out = Math.max(out, fewest(shed, least - high));
      into = Math.max(into, fewest(gain, low - most));
    }
    leaving += out;
    entering += into;
  }
  return Math.max(lost, leaving, entering);
}

const STEPS = 400;

/**
 * The Lagrangian dual: every node has a price per unit of load in each dimension, negative where it wants more. For fixed prices each
 * partition chooses its places by itself, and the sum of what these choices cost, less what the ranges are worth at these prices, is
 * below the cost of any answer within the ranges. The best prices give the optimum of the fractional problem; they are sought by
 * subgradient steps, and whatever is found on the way is a true bound.
 */
function relaxedBound(facts: ClusterFacts, { loads: wanted, leaders, changeCost, guess }: WeightedQuestion): number {
  const ranges = [...wanted, leaders];
  const choices = facts.partitions.map((partition) => choicesOf(facts, partition, changeCost));
  const able = facts.partitions.reduce((sum, { ableLeaders }) => sum + ableLeaders.length, 0);
  const sizes = ranges.map((row) => row.reduce((most, { high }) => Math.max(most, high), 0) || 1);
  const prices = ranges.map((row) => row.map(() => 0));
  const pull = ranges.map((row) => row.map(() => 0));
  let best = 0;
  let pace = 1;
  let stale = 0;
  let bestPrices = prices.map((row) => [...row]);
  for (let step = 0; step < STEPS && pace > 1e-4; step += 1) {
    const loads = ranges.map((row) => row.map(() => 0));
    let value = able * changeCost;
    for (const choice of choices) value += bestChoice(choice, prices, loads);
    let norm = 0;
    for (const [dimension, row] of ranges.entries())
      for (const [node, { low, high }] of row.entries()) {
        if (facts.nodes[node]?.condition !== 'live') continue;
        const price = prices[dimension]?.[node] ?? 0;
        const load = loads[dimension]?.[node] ?? 0;
        value -= price > 0 ? price * high : price * low;
        const size = sizes[dimension] ?? 1;
        // At price 0 both sides of the range may pull; inside it none does.
        const slope =
          price > 0 ? load - high : price < 0 ? load - low : Math.max(0, load - high) + Math.min(0, load - low);
        const pulls = pull[dimension];
        if (pulls === undefined) continue;
        pulls[node] = slope / size + 0.6 * (pulls[node] ?? 0);
        norm += (pulls[node] ?? 0) ** 2;
      }
    if (value > best + 1e-7) {
      if (value > best * 1.0005) stale = 0;
      best = value;
      bestPrices = prices.map((row) => [...row]);
    } else stale += 1;
    if (norm === 0 || best > guess - 1e-6) break;
    if (stale > 12) {
      stale = 0;
      pace /= 2;
      for (const [dimension, row] of bestPrices.entries()) prices[dimension] = [...row];
      for (const row of pull) row.fill(0);
      continue;
    }
    const length = (pace * Math.max(guess * 1.02 - value, 0.05 * guess + 0.1)) / norm;
    for (const [dimension, row] of prices.entries())
      for (const [node, price] of row.entries()) {
        const next = price + (length * (pull[dimension]?.[node] ?? 0)) / (sizes[dimension] ?? 1);
        // A price passes through 0 rather than jump from one side's slope to the other's.
        row[node] = price * next < 0 ? 0 : next;
      }
  }
  return best;
}
