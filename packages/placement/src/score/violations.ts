import type { SlotAssignment } from '../assignment.ts';
import { type CompiledProblem, NODE_HELD, NONE } from '../model/compiled.ts';
import { RoomTable } from './room.ts';
import type { RuleName } from './rules.ts';
import { standingRules } from './standing-rules.ts';
import { replicasOfResource } from './tally.ts';
import { type ZoneRule, ZoneRules } from './zone-rule.ts';

/** One hard rule broken in one place. */
export interface Violation {
  readonly rule: RuleName;
  readonly resource?: string;
  readonly partition?: string;
  readonly role?: string;
  readonly node?: string;
  readonly zone?: string;
  readonly dimension?: string;
  /** What there is, and what there may be at most (`role-count`, `pinned`: at least). */
  readonly figure: number;
  readonly limit: number;
}

/**
 * Every hard rule that an assignment breaks: none, but `role-count` for what is not placed and `pinned` where the node may not take the replica, if it comes from the solver. First the
 * nodes, then partition by partition. O(S·(D + R) + K·N).
 */
export function violationsOf(problem: CompiledProblem, assignment: SlotAssignment): readonly Violation[] {
  const found: Violation[] = [];
  roomViolations(problem, assignment, found);
  limitViolations(problem, assignment, found);
  const zones = new ZoneRules(problem);
  for (let p = 0; p < problem.P; p++) {
    const where = {
      resource: problem.resourceNames[problem.resourceOf[p] ?? 0] ?? '',
      partition: problem.partitionNames[p] ?? '',
    };
    slotViolations(problem, assignment, p, where, found);
    // Zones of one node each say nothing that `one-per-node` does not.
    if (problem.zones < problem.N) zoneViolations(problem, assignment, p, zones, where, found);
    pinViolations(problem, assignment, p, where, found);
    roleViolations(problem, assignment, p, where, found);
  }
  return found;
}

type Where = Pick<Violation, 'resource' | 'partition'>;

function roomViolations(problem: CompiledProblem, assignment: SlotAssignment, found: Violation[]): void {
  const room = new RoomTable(problem, assignment);
  for (let n = 0; n < problem.N; n++) {
    // What a held node keeps was there before any rule: it may stand above its limits, but takes nothing.
    if (problem.nodeState[n] === NODE_HELD) continue;
    const node = problem.nodeNames[n] ?? '';
    for (const [d, dimension] of problem.dimensionNames.entries()) {
      const limit = problem.capacity[n * problem.D + d] ?? 0;
      const figure = room.load(n, d);
      if (room.exceeds(n, d, 0)) found.push({ rule: 'capacity', node, dimension, figure, limit });
    }
    const limit = problem.maxReplicas[n] ?? 0;
    const figure = room.replicas(n);
    if (figure > limit) found.push({ rule: 'max-replicas', node, figure, limit });
  }
}

function limitViolations(problem: CompiledProblem, assignment: SlotAssignment, found: Violation[]): void {
  for (let k = 0; k < problem.K; k++) {
    const limit = problem.maxPerNode[k] ?? 0;
    if (limit >= problem.S) continue;
    const resource = problem.resourceNames[k] ?? '';
    for (const [n, figure] of replicasOfResource(problem, assignment, k).entries()) {
      const node = problem.nodeNames[n] ?? '';
      if (figure > limit && problem.nodeState[n] !== NODE_HELD)
        found.push({ rule: 'max-replicas-per-node', resource, node, figure, limit });
    }
  }
}

function slotViolations(
  problem: CompiledProblem,
  assignment: SlotAssignment,
  p: number,
  where: Where,
  found: Violation[],
): void {
  const from = problem.slotsFrom[p] ?? 0;
  const seen = new Set<number>();
  for (let s = from; s < (problem.slotsFrom[p + 1] ?? 0); s++) {
    const n = assignment.node[s] ?? NONE;
    if (n === NONE) continue;
    const at = { ...where, role: roleName(problem, p, problem.slotRole[s] ?? 0), node: problem.nodeNames[n] ?? '' };
    if (seen.has(n)) found.push({ rule: 'one-per-node', ...at, figure: 2, limit: 1 });
    seen.add(n);
    for (const rule of standingRules(problem, p, s, n)) found.push({ rule, ...at, figure: 1, limit: 0 });
  }
}

function zoneViolations(
  problem: CompiledProblem,
  assignment: SlotAssignment,
  p: number,
  zones: ZoneRules,
  where: Where,
  found: Violation[],
): void {
  const rule = zones.of(p);
  let crowded = 0;
  const counts = zoneCounts(problem, assignment, p);
  for (const [z, figure] of counts) {
    const pinned = zones.pinnedInto(p, z);
    const limit = Math.max(rule.most, pinned);
    const zone = problem.zoneNames[z] ?? '';
    if (figure > limit) found.push({ rule: 'fault-zone', ...where, zone, figure, limit });
    crowded += crowdedIn(rule, figure, pinned);
  }
  if (crowded > rule.crowded) found.push({ rule: 'fault-zone', ...where, figure: crowded, limit: rule.crowded });
}

/** How many of `count` replicas in a zone stand above what the rule allows every zone. */
export function crowdedIn(rule: ZoneRule, count: number, pinned: number): number {
  return rule.most === 1 ? 0 : Math.max(0, count - Math.max(rule.most - 1, pinned));
}

/** Placed replicas of `p` by zone. O(R). */
export function zoneCounts(problem: CompiledProblem, { node }: SlotAssignment, p: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let s = problem.slotsFrom[p] ?? 0; s < (problem.slotsFrom[p + 1] ?? 0); s++) {
    const n = node[s] ?? NONE;
    if (n === NONE) continue;
    const z = problem.zone[n] ?? 0;
    counts.set(z, (counts.get(z) ?? 0) + 1);
  }
  return counts;
}

function pinViolations(
  problem: CompiledProblem,
  { node }: SlotAssignment,
  p: number,
  where: Where,
  found: Violation[],
): void {
  for (let i = problem.pinnedFrom[p] ?? 0; i < (problem.pinnedFrom[p + 1] ?? 0); i++) {
    const n = problem.pinnedNode[i] ?? NONE;
    const role = problem.pinnedRole[i] ?? NONE;
    let met = false;
    for (let s = problem.slotsFrom[p] ?? 0; s < (problem.slotsFrom[p + 1] ?? 0) && !met; s++) {
      met = node[s] === n && (role === NONE || problem.slotRole[s] === role);
    }
    if (met) continue;
    const wanted = role === NONE ? {} : { role: roleName(problem, p, role) };
    found.push({ rule: 'pinned', ...where, ...wanted, node: problem.nodeNames[n] ?? '', figure: 0, limit: 1 });
  }
}

function roleViolations(
  problem: CompiledProblem,
  { node }: SlotAssignment,
  p: number,
  where: Where,
  found: Violation[],
): void {
  const to = problem.slotsFrom[p + 1] ?? 0;
  let s = problem.slotsFrom[p] ?? 0;
  while (s < to) {
    const role = problem.slotRole[s] ?? 0;
    let limit = 0;
    let figure = 0;
    for (; s < to && problem.slotRole[s] === role; s++) {
      limit++;
      if (node[s] !== NONE) figure++;
    }
    if (figure < limit) found.push({ rule: 'role-count', ...where, role: roleName(problem, p, role), figure, limit });
  }
}

/** Name of a role of partition `p`. */
export function roleName(problem: CompiledProblem, p: number, role: number): string {
  return problem.roleNames[problem.resourceOf[p] ?? 0]?.[role] ?? '';
}
