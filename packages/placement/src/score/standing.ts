import {
  type CompiledProblem,
  DISABLED_ON_NODE,
  FORBIDDEN_BY_PARTITION,
  NODE_DRAINING,
  NODE_GONE,
  NODE_HELD,
  NODE_LIVE,
  NONE,
} from '../model/compiled.ts';

/** Why partition `p` must not stand on `node`: FORBIDDEN_BY_PARTITION, DISABLED_ON_NODE, their sum, or 0. O(exceptions of p). */
export function forbiddenReason(problem: CompiledProblem, p: number, node: number): number {
  const to = problem.forbiddenFrom[p + 1] ?? 0;
  for (let i = problem.forbiddenFrom[p] ?? 0; i < to; i++) {
    if (problem.forbiddenNode[i] === node) return problem.forbiddenBy[i] ?? FORBIDDEN_BY_PARTITION + DISABLED_ON_NODE;
  }
  return 0;
}

/** The role (an index) in which a replica of `p` stands on `node` today, or NONE. O(replicas of p). */
export function currentRoleOn(problem: CompiledProblem, p: number, node: number): number {
  const to = problem.currentFrom[p + 1] ?? 0;
  for (let c = problem.currentFrom[p] ?? 0; c < to; c++) {
    if (problem.currentNode[c] === node) return problem.currentRole[c] ?? NONE;
  }
  return NONE;
}

/** Whether tag, `disabled` and `forbidden` let `p` stand on `node`, whatever the node's state. */
export function mayEverStand(problem: CompiledProblem, p: number, node: number): boolean {
  const k = problem.resourceOf[p] ?? 0;
  return problem.isEligible[k]?.[node] === 1 && forbiddenReason(problem, p, node) === 0;
}

/** Whether a replica of `p` that stands on `node` today may stay: the node is live, or held, and may take the partition. */
export function mayStay(problem: CompiledProblem, p: number, node: number): boolean {
  const state = problem.nodeState[node];
  return state !== NODE_GONE && state !== NODE_DRAINING && mayEverStand(problem, p, node);
}

/** Whether a leader of `p` on `node` today could go on there: the node is live and may take the partition. */
export function couldGoOn(problem: CompiledProblem, p: number, node: number): boolean {
  return problem.nodeState[node] === NODE_LIVE && mayEverStand(problem, p, node);
}

/** How many replicas of `p` stand on held nodes and keep their places: never more than it has slots that do not lead. */
export function heldReplicas(problem: CompiledProblem, p: number): number {
  let held = 0;
  const to = problem.currentFrom[p + 1] ?? 0;
  for (let c = problem.currentFrom[p] ?? 0; c < to; c++) {
    const node = problem.currentNode[c] ?? NONE;
    if (problem.nodeState[node] === NODE_HELD && mayEverStand(problem, p, node)) held++;
  }
  if (held === 0) return 0;
  const slots = (problem.slotsFrom[p + 1] ?? 0) - (problem.slotsFrom[p] ?? 0);
  return Math.min(held, slots - leadersOf(problem, p));
}

/** Whether slot `s` of partition `p` is a leader's. */
export function leads(problem: CompiledProblem, p: number, s: number): boolean {
  return problem.roleLeads[problem.resourceOf[p] ?? 0]?.[problem.slotRole[s] ?? 0] === 1;
}

/** How many slots of partition `p` lead. */
export function leadersOf(problem: CompiledProblem, p: number): number {
  let leaders = 0;
  const end = problem.slotsFrom[p + 1] ?? 0;
  for (let s = problem.slotsFrom[p] ?? 0; s < end; s++) if (leads(problem, p, s)) leaders++;
  return leaders;
}

/** What slot `s` of partition `p` weighs in dimension `d`. */
export function slotLoad(problem: CompiledProblem, p: number, s: number, d: number): number {
  const { D } = problem;
  const factor = problem.roleLoad[problem.resourceOf[p] ?? 0]?.[(problem.slotRole[s] ?? 0) * D + d] ?? 1;
  return (problem.weight[p * D + d] ?? 0) * factor;
}
