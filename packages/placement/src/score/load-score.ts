import { type CompiledProblem, NODE_LIVE } from '../model/compiled.ts';

/** How evenly something lies on the live nodes. */
export interface LoadScore {
  /** The dimension's name; `replicas`; `leaders`. */
  readonly name: string;
  /** Most on one node. */
  readonly max: number;
  /** On average. */
  readonly mean: number;
  /** Largest quotient of what a node carries and its fair share: 1 is perfectly even. 0 where nothing is carried. */
  readonly maxOverFair: number;
  /** The node of which that is so. */
  readonly fullest: string;
}

/** Looks at what each live node carries; without fair shares these are the shares of the sum. O(N). */
export function loadScore(
  problem: CompiledProblem,
  name: string,
  fair: Float64Array | undefined,
  carriedBy: (n: number) => number,
): LoadScore {
  let live = 0;
  let sum = 0;
  let shares = 0;
  for (let n = 0; n < problem.N; n++) {
    if (problem.nodeState[n] !== NODE_LIVE) continue;
    live++;
    sum += carriedBy(n);
    shares += problem.share[n] ?? 1;
  }
  let max = 0;
  let maxOverFair = 0;
  let fullest = '';
  for (let n = 0; n < problem.N; n++) {
    if (problem.nodeState[n] !== NODE_LIVE) continue;
    const carried = carriedBy(n);
    const own = fair === undefined ? (sum * (problem.share[n] ?? 1)) / shares : (fair[n] ?? 0);
    const over = own > 0 ? carried / own : 0;
    max = Math.max(max, carried);
    if (over > maxOverFair || fullest === '') {
      maxOverFair = over;
      fullest = problem.nodeNames[n] ?? '';
    }
  }
  return { name, max, mean: live > 0 ? sum / live : 0, maxOverFair, fullest };
}
