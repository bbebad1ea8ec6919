import type { SlotAssignment } from './assignment.ts';
import { type CompiledProblem, NODE_LIVE, NONE } from './model/compiled.ts';

/** What a placement changes, in figures. */
export interface MoveSummary {
  /** Replicas copied to a node where none of their partition stands today. */
  readonly replicas: number;
  /** Bytes copied for them. */
  readonly bytes: number;
  /** Leaders of today that could go on and do not, as far as the partition wants that many leaders. */
  readonly leaderChanges: number;
  /** Replicas given up on nodes that exist. */
  readonly dropped: number;
}

/** One thing that changes. */
export type ReplicaMove =
  /** A replica is made on `node`; where another of its partition is given up for it, `from` names that one's node. */
  | {
      readonly kind: 'copy';
      readonly resource: string;
      readonly partition: string;
      readonly node: string;
      readonly role: string;
      readonly from?: string;
    }
  /** A replica stays on `node` in another role. */
  | {
      readonly kind: 'role';
      readonly resource: string;
      readonly partition: string;
      readonly node: string;
      readonly role: string;
      readonly was: string;
    }
  /** A replica on `node` is given up. */
  | {
      readonly kind: 'drop';
      readonly resource: string;
      readonly partition: string;
      readonly node: string;
      readonly was: string;
    };

/** Counts what changes, which is some of `touched`. O(slots and current replicas of these). */
export function summarizeMoves(
  problem: CompiledProblem,
  assignment: SlotAssignment,
  touched: Iterable<number>,
): MoveSummary {
  const { slotsFrom, currentFrom, currentNode, bytes } = problem;
  const sum = { replicas: 0, bytes: 0, leaderChanges: 0, dropped: 0 };
  for (const p of touched) {
    let placed = 0;
    let kept = 0;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const n = assignment.node[s] as number;
      if (n === NONE) continue;
      placed += 1;
      for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++)
        if (currentNode[c] === n) kept += 1;
    }
    sum.replicas += placed - kept;
    sum.bytes += (placed - kept) * (bytes[p] as number);
    sum.dropped += (currentFrom[p + 1] as number) - (currentFrom[p] as number) - kept;
    sum.leaderChanges += leaderChanges(problem, assignment, p);
  }
  return sum;
}

function leaderChanges(problem: CompiledProblem, { node }: SlotAssignment, p: number): number {
  const { slotsFrom, slotRole, currentFrom, currentNode, currentRole, resourceOf, roleLeads, isEligible, nodeState } =
    problem;
  const k = resourceOf[p] as number;
  const leads = roleLeads[k] as Uint8Array;
  let able = 0;
  let going = 0;
  for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
    const n = currentNode[c] as number;
    if (leads[currentRole[c] as number] !== 1 || nodeState[n] !== NODE_LIVE || isEligible[k]?.[n] !== 1) continue;
    if (isForbidden(problem, p, n)) continue;
    able += 1;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      if (node[s] === n && leads[slotRole[s] as number] === 1) going += 1;
    }
  }
  if (able === 0) return 0;
  let wanted = 0;
  for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++)
    wanted += leads[slotRole[s] as number] as number;
  return Math.min(able, wanted) - going;
}

function isForbidden({ forbiddenFrom, forbiddenNode }: CompiledProblem, p: number, n: number): boolean {
  for (let i = forbiddenFrom[p] as number; i < (forbiddenFrom[p + 1] as number); i++)
    if (forbiddenNode[i] === n) return true;
  return false;
}

/** All that changes, in order of resources and partitions, which is some of `touched`; objects are made one at a time. */
export function* listMoves(
  problem: CompiledProblem,
  assignment: SlotAssignment,
  touched: Iterable<number>,
): Generator<ReplicaMove, void, void> {
  for (const p of touched) yield* movesOf(problem, assignment, p);
}

function* movesOf(problem: CompiledProblem, assignment: SlotAssignment, p: number): Generator<ReplicaMove, void, void> {
  const { slotsFrom, slotRole, currentFrom, currentNode, currentRole, nodeNames } = problem;
  const from = currentFrom[p] as number;
  const today = currentNode.subarray(from, currentFrom[p + 1]);
  const target = assignment.node.subarray(slotsFrom[p], slotsFrom[p + 1]);
  if (today.length === target.length && sameReplicas(problem, today, target, p)) return;
  const k = problem.resourceOf[p] as number;
  const named = { resource: problem.resourceNames[k] as string, partition: problem.partitionNames[p] as string };
  const roles = problem.roleNames[k] as readonly string[];
  const given = Array.from(today.keys()).filter((c) => !target.includes(today[c] as number));
  for (const [i, n] of target.entries()) {
    if (n === NONE) continue;
    const role = roles[slotRole[(slotsFrom[p] as number) + i] as number] as string;
    const stood = today.indexOf(n);
    const was = stood < 0 ? undefined : (roles[currentRole[from + stood] as number] as string);
    if (was === undefined) {
      const left = given.shift();
      const source = left === undefined ? {} : { from: nodeNames[today[left] as number] as string };
      yield { kind: 'copy', ...named, node: nodeNames[n] as string, role, ...source };
    } else if (was !== role) yield { kind: 'role', ...named, node: nodeNames[n] as string, role, was };
  }
  for (const c of given) {
    yield {
      kind: 'drop',
      ...named,
      node: nodeNames[today[c] as number] as string,
      was: roles[currentRole[from + c] as number] as string,
    };
  }
}

function sameReplicas(problem: CompiledProblem, today: Int32Array, target: Int32Array, p: number): boolean {
  const { currentFrom, currentRole, slotsFrom, slotRole } = problem;
  return target.every((n, i) => {
    const stood = today.indexOf(n);
    const role = slotRole[(slotsFrom[p] as number) + i];
    return stood >= 0 && currentRole[(currentFrom[p] as number) + stood] === role;
  });
}
