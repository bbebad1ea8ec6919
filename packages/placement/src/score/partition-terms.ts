import { type CompiledProblem, NONE } from '../model/compiled.ts';
import { couldGoOn, currentRoleOn, leads } from './standing.ts';

/**
 * Terms that one partition has by itself. All take the nodes of its replicas as a slice: the replica in slot
 * `slotsFrom[p] + i` stands on `nodes[from + i]`, so a whole assignment can be read as it is and a changed partition from a copy.
 */
export type NodesOfPartition = Int32Array;

const replicasOf = (problem: CompiledProblem, p: number): number =>
  (problem.slotsFrom[p + 1] ?? 0) - (problem.slotsFrom[p] ?? 0);

/** Replicas of `p` copied to a node where none of it stands today. O(R²). */
export function copiesOf(problem: CompiledProblem, p: number, nodes: NodesOfPartition, from: number): number {
  let copies = 0;
  for (let i = from + replicasOf(problem, p) - 1; i >= from; i--) {
    const n = nodes[i] ?? NONE;
    if (n !== NONE && currentRoleOn(problem, p, n) === NONE) copies++;
  }
  return copies;
}

/** Leaders of today that could go on and do not, as far as the partition wants that many leaders. O(R²). */
export function leaderChangesOf(problem: CompiledProblem, p: number, nodes: NodesOfPartition, from: number): number {
  const first = problem.slotsFrom[p] ?? 0;
  const replicas = replicasOf(problem, p);
  let wanted = 0;
  for (let i = 0; i < replicas; i++) if (leads(problem, p, first + i)) wanted++;
  if (wanted === 0) return 0;
  const leading = problem.roleLeads[problem.resourceOf[p] ?? 0];
  let able = 0;
  let kept = 0;
  for (let c = problem.currentFrom[p] ?? 0; c < (problem.currentFrom[p + 1] ?? 0); c++) {
    const n = problem.currentNode[c] ?? NONE;
    if (leading?.[problem.currentRole[c] ?? 0] !== 1 || !couldGoOn(problem, p, n)) continue;
    able++;
    for (let i = 0; i < replicas; i++) if (nodes[from + i] === n && leads(problem, p, first + i)) kept++;
  }
  return Math.max(0, Math.min(able, wanted) - kept);
}

/** Pairs of replicas of `p` that share a domain, `domain[n]` naming it. O(R²), for large R O(R). */
export function sharingPairs(
  problem: CompiledProblem,
  p: number,
  domain: Int32Array,
  nodes: NodesOfPartition,
  from: number,
): number {
  const end = from + replicasOf(problem, p);
  if (end - from > 32) return sharingPairsOfMany(domain, nodes, from, end);
  let pairs = 0;
  for (let i = from; i < end; i++) {
    const n = nodes[i] ?? NONE;
    if (n === NONE) continue;
    for (let j = from; j < i; j++) {
      const other = nodes[j] ?? NONE;
      if (other !== NONE && domain[other] === domain[n]) pairs++;
    }
  }
  return pairs;
}

function sharingPairsOfMany(domain: Int32Array, nodes: NodesOfPartition, from: number, end: number): number {
  const counts = new Map<number, number>();
  let pairs = 0;
  for (let i = from; i < end; i++) {
    const n = nodes[i] ?? NONE;
    if (n === NONE) continue;
    const in_ = domain[n] ?? NONE;
    const before = counts.get(in_) ?? 0;
    pairs += before;
    counts.set(in_, before + 1);
  }
  return pairs;
}

/** 0 when a leader of `p` stands on the first preferred node, i/n on the one at place i of n, 1 on none; 0 without preferences. */
export function preferenceMissed(problem: CompiledProblem, p: number, nodes: NodesOfPartition, from: number): number {
  const preferredFrom = problem.preferredFrom[p] ?? 0;
  const count = (problem.preferredFrom[p + 1] ?? 0) - preferredFrom;
  if (count === 0) return 0;
  const first = problem.slotsFrom[p] ?? 0;
  const replicas = replicasOf(problem, p);
  for (let place = 0; place < count; place++) {
    const wanted = problem.preferredNode[preferredFrom + place];
    for (let i = 0; i < replicas; i++) {
      if (nodes[from + i] === wanted && leads(problem, p, first + i)) return place / count;
    }
  }
  return 1;
}
