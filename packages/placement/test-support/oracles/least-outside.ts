import { clusterProgram, type Wanted } from './cluster-program.ts';
import type { ClusterFacts } from './facts.ts';
import { fairLoads, type Range } from './fair-shares.ts';

/** Steps of the simplex method after which the search for a more even answer ends: some seconds. */
const work = 6000;
/** A hundredth of a percent of a fair share: closer than this nobody looks. */
const step = 1e-4;

/**
 * How far outside the balance asked for every answer that places everything is, as a part of the fair share of the node that is
 * furthest out: 0 where nothing forbids balance. A replica heavier than a range is wide, or few heavy ones, can; so can leaders that
 * weigh more and have to be even too. A true lower bound, and as a rule the least there is.
 *
 * @param leaders [node] Of leaders; without it they may be anywhere.
 */
export function leastOutside(
  facts: ClusterFacts,
  loads: readonly (readonly Range[])[],
  leaders?: readonly Range[],
): number {
  const stretch = facts.dimensions.map((_, dimension) => fairLoads(facts, dimension));
  const byGrain = Math.max(
    0,
    ...stretch.map((fair, dimension) => outsideByGrain(facts, dimension, loads[dimension] ?? [], fair)),
  );
  const wanted: Wanted = { loads, copyCost: 0, changeCost: 0, stretch, ...(leaders === undefined ? {} : { leaders }) };
  return Math.max(byGrain, clusterProgram(facts, wanted).program.wholly(work, step).bound);
}

/**
 * Where all replicas weigh multiples of one amount, so do nodes: how far some node is outside for that alone. The load of all together has to lie between what
 * they carry at least and at most with whole amounts; ranges widen until it does. One amount more or less per node is looked at, which makes it a lower bound.
 */
function outsideByGrain(
  facts: ClusterFacts,
  dimension: number,
  ranges: readonly Range[],
  fair: readonly number[],
): number {
  if (facts.nodes.some(({ condition }) => condition === 'held')) return 0;
  const amounts = facts.partitions.flatMap(({ slots }) => slots.map(({ load }) => load[dimension] ?? 0));
  const grain = amounts.reduce(
    (least, amount) => (amount > 0 && amount < least ? amount : least),
    Number.POSITIVE_INFINITY,
  );
  if (amounts.some((amount) => amount % grain !== 0)) return 0;
  const total = amounts.reduce((sum, amount) => sum + amount / grain, 0);
  const nodes = facts.nodes.flatMap(({ condition }, node) => {
    const { low, high } = ranges[node] ?? { low: 0, high: 0 };
    return condition === 'live' ? [{ low: low / grain, high: high / grain, fair: (fair[node] ?? 0) / grain }] : [];
  });
  const reaches = (part: number): boolean => {
    const least = nodes.map(({ low, fair: share }) => Math.max(0, Math.ceil(low - part * share - 1e-9)));
    const most = nodes.map(({ high, fair: share }) => Math.floor(high + part * share + 1e-9));
    const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
    return sum(least) <= total && total <= sum(most) && least.every((count, at) => count <= (most[at] ?? 0));
  };
  const parts = nodes.flatMap(({ low, high, fair: share }) =>
    share > 0 ? [(low - Math.floor(low)) / share, (Math.ceil(high) - high) / share] : [],
  );
  const ascending = [0, ...parts].toSorted((a, b) => a - b);
  return ascending.find(reaches) ?? ascending.at(-1) ?? 0;
}

/** The ranges, wider by a part of each node's fair share; never above its room. */
export function stretched(facts: ClusterFacts, loads: readonly (readonly Range[])[], part: number): Range[][] {
  return loads.map((row, dimension) => {
    const fair = fairLoads(facts, dimension);
    return row.map(({ low, high }, node) => {
      const beside = part * (fair[node] ?? 0);
      return { low: low - beside, high: Math.min(high + beside, facts.nodes[node]?.capacity[dimension] ?? high) };
    });
  });
}
