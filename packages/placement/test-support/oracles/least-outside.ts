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
  const wanted: Wanted = { loads, copyCost: 0, changeCost: 0, stretch, ...(leaders === undefined ? {} : { leaders }) };
  return Math.max(0, clusterProgram(facts, wanted).program.wholly(work, step).bound);
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
