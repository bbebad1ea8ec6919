import type { ClusterFacts, PartitionFacts } from './facts.ts';
import { fairLoads, type Range, weightRange } from './fair-shares.ts';
import { fewestReaching } from './fewest-leaving.ts';
import { bestChoice, type Choice, choicesOf } from './priced-choice.ts';

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
  const touches = touchesOf(facts, question.loads);
  const knapsack = countBound(facts, touches);
  if (knapsack >= question.guess) return { knapsack, relaxed: knapsack, cost: knapsack };
  const relaxed = relaxedBound(facts, question, touches);
  const best = Math.max(knapsack, relaxed);
  const step = question.changeCost === 0 ? 1 : 0.5;
  return { knapsack, relaxed, cost: Math.ceil(best / step - 1e-6) * step };
}

const largestLoad = ({ slots }: PartitionFacts, dimension: number): number =>
  slots.reduce((most, { load }) => Math.max(most, load[dimension] ?? 0), 0);
const smallestLoad = ({ slots }: PartitionFacts, dimension: number): number =>
  slots.reduce((least, { load }) => Math.min(least, load[dimension] ?? 0), Number.POSITIVE_INFINITY);

/** How many replicas have to leave and to enter each node at least, whatever goes where. */
interface Touches {
  readonly leaving: readonly number[];
  readonly entering: readonly number[];
}

/**
 * Leaving: a node above its range must lose replicas until it is within, in every dimension at once; what enters only adds to that. Entering: a
 * node below its range must gain. A replica may change its role without moving: what stays weighs its least, or its most.
 */
function touchesOf(facts: ClusterFacts, ranges: readonly (readonly Range[])[]): Touches {
  const leaving = facts.nodes.map(() => 0);
  const entering = facts.nodes.map(() => 0);
  for (const [node, { condition }] of facts.nodes.entries()) {
    if (condition !== 'live') continue;
    const here = facts.partitions.filter(({ mayStand, current }) => current.has(node) && mayStand.includes(node));
    const elsewhere = facts.partitions.filter(({ mayStand, current }) => !current.has(node) && mayStand.includes(node));
    const smallest = here.map((partition) => ranges.map((_, dimension) => smallestLoad(partition, dimension)));
    const largest = elsewhere.map((partition) => ranges.map((_, dimension) => largestLoad(partition, dimension)));
    const above = ranges.map((row, dimension) => total(smallest, dimension) - (row[node]?.high ?? 0));
    const below = ranges.map((row, dimension) => {
      const most = here.reduce((sum, partition) => sum + largestLoad(partition, dimension), 0);
      return (row[node]?.low ?? 0) - most;
    });
    leaving[node] = fewestReaching(smallest, above);
    entering[node] = fewestReaching(largest, below);
  }
  return { leaving, entering };
}

const total = (vectors: readonly (readonly number[])[], dimension: number): number =>
  vectors.reduce((sum, vector) => sum + (vector[dimension] ?? 0), 0);

/** Whatever leaves or has no place today enters elsewhere. */
function countBound(facts: ClusterFacts, { leaving, entering }: Touches): number {
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
  let lost = 0;
  let balance = 0;
  for (const partition of facts.partitions) {
    const staying = partition.mayStand.filter((node) => partition.current.has(node)).length;
    lost += Math.max(0, partition.slots.length - staying);
    // Surplus replicas may leave without entering anywhere.
    balance += partition.slots.length - staying;
  }
  return Math.max(lost, balance + sum(leaving), sum(entering));
}

/** One ascent: so many steps, and how far prices move at first and at last, in copies for a load of the size of a node. */
interface Ascent {
  readonly steps: number;
  readonly first: number;
  readonly last: number;
}

/** First the prices of loads and leaders, from nothing; then, from the best of these, those of replicas that stay and enter too: boldly, and with care. */
const loadsOnly: Ascent = { steps: 200, first: 10, last: 0.03 };
const all: readonly Ascent[] = [
  { steps: 150, first: 2, last: 0.01 },
  { steps: 200, first: 10, last: 0.03 },
];
/** Memory of slopes and of their squares: Adam's rule, which suits prices of very different kinds. */
const slopeMemory = 0.9;
const squareMemory = 0.99;

/**
 * The Lagrangian dual: every node has a price per unit of load in each dimension, negative where it wants more. For fixed prices each
 * partition chooses its places by itself, and the sum of what these choices cost, less what the ranges are worth at these prices, is
 * below the cost of any answer within the ranges. The best prices give the optimum of the fractional problem; they are sought by
 * subgradient steps, and whatever is found on the way is a true bound.
 */
