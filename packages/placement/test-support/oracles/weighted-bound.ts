import { type ClusterProgram, clusterProgram, type Wanted } from './cluster-program.ts';
import type { ClusterFacts, PartitionFacts } from './facts.ts';
import { fairLoads, type Range, weightRange } from './fair-shares.ts';
import { fewestReaching } from './fewest-leaving.ts';
import { addNodeTouches } from './node-touches.ts';

/** Lower bounds on copied replicas, plus `changeCost` for each leader that changes, where replicas weigh something. */
export interface WeightedBound {
  /** By counting: replicas without a place, and the heaviest ones of each node that is too full, or wanted by one that is too empty. */
  readonly knapsack: number;
  /** The fractional optimum: of all rules at once, but replicas may be split. At least `knapsack`. */
  readonly relaxed: number;
  /** With whole replicas on every node by itself, and by branch and cut over all of them, as far as it went: the best of all three, in steps of what the smallest change costs, and never above the guess. */
  readonly cost: number;
  /** Whether `cost` is known to be the optimum: an answer that costs so much exists. */
  readonly exact: boolean;
}

/** [dimension][node] what each node should carry at the balance asked for; of what an offline one holds on to nothing is asked. */
export function loadRanges(facts: ClusterFacts): Range[][] {
  return facts.dimensions.map((_, dimension) =>
    fairLoads(facts, dimension).map((fair, node) => {
      if (facts.nodes[node]?.condition !== 'live') return { low: 0, high: Number.POSITIVE_INFINITY };
      const { low, high } = weightRange(fair, facts.tolerance);
      return { low, high: Math.min(high, facts.nodes[node]?.capacity[dimension] ?? high) };
    }),
  );
}

/** What the weighted bound asks for. */
export interface WeightedQuestion {
  /** [dimension][node] */
  readonly loads: readonly (readonly Range[])[];
  /** [node] Without it leaders may be anywhere. */
  readonly leaders?: readonly Range[];
  /** What a leader that changes costs in copies. */
  readonly changeCost: number;
  /** What some answer within the balance costs: the bound is not sought above it. */
  readonly guess: number;
  /** Steps of each search over whole replicas where the guess stays far above what is found in some seconds. Default `DEFAULT_HARD_WORK`: half a minute; 0: none. */
  readonly hardWork?: number;
}

/** Steps of the simplex method after which a search over whole replicas ends: some seconds. */
const usualWork = 6_000;
/** The same where it is worth trying harder. */
export const DEFAULT_HARD_WORK = 60_000;
/** Nothing more is sought where the guess is known to be within so much of the optimum, and no harder than usual where it is within this; without hard work nothing at all there. */
const near = 1.03;
const far = 1.05;

/** A lower bound for the balance asked for, given that everything is placed. Each way is tried only where the one before does not reach the guess. */
export function weightedBound(facts: ClusterFacts, question: WeightedQuestion): WeightedBound {
  const { loads, leaders, changeCost, guess, hardWork = DEFAULT_HARD_WORK } = question;
  const step = changeCost === 0 ? 1 : 0.5;
  const wholeSteps = (cost: number): number => Math.max(0, Math.ceil(cost / step - 1e-6) * step);
  const touches = touchesOf(facts, loads);
  const knapsack = countBound(facts, touches);
  if (knapsack >= guess) return { knapsack, relaxed: knapsack, cost: guess, exact: true };
  const wanted: Wanted = { loads, copyCost: 1, changeCost, ...(leaders === undefined ? {} : { leaders }) };
  const cluster = clusterProgram(facts, wanted);
  addTouches(facts, cluster, touches);
  const { program, constant } = cluster;
  const relaxed = Math.max(knapsack, program.fractional() + constant);
  let least = wholeSteps(relaxed);
  if (least >= guess) return { knapsack, relaxed, cost: guess, exact: true };
  if (guess <= (hardWork > 0 ? near : far) * least) return { knapsack, relaxed, cost: least, exact: false };
  addNodeTouches(facts, cluster, wanted);
  least = Math.max(least, wholeSteps(program.fractional() + constant));
  if (least >= guess) return { knapsack, relaxed, cost: guess, exact: true };
  // Is there anything cheaper than the guess? Where there is not, the guess is the optimum.
  let exact = false;
  const search = ({ program: whole }: ClusterProgram, work: number): void => {
    const found = whole.wholly(work, step);
    least = Math.max(least, wholeSteps(found.bound + constant));
    exact = found.proven || least >= guess;
  };
  const limit = ({ program: whole }: ClusterProgram): void =>
    whole.row(Number.NEGATIVE_INFINITY, guess - step - constant, whole.costEntries());
  limit(cluster);
  search(cluster, usualWork);
  if (!exact && hardWork > 0 && guess > far * least) {
    // What each node takes by itself helps most programs and is in the way of some.
    const plain = clusterProgram(facts, wanted);
    limit(plain);
    search(plain, hardWork);
    if (!exact) search(cluster, hardWork);
  }
  return { knapsack, relaxed, cost: Math.min(guess, least), exact };
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

/** What has to leave and to enter each node, as rows: where replicas may be split, nothing else says that whole ones have to go. */
function addTouches(facts: ClusterFacts, { program, onNode }: ClusterProgram, { leaving, entering }: Touches): void {
  for (const node of facts.nodes.keys()) {
    const places = onNode[node] ?? [];
    const here = places.filter(({ partition }) => partition.current.has(node));
    const partitions = new Set(here.map(({ partition }) => partition)).size;
    const entries = (some: typeof places) => some.map(({ column }) => [column, 1] as const);
    if ((leaving[node] ?? 0) > 0) program.row(0, partitions - (leaving[node] ?? 0), entries(here));
    if ((entering[node] ?? 0) > 0)
      program.row(
        entering[node] ?? 0,
        Number.POSITIVE_INFINITY,
        entries(places.filter(({ partition }) => !partition.current.has(node))),
      );
  }
}
