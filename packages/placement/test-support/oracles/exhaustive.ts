import { type Answer, countAnswer } from './answer.ts';
import { brokenConstraints } from './check-hard.ts';
import type { ClusterFacts, PartitionFacts } from './facts.ts';

/** All ways in which one partition can stand, by itself: node → role, with everything placed. */
export function waysToStand(facts: ClusterFacts, partition: PartitionFacts): ReadonlyMap<number, string>[] {
  const ways: Map<number, string>[] = [];
  const seen = new Set<string>();
  const fill = (slot: number, held: Map<number, string>): void => {
    const role = partition.slots[slot]?.role;
    if (role === undefined) {
      const key = JSON.stringify([...held].sort(([a], [b]) => a - b));
      if (!seen.has(key)) ways.push(new Map(held));
      seen.add(key);
      return;
    }
    for (const node of partition.mayStand) {
      if (held.has(node)) continue;
      held.set(node, role);
      fill(slot + 1, held);
      held.delete(node);
    }
  };
  fill(0, new Map());
  const alone = { ...facts, partitions: [partition] };
  return ways.filter(
    (held) =>
      partition.mustStand.every((node) => held.has(node)) &&
      brokenConstraints(alone, [held]).every((fault) => !fault.startsWith(`${partition.resource}/`)),
  );
}

/**
 * The best of all answers that place everything, by trying them all. `cost` is asked for whole answers; `least` says what partitions that
 * stand as given cost at any rate, so that branches that cannot win are left early. Undefined when nothing can be placed whole.
 */
export function bestOfAll(
  facts: ClusterFacts,
  cost: (answer: Answer) => number,
  least: (standing: Answer) => number = () => 0,
): { readonly cost: number; readonly answer: Answer } | undefined {
  const ways = facts.partitions.map((partition) => waysToStand(facts, partition));
  let best: { cost: number; answer: Answer } | undefined;
  const descend = (at: number, standing: ReadonlyMap<number, string>[]): void => {
    const nodeFaults = brokenConstraints({ ...facts, partitions: facts.partitions.slice(0, at) }, standing);
    if (nodeFaults.length > 0) return;
    if (best !== undefined && least(standing) >= best.cost) return;
    if (at === facts.partitions.length) {
      const total = cost(standing);
      if (total < (best?.cost ?? Number.POSITIVE_INFINITY)) best = { cost: total, answer: [...standing] };
      return;
    }
    for (const way of ways[at] ?? []) descend(at + 1, [...standing, way]);
  };
  descend(0, []);
  return best;
}

/** Moves of an answer of which only the first partitions are decided. */
export function movesOf(facts: ClusterFacts, standing: Answer): number {
  return countAnswer({ ...facts, partitions: facts.partitions.slice(0, standing.length) }, standing).moves;
}
