import type { ClusterFacts, PartitionFacts } from './facts.ts';
import { fairLoads, type Range, wholeRange, zoneRule } from './fair-shares.ts';
import { FlowNetwork } from './flow-network.ts';

/** The best that any answer can do where nothing weighs, one goal after the other. */
export interface MoveBound {
  /** Most replicas that can be placed. */
  readonly placed: number;
  /** Then: fewest replicas that nodes hold beyond, or lack below, the balance asked for. */
  readonly outside: number;
  /** Then: fewest replicas that have to be copied. */
  readonly moves: number;
}

/** How many whole replicas each node should hold at the balance asked for; of what an offline one holds on to nothing is asked. */
export function replicaRanges(facts: ClusterFacts): Range[] {
  return fairLoads(facts, 0).map((fair, node) => {
    if (facts.nodes[node]?.condition !== 'live') return { low: 0, high: Number.POSITIVE_INFINITY };
    const { low, high } = wholeRange(fair, facts.tolerance);
    return { low, high: Math.min(high, facts.nodes[node]?.maxReplicas ?? high) };
  });
}

/**
 * The exact bound by one min-cost flow, source → partition → (partition, zone) → node → sink: cost 0 where a replica stands today, 1
 * elsewhere; a replica beside a node's range costs more than all moves together. Whole numbers all along, so an answer that reaches
 * it exists.
 */
export function moveBound(facts: ClusterFacts, ranges: readonly Range[] = replicaRanges(facts)): MoveBound {
  const all = facts.partitions.reduce((sum, { slots }) => sum + slots.length, 0);
  const beside = all + 1;
  const network = new FlowNetwork();
  const source = network.vertex();
  const sink = network.vertex();
  const nodes = facts.nodes.map(() => network.vertex());
  const fixed = facts.nodes.map(() => 0);
  let fixedMoves = 0;
  for (const { mustStand, current } of facts.partitions)
    for (const node of mustStand) {
      fixed[node] = (fixed[node] ?? 0) + 1;
      fixedMoves += current.has(node) ? 0 : 1;
    }
  const entrance = entrances(network, facts, nodes);
  for (const partition of facts.partitions) addPartition(network, facts, partition, source, entrance);
  let lowest = 0;
  let beyond = 0;
  for (const [node, vertex] of nodes.entries()) {
    const { low, high } = ranges[node] ?? { low: 0, high: 0 };
    const there = fixed[node] ?? 0;
    const live = facts.nodes[node]?.condition === 'live';
    const wanted = live ? Math.max(0, low - there) : 0;
    const free = live ? Math.max(0, high - there) - wanted : 0;
    lowest += wanted;
    beyond += live ? Math.max(0, there - high) : 0;
    network.arc(vertex, sink, wanted, 0);
    network.arc(vertex, sink, free, beside);
    network.arc(vertex, sink, Math.max(0, (facts.nodes[node]?.maxReplicas ?? 0) - there - wanted - free), 2 * beside);
  }
  const { flow, cost } = network.minCostMaxFlow(source, sink);
  const placed = flow + fixed.reduce((sum, count) => sum + count, 0);
  // With every node in its range, `lowest` replicas cost nothing and the others `beside` each: only what is above that lies outside.
  const outside = beyond + Math.floor(cost / beside) - Math.max(0, flow - lowest);
  return { placed, outside, moves: (cost % beside) + fixedMoves };
}

/** Where replicas of a resource enter a node: through the resource's own limit per node where it has one. */
function entrances(
  network: FlowNetwork,
  facts: ClusterFacts,
  nodes: readonly number[],
): (partition: PartitionFacts, node: number) => number {
  const known = new Map<string, number>();
  return ({ resource, maxPerNode }, node) => {
    if (maxPerNode === Number.POSITIVE_INFINITY) return nodes[node] ?? 0;
    const key = `${resource} ${node}`;
    const vertex = known.get(key) ?? network.vertex();
    if (!known.has(key)) {
      const must = facts.partitions.filter((one) => one.resource === resource && one.mustStand.includes(node));
      network.arc(vertex, nodes[node] ?? 0, Math.max(0, maxPerNode - must.length));
      known.set(key, vertex);
    }
    return vertex;
  };
}

/** The arcs of one partition, less its replicas whose place is fixed. */
function addPartition(
  network: FlowNetwork,
  facts: ClusterFacts,
  partition: PartitionFacts,
  source: number,
  entrance: (partition: PartitionFacts, node: number) => number,
): void {
  const from = network.vertex();
  const { zones, most, crowded } = zoneRule(facts, partition.mayStand, partition.slots.length);
  network.arc(source, from, partition.slots.length - partition.mustStand.length);
  const fixedIn = (nodes: readonly number[]): number =>
    nodes.filter((node) => partition.mustStand.includes(node)).length;
  const crowd = network.vertex();
  const spoken = [...zones.values()].reduce((sum, nodes) => sum + Math.max(0, fixedIn(nodes) - (most - 1)), 0);
  network.arc(from, crowd, Math.max(0, crowded - spoken));
  for (const nodes of zones.values()) {
    const fixed = fixedIn(nodes);
    const zone = network.vertex();
    network.arc(from, zone, Math.max(0, most - 1 - fixed));
    network.arc(crowd, zone, fixed < most ? 1 : 0);
    for (const node of nodes)
      if (!partition.mustStand.includes(node))
        network.arc(zone, entrance(partition, node), 1, partition.current.has(node) ? 0 : 1);
  }
}
