import type { SlotAssignment } from '../assignment.ts';
import { type CompiledAffinity, type CompiledProblem, NONE } from '../model/compiled.ts';

/** Replicas by domain of the two resources of an affinity. */
export interface Meeting {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** Replicas of the first resource that violate the affinity. O(slots of both, times R where only equal names meet). */
export function affinityViolations(
  problem: CompiledProblem,
  affinity: CompiledAffinity,
  assignment: SlotAssignment,
): number {
  let violations = 0;
  const { partner, first } = affinity;
  if (partner !== undefined) {
    const from = problem.partitionsFrom[first] ?? 0;
    const nodeOf = (s: number): number => assignment.node[s] ?? NONE;
    for (let i = 0; i < partner.length; i++) {
      const other = partner[i] ?? NONE;
      if (other !== NONE) violations += pairViolations(problem, affinity, from + i, other, nodeOf);
    }
    return violations;
  }
  const { first: ones, second: others } = meetingOf(problem, affinity, assignment);
  for (let at = 0; at < ones.length; at++) {
    violations += violationsAt(affinity, ones[at] ?? 0, others[at] ?? 0);
  }
  return violations;
}

/** How many of `ones` replicas in a domain violate the affinity, `others` replicas of the second resource standing there. */
export function violationsAt(affinity: CompiledAffinity, ones: number, others: number): number {
  const company = affinity.first === affinity.second ? ones - 1 : others;
  return affinity.together === company > 0 ? 0 : ones;
}

/** Counts both resources of an affinity by domain. O(slots of both + N). */
export function meetingOf(problem: CompiledProblem, affinity: CompiledAffinity, assignment: SlotAssignment): Meeting {
  const first = byDomain(problem, affinity.first, affinity.domain, assignment);
  const second =
    affinity.first === affinity.second ? first : byDomain(problem, affinity.second, affinity.domain, assignment);
  return { first, second };
}

function byDomain(problem: CompiledProblem, k: number, domain: Int32Array, assignment: SlotAssignment): Int32Array {
  // Domains are numbered from 0 and there are at most as many as nodes.
  const counts = new Int32Array(problem.N);
  const to = problem.slotsFrom[problem.partitionsFrom[k + 1] ?? 0] ?? 0;
  for (let s = problem.slotsFrom[problem.partitionsFrom[k] ?? 0] ?? 0; s < to; s++) {
    const n = assignment.node[s] ?? NONE;
    if (n === NONE) continue;
    const at = domain[n] ?? 0;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

/**
 * Replicas of `p` that violate an affinity between partitions, `q` being its partner. O(R of p × R of q).
 */
export function pairViolations(
  problem: CompiledProblem,
  { together, domain }: CompiledAffinity,
  p: number,
  q: number,
  nodeOf: (s: number) => number,
): number {
  let violations = 0;
  for (let s = problem.slotsFrom[p] ?? 0; s < (problem.slotsFrom[p + 1] ?? 0); s++) {
    const n = nodeOf(s);
    if (n === NONE) continue;
    let meets = false;
    for (let t = problem.slotsFrom[q] ?? 0; t < (problem.slotsFrom[q + 1] ?? 0) && !meets; t++) {
      const other = nodeOf(t);
      meets = t !== s && other !== NONE && domain[other] === domain[n];
    }
    if (meets !== together) violations++;
  }
  return violations;
}
