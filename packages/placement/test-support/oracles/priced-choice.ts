import type { ClusterFacts, PartitionFacts } from './facts.ts';
import { zoneRule } from './fair-shares.ts';

/** A kind of slot: replicas of a partition that weigh the same. */
interface Kind {
  readonly count: number;
  /** Load per dimension and, last, 1 where it leads. */
  readonly load: readonly number[];
}

/** A node, with what standing there costs before any price. */
interface Place {
  readonly node: number;
  /** 1 where the replica would have to be copied. */
  readonly move: number;
  /** What leading here saves: a leader of today goes on. */
  readonly saves: number;
}

/** Where a partition may stand, arranged for choosing by price. */
export interface Choice {
  readonly kinds: readonly Kind[];
  /** Zones with the nodes in them; where zones do not suffice, every node by itself, which only lowers the bound. */
  readonly zones: readonly (readonly Place[])[];
  /** Sizes of the states of the count of replicas placed, kind by kind. */
  readonly states: number;
}

/** Arranges a partition. Pins and held places are not insisted on, which only lowers the bound. */
export function choicesOf(facts: ClusterFacts, partition: PartitionFacts, changeCost: number): Choice {
  const kinds: { count: number; load: readonly number[] }[] = [];
  for (const slot of partition.slots) {
    const load = [...slot.load, slot.leads ? 1 : 0];
    const same = kinds.find((kind) => kind.load.every((amount, dimension) => amount === load[dimension]));
    if (same === undefined) kinds.push({ count: 1, load });
    else same.count += 1;
  }
  const rule = zoneRule(facts, partition.mayStand, partition.slots.length);
  const groups = rule.most <= 1 ? [...rule.zones.values()] : partition.mayStand.map((node) => [node]);
  const zones = groups.map((nodes) =>
    nodes.map((node) => ({
      node,
      move: partition.current.has(node) ? 0 : 1,
      saves: partition.ableLeaders.includes(node) ? changeCost : 0,
    })),
  );
  return { kinds, zones, states: kinds.reduce((product, { count }) => product * (count + 1), 1) };
}

/** The cheapest places at these prices; their loads are added to `loads`. A table over zones and over how many of each kind are placed. */
export function bestChoice(
  { kinds, zones, states }: Choice,
  prices: readonly (readonly number[])[],
  loads: readonly number[][],
): number {
  const strides = kinds.map((_, kind) => kinds.slice(0, kind).reduce((product, { count }) => product * (count + 1), 1));
  let costs = new Float64Array(states).fill(Number.POSITIVE_INFINITY);
  costs[0] = 0;
  const taken = new Int16Array(zones.length * states).fill(-1);
  const bestNode = new Int32Array(zones.length * kinds.length);
  const bestMove = new Uint8Array(zones.length * kinds.length);
  for (const [at, zone] of zones.entries()) {
    const next = costs.slice();
    for (const [kind, { count, load }] of kinds.entries()) {
      let cheapest = Number.POSITIVE_INFINITY;
      const leads = load.at(-1) === 1;
      for (const { node, move, saves } of zone) {
        // Beyond what weighs there are prices for staying and for entering.
        let price = (leads ? move - saves : move) + (prices[load.length + move]?.[node] ?? 0);
        for (let dimension = 0; dimension < load.length; dimension += 1)
          price += (load[dimension] ?? 0) * (prices[dimension]?.[node] ?? 0);
        if (price >= cheapest) continue;
        cheapest = price;
        bestNode[at * kinds.length + kind] = node;
        bestMove[at * kinds.length + kind] = move;
      }
      const stride = strides[kind] ?? 1;
      for (let state = 0; state < states; state += 1) {
        if (Math.floor(state / stride) % (count + 1) === count) continue;
        const cost = (costs[state] ?? 0) + cheapest;
        if (cost >= (next[state + stride] ?? 0)) continue;
        next[state + stride] = cost;
        taken[at * states + state + stride] = kind;
      }
    }
    costs = next;
  }
  let state = states - 1;
  // With too few places for all replicas the fullest state that can be reached is as far as it goes.
  while (state > 0 && costs[state] === Number.POSITIVE_INFINITY) state -= 1;
  const cost = costs[state] ?? 0;
  for (let at = zones.length - 1; at >= 0; at -= 1) {
    const kind = taken[at * states + state] ?? -1;
    if (kind < 0) continue;
    const node = bestNode[at * kinds.length + kind] ?? 0;
    const load = kinds[kind]?.load ?? [];
    const tally = loads[load.length + (bestMove[at * kinds.length + kind] ?? 0)];
    for (const [dimension, amount] of load.entries()) {
      const row = loads[dimension];
      if (row !== undefined) row[node] = (row[node] ?? 0) + amount;
    }
    if (tally !== undefined) tally[node] = (tally[node] ?? 0) + 1;
    state -= strides[kind] ?? 1;
  }
  return cost;
}
