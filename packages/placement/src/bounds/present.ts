import { type CompiledProblem, NODE_HELD, NONE } from '../model/compiled.ts';
import { couldGoOn, leadersOf, mayStay } from '../score/standing.ts';
import type { ZoneRules } from '../score/zone-rule.ts';

/** What stands today where it may stay, and leads where it may go on. */
export interface Present {
  /** [n] first entry of `partition`; [N] = all replicas that may stay. */
  readonly from: Int32Array;
  /** Partitions by node, ascending. */
  readonly partition: Int32Array;
  /** [p] most of its replicas that can stay at once. */
  readonly mostStaying: Int32Array;
  /** [n] leaders that could go on. */
  readonly leaders: Int32Array;
  /** Leaders that could go on, of each partition as many as it wants. */
  readonly leadersWanted: number;
}

/** Reads what may stay. O(C·exceptions + P·R). */
export function presentOf(problem: CompiledProblem, zones: ZoneRules): Present {
  const { N, P } = problem;
  const counts = new Int32Array(N + 1);
  const leaders = new Int32Array(N);
  const mostStaying = new Int32Array(P);
  const stays = new Uint8Array(problem.currentNode.length);
  let leadersWanted = 0;
  for (let p = 0; p < P; p++) {
    const leading = problem.roleLeads[problem.resourceOf[p] ?? 0];
    let able = 0;
    for (let c = problem.currentFrom[p] ?? 0; c < (problem.currentFrom[p + 1] ?? 0); c++) {
      const n = problem.currentNode[c] ?? NONE;
      if (!mayStay(problem, p, n)) continue;
      stays[c] = 1;
      counts[n + 1] = (counts[n + 1] ?? 0) + 1;
      if (leading?.[problem.currentRole[c] ?? 0] !== 1 || !couldGoOn(problem, p, n)) continue;
      leaders[n] = (leaders[n] ?? 0) + 1;
      able++;
    }
    mostStaying[p] = mostStayingOf(problem, zones, p, stays);
    leadersWanted += Math.min(able, leadersOf(problem, p));
  }
  for (let n = 0; n < N; n++) counts[n + 1] = (counts[n + 1] ?? 0) + (counts[n] ?? 0);
  return { from: counts, partition: partitionsByNode(problem, counts, stays), mostStaying, leaders, leadersWanted };
}

function partitionsByNode(problem: CompiledProblem, from: Int32Array, stays: Uint8Array): Int32Array {
  const next = from.slice(0, problem.N);
  const partition = new Int32Array(from[problem.N] ?? 0);
  for (let p = 0; p < problem.P; p++) {
    for (let c = problem.currentFrom[p] ?? 0; c < (problem.currentFrom[p + 1] ?? 0); c++) {
      if (stays[c] !== 1) continue;
      const n = problem.currentNode[c] ?? NONE;
      const at = next[n] ?? 0;
      partition[at] = p;
      next[n] = at + 1;
    }
  }
  return partition;
}

/** As many as it wants, as its zones let stand, and on held nodes no more than do not lead. */
function mostStayingOf(problem: CompiledProblem, zones: ZoneRules, p: number, stays: Uint8Array): number {
  const replicas = (problem.slotsFrom[p + 1] ?? 0) - (problem.slotsFrom[p] ?? 0);
  const byZone = new Map<number, number>();
  let held = 0;
  let all = 0;
  for (let c = problem.currentFrom[p] ?? 0; c < (problem.currentFrom[p + 1] ?? 0); c++) {
    if (stays[c] !== 1) continue;
    const n = problem.currentNode[c] ?? NONE;
    const z = problem.zone[n] ?? 0;
    byZone.set(z, (byZone.get(z) ?? 0) + 1);
    if (problem.nodeState[n] === NODE_HELD) held++;
    all++;
  }
  let most = Math.min(replicas, all);
  if (held > 0) most = Math.min(most, all - held + Math.min(held, replicas - leadersOf(problem, p)));
  if (byZone.size === all) return most;
  const rule = zones.of(p);
  let uncrowded = 0;
  let crowded = 0;
  for (const [z, count] of byZone) {
    const pinned = zones.pinnedInto(p, z);
    const here = Math.min(count, Math.max(rule.most, pinned));
    const free = rule.most === 1 ? here : Math.min(here, Math.max(rule.most - 1, pinned));
    uncrowded += free;
    crowded += here - free;
  }
  return Math.min(most, uncrowded + Math.min(crowded, rule.crowded));
}
