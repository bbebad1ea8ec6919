import { type CompiledProblem, NODE_HELD, NODE_LIVE } from './compiled.ts';
import type { PlacementResource } from './problem.ts';

type SlotInput = Pick<
  CompiledProblem,
  | 'P'
  | 'nodeState'
  | 'partitionsFrom'
  | 'eligible'
  | 'isEligible'
  | 'currentFrom'
  | 'currentNode'
  | 'forbiddenFrom'
  | 'forbiddenNode'
>;

/** The replicas wanted of every partition, in the order of its roles. */
export function compileSlots(
  resources: readonly PlacementResource[],
  problem: SlotInput,
): Pick<CompiledProblem, 'S' | 'slotsFrom' | 'slotRole'> {
  const slotsFrom = new Int32Array(problem.P + 1);
  for (const [k, { roles }] of resources.entries()) {
    const everywhere = roles.some((role) => role.count === 'every');
    let fixed = 0;
    for (const { count } of roles) if (count !== 'every') fixed += count;
    const live = everywhere ? countLive(problem, k) : 0;
    for (let p = problem.partitionsFrom[k] ?? 0; p < (problem.partitionsFrom[k + 1] ?? 0); p++) {
      slotsFrom[p + 1] = (slotsFrom[p] ?? 0) + (everywhere ? countEverywhere(problem, k, p, live) : fixed);
    }
  }
  const S = slotsFrom[problem.P] ?? 0;
  const slotRole = new Uint8Array(S);
  for (const [k, { roles }] of resources.entries()) {
    // A resource of one role only needs the zeros that are there.
    if (roles.length < 2) continue;
    const pattern = roles.flatMap(({ count }, r) => Array.from({ length: count === 'every' ? 0 : count }, () => r));
    let s = slotsFrom[problem.partitionsFrom[k] ?? 0] ?? 0;
    const end = slotsFrom[problem.partitionsFrom[k + 1] ?? 0] ?? 0;
    while (s < end) for (let i = 0; i < pattern.length; i++, s++) slotRole[s] = pattern[i] ?? 0;
  }
  return { S, slotsFrom, slotRole };
}

function countLive({ eligible, nodeState }: SlotInput, k: number): number {
  let live = 0;
  for (const n of eligible[k] ?? []) if (nodeState[n] === NODE_LIVE) live += 1;
  return live;
}

/** `every`: all eligible nodes that take replicas, and those that keep one while they are held, but for those forbidden to `p`. */
function countEverywhere(problem: SlotInput, k: number, p: number, live: number): number {
  const { nodeState, currentFrom, currentNode, forbiddenFrom, forbiddenNode } = problem;
  const mayHold = problem.isEligible[k] ?? new Uint8Array(0);
  const forbidden = forbiddenNode.subarray(forbiddenFrom[p] ?? 0, forbiddenFrom[p + 1] ?? 0);
  let count = live;
  for (const n of forbidden) if (mayHold[n] === 1 && nodeState[n] === NODE_LIVE) count -= 1;
  for (let c = currentFrom[p] ?? 0; c < (currentFrom[p + 1] ?? 0); c++) {
    const n = currentNode[c] ?? 0;
    if (nodeState[n] === NODE_HELD && mayHold[n] === 1 && !forbidden.includes(n)) count += 1;
  }
  return count;
}
