import { NODE_LIVE, NONE } from '../model/compiled.ts';
import { isPinned } from './rules.ts';
import type { SolverState } from './state.ts';

/**
 * Takes replicas off nodes that hold more today than they have room for, so that what is placed from here on breaks no limit: those that
 * bring the node within its limits by the fewest, followers before leaders. They stand nowhere then and are placed with the others.
 * Pinned replicas stay, and what stands on held nodes, which are beyond all rules until they are back.
 */
export function relieveOverfull(state: SolverState): void {
  const { N, nodeState } = state.layout.problem;
  for (let n = 0; n < N; n++) {
    if (nodeState[n] !== NODE_LIVE) continue;
    relieveResources(state, n);
    for (let s = mostInTheWay(state, n); s !== NONE; s = mostInTheWay(state, n)) state.remove(s);
  }
}

/** Limits of single resources: the last of their replicas on the node, followers first. */
function relieveResources(state: SolverState, n: number): void {
  const { problem, limitedRow, limitedRows, partitionOf } = state.layout;
  if (limitedRows === 0) return;
  for (const leads of [0, 1]) {
    for (let s = state.head[n] as number; s !== NONE; ) {
      const following = state.next[s] as number;
      const p = partitionOf[s] as number;
      const k = problem.resourceOf[p] as number;
      const row = limitedRow[k] as number;
      const over =
        row !== NONE && (state.perResource[row * problem.N + n] as number) > (problem.maxPerNode[k] as number);
      if (over && state.layout.leads[state.kindOf(s)] === leads && !isPinned(state, p, n)) state.remove(s);
      s = following;
    }
  }
}

/** The slot whose leaving helps an overfull node most: the lightest of those that suffice alone, else the one that takes most off. NONE where the node is within its limits. */
function mostInTheWay(state: SolverState, n: number): number {
  const { D, maxReplicas } = state.layout.problem;
  const over = new Float64Array(D);
  let whole = 0;
  for (let d = 0; d < D; d++) {
    const above = (state.load[n * D + d] as number) - (state.layout.room[n * D + d] as number);
    over[d] = Math.max(0, above);
    if (above > 0) whole += 1;
  }
  if (whole === 0 && (state.count[n] as number) <= (maxReplicas[n] as number)) return NONE;
  const amount = new Float64Array(D);
  let best = NONE;
  let bestKey = Number.POSITIVE_INFINITY;
  for (let s = state.head[n] as number; s !== NONE; s = state.next[s] as number) {
    if (isPinned(state, state.layout.partitionOf[s] as number, n)) continue;
    state.amountOf(s, amount);
    let eased = 0;
    let weight = 0;
    for (let d = 0; d < D; d++) {
      const above = over[d] as number;
      const share = above > 0 ? (amount[d] as number) / above : 0;
      eased += Math.min(1, share);
      weight += share;
    }
    // What suffices comes before what does not; then light before heavy, or what eases more before what eases less.
    const leads = state.layout.leads[state.kindOf(s)] === 1 ? 0.5 : 0;
    const key = eased >= whole ? -1e9 + weight + leads : -eased + leads / 10;
    if (key >= bestKey) continue;
    best = s;
    bestKey = key;
  }
  return best;
}