function relaxedBound(
  facts: ClusterFacts,
  { loads: wanted, leaders, changeCost, guess }: WeightedQuestion,
  { leaving, entering }: Touches,
): number {
  // Beside the dimensions: leaders, replicas that stay, and replicas that enter.
  const stay = facts.nodes.map((_, node) => {
    const here = facts.partitions.filter(({ mayStand, current }) => current.has(node) && mayStand.includes(node));
    return { low: 0, high: here.length - (leaving[node] ?? 0) };
  });
  const enter = entering.map((low) => ({ low, high: Number.MAX_SAFE_INTEGER }));
  const free = leaders.map(() => ({ low: 0, high: Number.MAX_SAFE_INTEGER }));
  const ranges = [...wanted, changeCost === 0 ? free : leaders, stay, enter];
  const choices = facts.partitions.map((partition) => choicesOf(facts, partition, changeCost));
  const able = facts.partitions.reduce((sum, { ableLeaders }) => sum + ableLeaders.length, 0);
  const largest = stay.reduce((most, { high }) => Math.max(most, high), 1);
  const sizes = ranges.map((row, at) =>
    at > wanted.length ? largest : row.reduce((most, { high }) => Math.max(most, high < 1e15 ? high : 0), 0) || 1,
  );
  const dual: Dual = { facts, ranges, sizes, choices, constant: able * changeCost, guess };
  const start = ranges.map((row) => row.map(() => 0));
  let best = ascend(dual, start, wanted.length + 1, loadsOnly);
  for (const ascent of all) {
    const next = ascend(dual, best.prices, ranges.length, ascent);
    if (next.value > best.value) best = next;
  }
  return best.value;
}

/** What the prices are sought for. */
interface Dual {
  readonly facts: ClusterFacts;
  readonly ranges: readonly (readonly Range[])[];
  /** Of a node, per row of the ranges: prices are kept per load of this size, so that all of them are of one order. */
  readonly sizes: readonly number[];
  readonly choices: readonly Choice[];
  readonly constant: number;
  readonly guess: number;
}

/** The best value found from these prices on, and the prices it was found at; only the first `rows` rows of prices change. */
function ascend(
  { facts, ranges, sizes, choices, constant, guess }: Dual,
  start: readonly (readonly number[])[],
  rows: number,
  { steps, first, last }: Ascent,
): { value: number; prices: readonly (readonly number[])[] } {
  const scaled = start.map((row) => [...row]);
  const slopes = ranges.map((row) => row.map(() => 0));
  const squares = ranges.map((row) => row.map(() => 0));
  let best = { value: 0, prices: start };
  for (let step = 1; step <= steps && best.value < guess - 1e-6; step += 1) {
    const prices = scaled.map((row, at) => row.map((price) => price / (sizes[at] ?? 1)));
    const loads = ranges.map((row) => row.map(() => 0));
    let value = constant;
    for (const choice of choices) value += bestChoice(choice, prices, loads);
    const before = scaled.map((row) => [...row]);
    const stride = first * (last / first) ** (step / steps);
    for (const [at, row] of ranges.entries())
      for (const [node, { low, high }] of row.entries()) {
        if (facts.nodes[node]?.condition !== 'live') continue;
        const price = prices[at]?.[node] ?? 0;
        const load = loads[at]?.[node] ?? 0;
        value -= price > 0 ? price * high : price * low;
        if (at >= rows) continue;
        const slope = slopeAt(price, load, { low, high }) / (sizes[at] ?? 1);
        const mean = slopeMemory * (slopes[at]?.[node] ?? 0) + (1 - slopeMemory) * slope;
        const square = squareMemory * (squares[at]?.[node] ?? 0) + (1 - squareMemory) * slope ** 2;
        set(slopes, at, node, mean);
        set(squares, at, node, square);
        const pace = Math.sqrt(square / (1 - squareMemory ** step)) + 1e-7;
        const old = scaled[at]?.[node] ?? 0;
        const next = old + (stride * mean) / (1 - slopeMemory ** step) / pace;
        // A price passes through 0 rather than jump from one side's slope to the other's.
        set(scaled, at, node, old * next < 0 ? 0 : next);
      }
    if (value > best.value) best = { value, prices: before };
  }
  return best;
}

/** How the value grows with the price. At price 0 both ends of the range may pull; inside it neither does. */
function slopeAt(price: number, load: number, { low, high }: Range): number {
  if (price > 0) return load - high;
  if (price < 0) return load - low;
  return Math.max(0, load - high) + Math.min(0, load - low);
}

function set(rows: readonly number[][], at: number, node: number, value: number): void {
  const row = rows[at];
  if (row !== undefined) row[node] = value;
}
