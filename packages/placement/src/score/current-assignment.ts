import type { SlotAssignment } from '../assignment.ts';
import { type CompiledProblem, NODE_GONE, NONE } from '../model/compiled.ts';

/**
 * What stands where today as an assignment, to compare a result with: a replica fills a free slot of its own role, else the first one
 * that is left; what stands on nodes that are gone is lost, what is more than wanted is left out. O(C·R).
 */
export function currentAssignment(problem: CompiledProblem): SlotAssignment {
  const node = new Int32Array(problem.S).fill(NONE);
  for (let p = 0; p < problem.P; p++) {
    const left: number[] = [];
    for (let c = problem.currentFrom[p] ?? 0; c < (problem.currentFrom[p + 1] ?? 0); c++) {
      const n = problem.currentNode[c] ?? NONE;
      if (problem.nodeState[n] === NODE_GONE) continue;
      const s = freeSlot(problem, p, node, problem.currentRole[c] ?? 0);
      if (s === NONE) left.push(n);
      else node[s] = n;
    }
    for (const n of left) {
      const s = freeSlot(problem, p, node, undefined);
      if (s !== NONE) node[s] = n;
    }
  }
  return { node };
}

function freeSlot(problem: CompiledProblem, p: number, node: Int32Array, role: number | undefined): number {
  for (let s = problem.slotsFrom[p] ?? 0; s < (problem.slotsFrom[p + 1] ?? 0); s++) {
    if (node[s] === NONE && (role === undefined || problem.slotRole[s] === role)) return s;
  }
  return NONE;
}
