import { type CompiledProblem, NODE_LIVE } from '../model/compiled.ts';
import { type FairShares, fairReplicas, fairShares } from './fair-shares.ts';
import type { ResourceSums } from './resource-sums.ts';
import { percentOutside, type Range, weightRange, wholeRange } from './tolerated-range.ts';
import { ZoneRules } from './zone-rule.ts';

/** By which a quantity is judged even: per node the fair share and the range tolerated around it. Nodes not live are not judged. */
export interface Scale {
  /** [n] */
  readonly fair: Float64Array;
  /** [n] */
  readonly least: Float64Array;
  /** [n] Infinity on nodes that are not judged. */
  readonly most: Float64Array;
}

/** The node furthest outside its range, and by how many percent of its fair share. */
export interface Furthest {
  readonly percent: number;
  readonly node: number;
}

function scaleOf(problem: CompiledProblem, fair: Float64Array, rangeOf: (fair: number) => Range): Scale {
  const least = new Float64Array(problem.N);
  const most = new Float64Array(problem.N).fill(Number.POSITIVE_INFINITY);
  for (let n = 0; n < problem.N; n++) {
    if (problem.nodeState[n] !== NODE_LIVE) continue;
    const range = rangeOf(fair[n] ?? 0);
    least[n] = range.least;
    most[n] = range.most;
  }
  return { fair, least, most };
}

/** How far `carried` lies outside what node `n` should carry, in percent of its fair share. */
export function percentAt({ fair, least, most }: Scale, n: number, carried: number): number {
  return percentOutside(carried, fair[n] ?? 0, { least: least[n] ?? 0, most: most[n] ?? 0 });
}

/** The node furthest outside, the first of several. O(N). */
export function furthest(scale: Scale, carriedBy: (n: number) => number): Furthest {
  let percent = 0;
  let node = 0;
  for (let n = 0; n < scale.fair.length; n++) {
    const at = percentAt(scale, n, carriedBy(n));
    if (at > percent) {
      percent = at;
      node = n;
    }
  }
  return { percent, node };
}

/** All scales of a problem: dimensions and leaders at once, those of single resources when asked for. */
export class Scales {
  readonly dimensions: readonly Scale[];
  readonly leaders: Scale;
  readonly #problem: CompiledProblem;
  readonly #rules: ZoneRules;
  readonly #sums: ResourceSums;

  constructor(problem: CompiledProblem, shares: FairShares = fairShares(problem)) {
    const { D, N, goals } = problem;
    this.#problem = problem;
    this.#rules = new ZoneRules(problem);
    this.#sums = shares.sums;
    const rangeOf = problem.unweighted ? wholeRange : weightRange;
    this.dimensions = problem.dimensionNames.map((_, d) => {
      const fair = Float64Array.from({ length: N }, (_unused, n) => shares.load[n * D + d] ?? 0);
      return scaleOf(problem, fair, (share) => rangeOf(share, goals.tolerance));
    });
    this.leaders = scaleOf(problem, shares.leaders, (share) => wholeRange(share, goals.leaderTolerance));
  }

  /** The scale of resource `k` by itself, in replicas. O(N · D) each time, and O(P of k · D) where the shares did not add it up. */
  ofResource(k: number): Scale {
    const { tolerance } = this.#problem.goals;
    const fair = fairReplicas(this.#problem, this.#rules, this.#sums, k);
    return scaleOf(this.#problem, fair, (share) => wholeRange(share, tolerance));
  }
}
