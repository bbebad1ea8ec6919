import { NODE_HELD, NONE } from '../model/compiled.ts';
import { zoneRule } from './layout.ts';
import type { SolverState } from './state.ts';

/**
 * The hard constraints, as questions about one replica and one node. `mayStay` and `mayTake` ask what never changes during a solve;
 * `fits` and `zoneAllows` depend on what else stands where.
 */

/** Whether p is one of the few partitions that this node must not hold. */
export function isForbidden({ layout }: SolverState, p: number, n: number): boolean {
  const { forbiddenFrom, forbiddenNode } = layout.problem;
  for (let i = forbiddenFrom[p] as number; i < (forbiddenFrom[p + 1] as number); i++) {
    if (forbiddenNode[i] === n) return true;
  }
  return false;
}

/** Whether a replica of p that stands on n may stay there. */
export function mayStay(state: SolverState, p: number, n: number): boolean {
  const { problem, classOf, classes } = state.layout;
  const keeps = classes[classOf[problem.resourceOf[p] as number] as number]?.keeps;
  return keeps?.[n] === 1 && !isForbidden(state, p, n);
}

/** Whether n may be given a replica of p. */
export function mayTake(state: SolverState, p: number, n: number): boolean {
  const { problem, classOf, classes } = state.layout;
  const takes = classes[classOf[problem.resourceOf[p] as number] as number]?.takes;
  return takes?.[n] === 1 && !isForbidden(state, p, n);
}

/** Whether n may hold the slot's role: who is held leads nothing. */
export function mayPlay(state: SolverState, s: number, n: number): boolean {
  return state.layout.problem.nodeState[n] !== NODE_HELD || state.layout.leads[state.kindOf(s)] === 0;
}

/** Whether n has room for the slot, which does not stand there: capacity, most replicas, most replicas of the resource. */
export function fits(state: SolverState, s: number, n: number): boolean {
  const { problem, partitionOf, factor, room, limitedRow } = state.layout;
  const { D, weight, maxReplicas } = problem;
  if ((state.count[n] as number) >= (maxReplicas[n] as number)) return false;
  const p = partitionOf[s] as number;
  const kind = state.kindOf(s);
  for (let d = 0; d < D; d++) {
    const after = (state.load[n * D + d] as number) + (weight[p * D + d] as number) * (factor[kind * D + d] as number);
    if (after > (room[n * D + d] as number)) return false;
  }
  const k = problem.resourceOf[p] as number;
  const row = limitedRow[k] as number;
  return row === NONE || (state.perResource[row * problem.N + n] as number) < (problem.maxPerNode[k] as number);
}

/** Whether a replica of p may stand on n beside the others of p, not counting slot `leaving` (or NONE): neither on one of their nodes nor in a full zone. */
export function zoneAllows(state: SolverState, p: number, n: number, leaving: number): boolean {
  const { layout, node } = state;
  const { problem, zoneLimit, zonesAtLimit, anyHeld } = layout;
  const { zone, slotsFrom } = problem;
  const k = problem.resourceOf[p] as number;
  const target = zone[n] as number;
  let limit = zoneLimit[k] as number;
  let atLimit = zonesAtLimit[k] as number;
  if (problem.forbiddenFrom[p] !== problem.forbiddenFrom[p + 1] || (anyHeld && standsOnHeld(state, p)))
    ({ limit, zonesAtLimit: atLimit } = ownZoneRule(state, p));
  let beside = 0;
  for (let t = slotsFrom[p] as number; t < (slotsFrom[p + 1] as number); t++) {
    const other = node[t] as number;
    if (other === NONE || t === leaving) continue;
    if (other === n) return false;
    if (zone[other] === target) beside += 1;
  }
  if (beside + 1 < limit || limit === 1) return beside < limit;
  return beside < limit && zonesHolding(state, p, limit, leaving) < atLimit;
}

function standsOnHeld({ layout }: SolverState, p: number): boolean {
  const { nodeState, currentFrom, currentNode } = layout.problem;
  for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
    if (nodeState[currentNode[c] as number] === NODE_HELD) return true;
  }
  return false;
}

