import type { Answer } from './answer.ts';
import { brokenConstraints } from './check-hard.ts';
import type { ClusterFacts, PartitionFacts } from './facts.ts';

/** Where the replicas of one partition stand: node → role. */
export type Way = ReadonlyMap<number, string>;

/** All ways in which one partition can stand, by itself, with `missing` of its replicas nowhere. */
export function waysToStand(facts: ClusterFacts, partition: PartitionFacts, missing = 0): Way[] {
  const ways: Map<number, string>[] = [];
  const seen = new Set<string>();
  const fill = (slot: number, held: Map<number, string>, left: number): void => {
    const role = partition.slots[slot]?.role;
    if (role === undefined) {
      const key = JSON.stringify([...held].sort(([a], [b]) => a - b));
      if (left === 0 && !seen.has(key)) ways.push(new Map(held));
      seen.add(key);
      return;
    }
    if (left > 0) fill(slot + 1, held, left - 1);
    for (const node of partition.mayStand) {
      if (held.has(node)) continue;
      held.set(node, role);
      fill(slot + 1, held, left);
      held.delete(node);
    }
  };
  fill(0, new Map(), missing);
  const alone = { ...facts, partitions: [partition] };
  return ways.filter(
    (held) =>
      partition.mustStand.every((node) => held.has(node)) &&
      brokenConstraints(alone, [held]).every((fault) => !fault.startsWith(`${partition.resource}/`)),
  );
}

/** What answers cost. */
export interface Costs {
  /** What a partition costs that stands like this, whatever the others do; never negative. */
  readonly own: (partition: number, way: Way) => number;
  /** What a whole answer costs: the sum of what its partitions cost on their own, or more. */
  readonly whole: (answer: Answer) => number;
}

/** A way with what it costs on its own. */
interface PricedWay {
  readonly way: Way;
  readonly cost: number;
}

/**
 * The best of all answers, by trying them all: partition by partition, left only where a hard constraint is broken already or what is
 * decided costs as much as the best answer so far. Undefined when there is none.
 *
 * @param missing Replicas that are nowhere, over all partitions.
 */
export function bestOfAll(
  facts: ClusterFacts,
  { own, whole }: Costs,
  missing = 0,
): { readonly cost: number; readonly answer: Answer } | undefined {
  const ways = facts.partitions.map((partition, at) =>
    Array.from({ length: Math.min(missing, partition.slots.length) + 1 }, (_, without) =>
      waysToStand(facts, partition, without)
        .map((way): PricedWay => ({ way, cost: own(at, way) }))
        .sort((a, b) => a.cost - b.cost),
    ),
  );
  // What the partitions from here on cost at the very least.
  const ahead = [...ways, []].map((_, at) =>
    ways.slice(at).reduce((sum, some) => sum + Math.min(...some.flat().map(({ cost }) => cost)), 0),
  );
  let best: { cost: number; answer: Answer } | undefined;
  const rooms = new Rooms(facts);
  const descend = (at: number, standing: Way[], spent: number, left: number): void => {
    if (at === facts.partitions.length) {
      if (left > 0) return;
      const cost = whole(standing);
      if (cost < (best?.cost ?? Number.POSITIVE_INFINITY)) best = { cost, answer: [...standing] };
      return;
    }
    for (const [without, some] of (ways[at] ?? []).entries()) {
      if (without > left) break;
      for (const { way, cost } of some) {
        if (spent + cost + (ahead[at + 1] ?? 0) >= (best?.cost ?? Number.POSITIVE_INFINITY)) break;
        rooms.add(at, way, 1);
        if (rooms.suffice()) descend(at + 1, [...standing, way], spent + cost, left - without);
        rooms.add(at, way, -1);
      }
    }
  };
  descend(0, [], 0, missing);
  return best;
}

/** Copies that a partition needs to stand like this. */
export function copiesOf(facts: ClusterFacts, partition: number, way: Way): number {
  const today = facts.partitions[partition]?.current ?? new Map<number, string>();
  return [...way.keys()].filter((node) => !today.has(node)).length;
}

/** Something that nodes have only so much room for. */
interface Limit {
  /** [node] */
  readonly held: number[];
  /** [node] */
  readonly most: readonly number[];
  /** What a replica of a partition takes of it. */
  readonly of: (partition: number, role: string) => number;
}

/** What stands on each node while answers are put together, against its limits. */
class Rooms {
  readonly #facts: ClusterFacts;
  /** One row per limit: what nodes hold of it, and the most they may. */
  readonly #limits: Limit[];

  constructor(facts: ClusterFacts) {
    this.#facts = facts;
    const { nodes, partitions } = facts;
    const unlessHeld = (most: (node: number) => number): number[] =>
      nodes.map(({ condition }, node) => (condition === 'held' ? Number.POSITIVE_INFINITY : most(node)));
    const none = (): number[] => nodes.map(() => 0);
    this.#limits = [{ held: none(), most: unlessHeld((node) => nodes[node]?.maxReplicas ?? 0), of: () => 1 }];
    for (const [resource, maxPerNode] of new Map(partitions.map((one) => [one.resource, one.maxPerNode])))
      this.#limits.push({
        held: none(),
        most: unlessHeld(() => maxPerNode),
        of: (at) => (partitions[at]?.resource === resource ? 1 : 0),
      });
    if (!facts.weighted) return;
    for (const dimension of facts.dimensions.keys())
      this.#limits.push({
        held: none(),
        most: unlessHeld((node) => (nodes[node]?.capacity[dimension] ?? 0) * (1 + 1e-9)),
        of: (at, role) => partitions[at]?.slots.find((slot) => slot.role === role)?.load[dimension] ?? 0,
      });
  }

  /** Puts a partition there (`times` 1), or takes it away (-1). */
  add(at: number, way: Way, times: number): void {
    for (const [node, role] of way)
      for (const { held, of } of this.#limits) held[node] = (held[node] ?? 0) + times * of(at, role);
  }

  suffice(): boolean {
    return this.#limits.every(({ held, most }) =>
      this.#facts.nodes.every((_, node) => (held[node] ?? 0) <= (most[node] ?? 0)),
    );
  }
}
