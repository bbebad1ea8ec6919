import { type CompiledProblem, NONE } from '../model/compiled.ts';

/** How many pins of `p` are not met on `nodes` and cannot be by the slots still free; and the first that is not met. */
export function lostPins(problem: CompiledProblem, p: number, nodes: Int32Array): { count: number; pin: number } {
  const from = problem.slotsFrom[p] ?? 0;
  const free = new Map<number, number>();
  for (const [i, n] of nodes.entries()) {
    const role = problem.slotRole[from + i] ?? 0;
    if (n === NONE) free.set(role, (free.get(role) ?? 0) + 1);
  }
  let anyRole = 0;
  let count = 0;
  let pin = NONE;
  for (let i = problem.pinnedFrom[p] ?? 0; i < (problem.pinnedFrom[p + 1] ?? 0); i++) {
    const role = problem.pinnedRole[i] ?? NONE;
    const at = nodes.indexOf(problem.pinnedNode[i] ?? NONE);
    if (at >= 0 && (role === NONE || problem.slotRole[from + at] === role)) continue;
    if (pin === NONE) pin = i;
    const left = free.get(role) ?? 0;
    // A node that holds a replica in another role has no place for a second one.
    if (role === NONE) anyRole++;
    else if (at < 0 && left > 0) free.set(role, left - 1);
    else count++;
  }
  let left = 0;
  for (const slots of free.values()) left += slots;
  return { count: count + Math.max(0, anyRole - left), pin };
}
