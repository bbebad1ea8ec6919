import type { SlotAssignment } from '../assignment.ts';
import { type CompiledProblem, NODE_LIVE } from '../model/compiled.ts';
import { Scales } from '../score/scales.ts';
import { slotLoad } from '../score/standing.ts';
import { ZoneRules } from '../score/zone-rule.ts';
import { bytesBound, enteringBytes } from './bytes-bound.ts';
import { doneBy } from './done.ts';
import { mostKept } from './most-kept.ts';
import { type NodeLimits, nodeLimits } from './node-limits.ts';
import { presentOf } from './present.ts';

/** What any answer has to do at least, and what this one did. */
export interface Bounded {
  readonly least: number;
  readonly done: number;
  /** `done / least`; 1 where nothing has to be done and nothing is, Infinity where something is all the same. */
  readonly ratio: number;
}

/**
 * Lower bounds on what has to move so that everything placed stands within the balance asked for (`tolerance` around the fair shares,
 * `leaderTolerance` for leaders). No answer within that balance does less; one outside it may. They are cheap bounds, not always
 * the optimum: nodes, partitions and dimensions are looked at one by one, and zones only where a partition stands crowded today.
 */
export interface LowerBound {
  /** Replicas copied. */
  readonly replicas: Bounded;
  /** Bytes copied. */
  readonly bytes: Bounded;
  /** Weight copied, for each dimension. */
  readonly weights: readonly (Bounded & { readonly dimension: string })[];
  /** Leaders that could go on and do not. */
  readonly leaderChanges: Bounded;
}

/** Bounds for a problem beside what an assignment does. O(S·D + C log C), and a sort of P where a node is below its range. */
export function lowerBound(
  problem: CompiledProblem,
  assignment: SlotAssignment,
  scales: Scales = new Scales(problem),
): LowerBound {
  const present = presentOf(problem, new ZoneRules(problem));
  const done = doneBy(problem, assignment);
  const limits = nodeLimits(problem, scales, present, done.complete);
  const unavoidable = unavoidableCopies(problem, present.mostStaying, done.placedOf);
  const replicas = Math.max(unavoidable.replicas, replicasBound(limits, done.placed));
  const bytes = Math.max(
    unavoidable.bytes,
    bytesBound(problem, limits, done.placedOf),
    enteringBytes(problem, limits, replicas),
  );
  const leaderQuotas = liveNodes(problem).map((n) => ({
    present: present.leaders[n] ?? 0,
    least: done.complete ? (scales.leaders.least[n] ?? 0) : 0,
    most: scales.leaders.most[n] ?? 0,
  }));
  const leaderChanges = present.leadersWanted - mostKept(leaderQuotas, done.leaders);
  return {
    replicas: bounded(replicas, done.copies),
    bytes: bounded(bytes, done.bytes),
    weights: problem.dimensionNames.map((dimension, d) => ({
      dimension,
      ...bounded(
        Math.max(unavoidable.load[d] ?? 0, weightBound(limits, d, done.load[d] ?? 0)),
        done.copiedLoad[d] ?? 0,
      ),
    })),
    leaderChanges: bounded(Math.max(0, leaderChanges), done.leaderChanges),
  };
}

function bounded(least: number, done: number): Bounded {
  return { least, done, ratio: least > 0 ? done / least : done > 0 ? Number.POSITIVE_INFINITY : 1 };
}

function liveNodes({ N, nodeState }: CompiledProblem): number[] {
  return Array.from({ length: N }, (_, n) => n).filter((n) => nodeState[n] === NODE_LIVE);
}

/**
 * Replicas that are placed and do not stay are copies, so what stays is bounded: on each node by its quota, all quotas together by
 * what is placed. And every node below its range has to take some in, which are copies too, each counted on its own node.
 */
function replicasBound({ quotas, held, entering }: NodeLimits, placed: number): number {
  const staying = held + mostKept(quotas, placed - held);
  return Math.max(0, placed - staying, entering);
}

/**
 * Of the load placed, a node keeps no more than it has today in the heaviest role, and no more than the top of its range. And a node
 * below its range has to take in what is lacking even if all that is there stays in its heaviest role.
 */
function weightBound({ keptLoad, lackingLoad }: NodeLimits, d: number, load: number): number {
  return Math.max(0, load - (keptLoad[d] ?? 0), lackingLoad[d] ?? 0);
}

/** What has to be copied because fewer replicas of its partition can stay than are placed; it weighs at least what the lightest role does. */
function unavoidableCopies(
  problem: CompiledProblem,
  mostStaying: Int32Array,
  placedOf: Int32Array,
): { readonly replicas: number; readonly bytes: number; readonly load: Float64Array } {
  const { D, P } = problem;
  const load = new Float64Array(D);
  let replicas = 0;
  let bytes = 0;
  for (let p = 0; p < P; p++) {
    const copies = (placedOf[p] ?? 0) - (mostStaying[p] ?? 0);
    if (copies <= 0) continue;
    replicas += copies;
    bytes += copies * (problem.bytes[p] ?? 0);
    for (let d = 0; d < D; d++) load[d] = (load[d] ?? 0) + copies * lightestLoad(problem, p, d);
  }
  return { replicas, bytes, load };
}

function lightestLoad(problem: CompiledProblem, p: number, d: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let s = problem.slotsFrom[p] ?? 0; s < (problem.slotsFrom[p + 1] ?? 0); s++) {
    least = Math.min(least, slotLoad(problem, p, s, d));
  }
  return least;
}
