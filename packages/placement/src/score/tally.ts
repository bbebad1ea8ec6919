import type { SlotAssignment } from '../assignment.ts';
import { type CompiledProblem, NONE } from '../model/compiled.ts';

/** What an assignment puts on each node, added up. */
export interface Tally {
  /** [n * D + d] */
  readonly load: Float64Array;
  /** [n] replicas of all resources. */
  readonly replicas: Int32Array;
  /** [n] leaders. */
  readonly leaders: Int32Array;
  /** Replicas that have no place. */
  readonly unplaced: number;
}

/** Adds an assignment up by node. O(S·D + N·D). */
export function tallyOf(problem: CompiledProblem, assignment: SlotAssignment): Tally {
  const { D, N } = problem;
  const load = new Float64Array(N * D);
  const replicas = new Int32Array(N);
  const leaders = new Int32Array(N);
  let unplaced = 0;
  for (let p = 0; p < problem.P; p++) {
    const k = problem.resourceOf[p] ?? 0;
    const factors = problem.roleLoad[k];
    const leading = problem.roleLeads[k];
    for (let s = problem.slotsFrom[p] ?? 0; s < (problem.slotsFrom[p + 1] ?? 0); s++) {
      const n = assignment.node[s] ?? NONE;
      if (n === NONE) {
        unplaced++;
        continue;
      }
      const role = problem.slotRole[s] ?? 0;
      replicas[n] = (replicas[n] ?? 0) + 1;
      leaders[n] = (leaders[n] ?? 0) + (leading?.[role] ?? 0);
      for (let d = 0; d < D; d++) {
        const at = n * D + d;
        load[at] = (load[at] ?? 0) + (problem.weight[p * D + d] ?? 0) * (factors?.[role * D + d] ?? 1);
      }
    }
  }
  return { load, replicas, leaders, unplaced };
}

/** [n] replicas of resource `k` on each node. O(slots of k + N). */
export function replicasOfResource(problem: CompiledProblem, assignment: SlotAssignment, k: number): Int32Array {
  const replicas = new Int32Array(problem.N);
  const to = problem.slotsFrom[problem.partitionsFrom[k + 1] ?? 0] ?? 0;
  for (let s = problem.slotsFrom[problem.partitionsFrom[k] ?? 0] ?? 0; s < to; s++) {
    const n = assignment.node[s] ?? NONE;
    if (n !== NONE) replicas[n] = (replicas[n] ?? 0) + 1;
  }
  return replicas;
}
