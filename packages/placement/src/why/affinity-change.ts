import { type CompiledAffinity, NONE } from '../model/compiled.ts';
import { pairViolations, violationsAt } from '../score/affinity.ts';
import type { Situation } from './situation.ts';

/** One partition standing elsewhere: by slot, before and after. At most two nodes are touched. */
export interface Change {
  readonly p: number;
  readonly from: number;
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly touched: readonly number[];
}

/** What the figure of all affinities would change by. O(affinities · R²). */
export function affinityChange(situation: Situation, change: Change): number {
  const k = situation.problem.resourceOf[change.p] ?? 0;
  let sum = 0;
  for (const affinity of situation.problem.affinities) {
    if (affinity.first !== k && affinity.second !== k) continue;
    sum +=
      affinity.weight *
      (affinity.partner === undefined
        ? meetingChange(situation, affinity, change, k)
        : pairsChange(situation, affinity, change, k));
  }
  return sum;
}

/** Between whole resources: only the domains that a replica leaves or enters change. */
function meetingChange(situation: Situation, affinity: CompiledAffinity, change: Change, k: number): number {
  const { first, second } = situation.meeting(affinity);
  const { before, after } = change;
  const more = new Map<number, number>();
  const add = (n: number, by: number): void => {
    if (n === NONE) return;
    const at = affinity.domain[n] ?? 0;
    more.set(at, (more.get(at) ?? 0) + by);
  };
  for (let i = 0; i < after.length; i++) {
    add(before[i] ?? NONE, -1);
    add(after[i] ?? NONE, 1);
  }
  let sum = 0;
  for (const [at, by] of more) {
    const ones = first[at] ?? 0;
    const others = second[at] ?? 0;
    const onesAfter = ones + (affinity.first === k ? by : 0);
    const othersAfter = others + (affinity.second === k ? by : 0);
    sum += violationsAt(affinity, onesAfter, othersAfter) - violationsAt(affinity, ones, others);
  }
  return sum;
}

/** Between partitions of one name: the pair in which `p` is the first, and the one in which it is the second. */
function pairsChange(situation: Situation, affinity: CompiledAffinity, change: Change, k: number): number {
  const { problem, assignment } = situation;
  const { p, from, after } = change;
  const pairs: (readonly [number, number])[] = [];
  const partner = affinity.partner ?? new Int32Array(0);
  if (affinity.first === k) pairs.push([p, partner[p - (problem.partitionsFrom[k] ?? 0)] ?? NONE]);
  if (affinity.second === k && affinity.first !== k) {
    pairs.push([situation.drawnTo(affinity, p), p]);
  }
  let sum = 0;
  for (const [one, other] of pairs) {
    if (one === NONE || other === NONE) continue;
    const then = patched(assignment.node, from, after);
    sum +=
      pairViolations(problem, affinity, one, other, then) -
      pairViolations(problem, affinity, one, other, (s) => assignment.node[s] ?? NONE);
  }
  return sum;
}

/** Reads an assignment with the slots from `from` on replaced. */
function patched(node: Int32Array, from: number, after: Int32Array): (s: number) => number {
  return (s) => (s >= from && s < from + after.length ? (after[s - from] ?? NONE) : (node[s] ?? NONE));
}