/** Zones that hold `count` replicas of p or more, not counting slot `leaving`. */
function zonesHolding({ layout, node }: SolverState, p: number, count: number, leaving: number): number {
  const { zone, slotsFrom } = layout.problem;
  const held = new Map<number, number>();
  let zones = 0;
  for (let t = slotsFrom[p] as number; t < (slotsFrom[p + 1] as number); t++) {
    const other = node[t] as number;
    if (other === NONE || t === leaving) continue;
    const z = zone[other] as number;
    const now = (held.get(z) ?? 0) + 1;
    held.set(z, now);
    if (now === count) zones += 1;
  }
  return zones;
}

/** The zone rule of a partition that may stand on other nodes than its resource: some are forbidden to it, or held and keep it. */
export function ownZoneRule(state: SolverState, p: number): { limit: number; zonesAtLimit: number } {
  const { problem, classOf, classes } = state.layout;
  const { zone, nodeState, forbiddenFrom, forbiddenNode, currentFrom, currentNode, slotsFrom } = problem;
  const place = classes[classOf[problem.resourceOf[p] as number] as number];
  const usable = Int32Array.from(place?.takersInZone ?? []);
  for (let i = forbiddenFrom[p] as number; i < (forbiddenFrom[p + 1] as number); i++) {
    const n = forbiddenNode[i] as number;
    if (place?.takes[n] === 1) usable[zone[n] as number] = (usable[zone[n] as number] as number) - 1;
  }
  for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
    const n = currentNode[c] as number;
    if (nodeState[n] !== NODE_HELD || !mayStay(state, p, n)) continue;
    usable[zone[n] as number] = (usable[zone[n] as number] as number) + 1;
  }
  return zoneRule(usable, (slotsFrom[p + 1] as number) - (slotsFrom[p] as number));
}

/** Whether p stands on n today. */
export function stoodOn({ layout }: SolverState, p: number, n: number): boolean {
  const { currentFrom, currentNode } = layout.problem;
  for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) if (currentNode[c] === n) return true;
  return false;
}

/** Whether a replica of p on n is pinned there, whatever its role. */
export function isPinned({ layout }: SolverState, p: number, n: number): boolean {
  const { pinnedFrom, pinnedNode } = layout.problem;
  for (let i = pinnedFrom[p] as number; i < (pinnedFrom[p + 1] as number); i++) if (pinnedNode[i] === n) return true;
  return false;
}

/** Whether a replica of p on n is pinned there in one role. */
export function isRolePinned({ layout }: SolverState, p: number, n: number): boolean {
  const { pinnedFrom, pinnedNode, pinnedRole } = layout.problem;
  for (let i = pinnedFrom[p] as number; i < (pinnedFrom[p + 1] as number); i++) {
    if (pinnedNode[i] === n) return pinnedRole[i] !== NONE;
  }
  return false;
}

/** Whether slot s may go to n as things stand, its own place given up. */
export function mayMoveTo(state: SolverState, s: number, n: number): boolean {
  const p = state.layout.partitionOf[s] as number;
  return mayTake(state, p, n) && zoneAllows(state, p, n, s) && fits(state, s, n);
}

/** Whether two slots of one partition may exchange their nodes as far as room goes: where roles weigh alike nothing changes. */
export function exchangeFits(state: SolverState, s: number, t: number): boolean {
  const { problem, partitionOf, factor, room, rolesWeighAlike } = state.layout;
  if (rolesWeighAlike) return true;
  const { D, weight } = problem;
  const p = partitionOf[s] as number;
  const a = state.node[s] as number;
  const b = state.node[t] as number;
  for (let d = 0; d < D; d++) {
    const more =
      (weight[p * D + d] as number) *
      ((factor[state.kindOf(s) * D + d] as number) - (factor[state.kindOf(t) * D + d] as number));
    if (more > 0 && b !== NONE && (state.load[b * D + d] as number) + more > (room[b * D + d] as number)) return false;
    if (more < 0 && a !== NONE && (state.load[a * D + d] as number) - more > (room[a * D + d] as number)) return false;
  }
  return true;
}
