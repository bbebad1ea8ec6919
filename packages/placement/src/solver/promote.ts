import { NONE } from '../model/compiled.ts';
import { exchangeFits, isRolePinned, mayPlay } from './rules.ts';
import type { SolverState } from './state.ts';

/**
 * Important roles first: a partition that lacks a replica lacks it in its last role. So whoever has lost its leader gets one of the
 * replicas it has; the copy that is missing then is a follower's. Among several the node that leads least for its share takes over.
 */
export function promoteRemaining(state: SolverState, fairLeaders: Float64Array): void {
  if (state.homeless === 0) return;
  const { slotsFrom } = state.layout.problem;
  for (const p of state.touched.sorted()) {
    const end = slotsFrom[p + 1] as number;
    for (let s = slotsFrom[p] as number; s < end; s++) {
      if (state.node[s] !== NONE) continue;
      const from = successor(state, p, s, fairLeaders);
      if (from !== NONE) state.exchange(s, from);
    }
  }
}

/** The slot of a less important role whose replica should take over slot s, or NONE. */
function successor(state: SolverState, p: number, s: number, fairLeaders: Float64Array): number {
  const { slotsFrom, slotRole } = state.layout.problem;
  let best = NONE;
  let bestLead = Number.POSITIVE_INFINITY;
  for (let t = s + 1; t < (slotsFrom[p + 1] as number); t++) {
    const n = state.node[t] as number;
    if (n === NONE || slotRole[t] === slotRole[s] || !mayPlay(state, s, n) || isRolePinned(state, p, n)) continue;
    if (!exchangeFits(state, s, t)) continue;
    const lead = (state.leaders[n] as number) - (fairLeaders[n] as number);
    if (lead >= bestLead) continue;
    best = t;
    bestLead = lead;
  }
  return best;
}
