import { NONE } from '../model/compiled.ts';
import { mayHandOver } from './leader-graph.ts';
import { isPinned, mayPlay, mayTake, stoodOn, zoneAllows } from './rules.ts';
import type { SolverState } from './state.ts';

/** What two slots of different partitions that exchange their nodes, or two of one that exchange their roles, have to keep to. */

/** Whether slots of different partitions may change places. */
export function mayChangePlaces(state: SolverState, s: number, t: number): boolean {
  const { partitionOf, problem, limitedRows } = state.layout;
  const p = partitionOf[s] as number;
  const q = partitionOf[t] as number;
  const a = state.node[s] as number;
  const b = state.node[t] as number;
  if (p === q || a === b || (limitedRows > 0 && problem.resourceOf[p] !== problem.resourceOf[q])) return false;
  if (isPinned(state, p, a) || isPinned(state, q, b) || !mayTake(state, p, b) || !mayTake(state, q, a)) return false;
  if (!hasRoomInstead(state, a, t, s) || !hasRoomInstead(state, b, s, t)) return false;
  return zoneAllows(state, p, b, s) && zoneAllows(state, q, a, t);
}

/** Whether slot s, which leads, and t of the same partition may exchange their nodes with room for it. */
export function mayExchangeRoles(state: SolverState, s: number, t: number): boolean {
  if (!mayHandOver(state, s, t) || !mayPlay(state, t, state.node[s] as number)) return false;
  return hasRoomInstead(state, state.node[s] as number, t, s) && hasRoomInstead(state, state.node[t] as number, s, t);
}

/** Whether the node has room for slot `coming` once `leaving` has left it. What is too full already may get no fuller. */
function hasRoomInstead(state: SolverState, n: number, coming: number, leaving: number): boolean {
  const { problem, partitionOf, factor, room } = state.layout;
  const { D, weight } = problem;
  const p = (partitionOf[coming] as number) * D;
  const q = (partitionOf[leaving] as number) * D;
  const f = state.kindOf(coming) * D;
  const g = state.kindOf(leaving) * D;
  for (let d = 0; d < D; d++) {
    const more =
      (weight[p + d] as number) * (factor[f + d] as number) - (weight[q + d] as number) * (factor[g + d] as number);
    if (more > 0 && (state.load[n * D + d] as number) + more > (room[n * D + d] as number)) return false;
  }
  return true;
}

/** Copies that moving a replica of the slot's partition between the nodes adds: 1, 0 or -1. */
export function copiesOfMove(state: SolverState, s: number, from: number, to: number): number {
  const p = state.layout.partitionOf[s] as number;
  return (stoodOn(state, p, from) ? 1 : 0) - (stoodOn(state, p, to) ? 1 : 0);
}

/** Copies that what stands where would need. O(partitions touched). */
export function copiesSoFar(state: SolverState): number {
  const { slotsFrom } = state.layout.problem;
  let copies = 0;
  for (const p of state.touched.sorted()) {
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const n = state.node[s] as number;
      if (n !== NONE && !stoodOn(state, p, n)) copies += 1;
    }
  }
  return copies;
}

/** Whether everything stands as it stands today, in the same roles, and nothing more. O(partitions touched). */
export function isUnchanged(state: SolverState): boolean {
  return state.touched.sorted().every((p) => standsAsToday(state, p));
}

function standsAsToday(state: SolverState, p: number): boolean {
  const { slotsFrom, slotRole, currentFrom, currentNode, currentRole } = state.layout.problem;
  let same = 0;
  for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
    const n = state.node[s] as number;
    if (n === NONE) continue;
    let stood = false;
    for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
      stood ||= currentNode[c] === n && currentRole[c] === slotRole[s];
    }
    if (!stood) return false;
    same += 1;
  }
  return same === (currentFrom[p + 1] as number) - (currentFrom[p] as number);
}
