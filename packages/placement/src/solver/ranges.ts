import { NODE_LIVE } from '../model/compiled.ts';
import type { FairShares } from '../score/fair-shares.ts';
import { wholeRange } from '../score/tolerated-range.ts';
import type { Layout } from './layout.ts';

/** Between what each node should carry. Nodes that are not live take no part: nothing is asked of them. */
export interface Ranges {
  /** [n * D + d] least and most load; whole replicas where nothing weighs. */
  readonly least: Float64Array;
  readonly most: Float64Array;
  /** [n] least and most leaders. */
  readonly leastLeaders: Float64Array;
  readonly mostLeaders: Float64Array;
}

/** The tolerated ranges around the fair shares; `tolerance` and `leaderTolerance` by the goals or tighter. */
export function rangesOf(layout: Layout, fair: FairShares, tolerance: number, leaderTolerance: number): Ranges {
  const { N, D, nodeState, unweighted } = layout.problem;
  const least = new Float64Array(N * D);
  const most = new Float64Array(N * D).fill(Number.POSITIVE_INFINITY);
  const leastLeaders = new Float64Array(N);
  const mostLeaders = new Float64Array(N).fill(Number.POSITIVE_INFINITY);
  for (let n = 0; n < N; n++) {
    if (nodeState[n] !== NODE_LIVE) continue;
    const leaders = wholeRange(fair.leaders[n] as number, leaderTolerance);
    leastLeaders[n] = leaders.least;
    mostLeaders[n] = leaders.most;
    for (let d = 0; d < D; d++) {
      const share = fair.load[n * D + d] as number;
      const range = unweighted
        ? wholeRange(share, tolerance)
        : { least: (1 - tolerance) * share, most: (1 + tolerance) * share };
      least[n * D + d] = range.least;
      most[n * D + d] = range.most;
    }
  }
  return { least, most, leastLeaders, mostLeaders };
}
