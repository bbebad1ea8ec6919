import { NONE } from '../model/compiled.ts';
import { currentRoleOn } from '../score/standing.ts';
import { roleName } from '../score/violations.ts';
import { type Candidate, candidateOf, candidatesFor, compareCandidates } from './candidates.ts';
import { nodeNamed, partitionNamed } from './lookup.ts';
import type { Situation } from './situation.ts';
import { whyText } from './why-text.ts';

/** A place that a partition has today and gives up. */
export interface LeftPlace {
  readonly node: string;
  /** Its role there today. */
  readonly role: string;
  /** What staying there in the role in question would mean. */
  readonly candidate: Candidate;
}

/** Why a replica stands where it stands, or why it does not stand elsewhere. */
export interface Why {
  readonly resource: string;
  readonly partition: string;
  /** The replica in question: its role in the answer. */
  readonly role: string;
  /** Where it stands; `undefined` where it could not be placed. */
  readonly node: string | undefined;
  /** The role that a replica of the partition has on that node today; `undefined` where it is copied there. */
  readonly today: string | undefined;
  /** The partition's places of today that it gives up. */
  readonly left: readonly LeftPlace[];
  /** The node asked about, where it holds no replica of the partition. */
  readonly asked: Candidate | undefined;
  /** All nodes: feasible ones first, the best first; then the others, the least hindered first. */
  readonly candidates: readonly Candidate[];
  /** The gist, for people. */
  readonly text: string;
}

/**
 * Explains one replica. With a node that holds a replica of the partition: that one. With any other node: why none stands there, told
 * of the replica that could move there best. Without a node: the partition's first replica.
 * O(N·(D + R²)), and once for a placement the sums of `Situation`.
 *
 * @throws RangeError for names that do not exist, and where the partition wants no replicas.
 */
export function why(situation: Situation, resource: string, partition: string, node?: string): Why {
  const { problem, assignment } = situation;
  const p = partitionNamed(problem, resource, partition);
  const n = node === undefined ? NONE : nodeNamed(problem, node);
  if (problem.slotsFrom[p] === problem.slotsFrom[p + 1]) {
    throw new RangeError(`Partition ${JSON.stringify(partition)} of ${JSON.stringify(resource)} wants no replicas`);
  }
  const slot = slotInQuestion(situation, p, n);
  const here = assignment.node[slot] ?? NONE;
  const today = here === NONE ? NONE : currentRoleOn(problem, p, here);
  const facts = {
    resource,
    partition,
    role: roleName(problem, p, problem.slotRole[slot] ?? 0),
    node: here === NONE ? undefined : (problem.nodeNames[here] ?? ''),
    today: today === NONE ? undefined : roleName(problem, p, today),
    left: leftPlaces(situation, p, slot),
    asked: n === NONE || n === here ? undefined : candidateOf(situation, p, slot, n),
    candidates: candidatesFor(situation, p, slot),
  };
  return { ...facts, text: whyText(facts) };
}

/** The slot on `node`; where there is none, the one that could move there best; without a node the first. */
function slotInQuestion(situation: Situation, p: number, node: number): number {
  const from = situation.problem.slotsFrom[p] ?? 0;
  const to = situation.problem.slotsFrom[p + 1] ?? 0;
  if (node === NONE) return from;
  const there = situation.slotOn(p, node);
  if (there !== NONE) return there;
  let best = from;
  let bestCandidate = candidateOf(situation, p, from, node);
  for (let s = from + 1; s < to; s++) {
    const candidate = candidateOf(situation, p, s, node);
    if (compareCandidates(candidate, bestCandidate) >= 0) continue;
    best = s;
    bestCandidate = candidate;
  }
  return best;
}

/** Places of today that no replica of `p` has any more, nodes that are gone included. */
function leftPlaces(situation: Situation, p: number, slot: number): readonly LeftPlace[] {
  const { problem } = situation;
  const left: LeftPlace[] = [];
  for (let c = problem.currentFrom[p] ?? 0; c < (problem.currentFrom[p + 1] ?? 0); c++) {
    const n = problem.currentNode[c] ?? NONE;
    if (situation.slotOn(p, n) !== NONE) continue;
    left.push({
      node: problem.nodeNames[n] ?? '',
      role: roleName(problem, p, problem.currentRole[c] ?? 0),
      candidate: candidateOf(situation, p, slot, n),
    });
  }
  return left;
}
