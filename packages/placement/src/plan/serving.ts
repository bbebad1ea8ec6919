import type { SlotAssignment } from '../assignment.ts';
import { type CompiledProblem, NODE_HELD, NONE } from '../model/compiled.ts';

/** Replicas of a partition that stand on nodes that serve. */
export function servingNow({ currentFrom, currentNode, nodeState }: CompiledProblem, p: number): number {
  let serving = 0;
  for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
    if ((nodeState[currentNode[c] as number] as number) < NODE_HELD) serving += 1;
  }
  return serving;
}

/** Those that will in the end. */
export function servingThen({ slotsFrom, nodeState }: CompiledProblem, { node }: SlotAssignment, p: number): number {
  let serving = 0;
  for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
    const n = node[s] as number;
    if (n !== NONE && (nodeState[n] as number) < NODE_HELD) serving += 1;
  }
  return serving;
}
