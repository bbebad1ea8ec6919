import type { ClusterFacts } from './facts.ts';
import { fairLeaders, type Range, wholeRange } from './fair-shares.ts';
import { FlowNetwork } from './flow-network.ts';

/** The best that any choice of leaders can do. */
export interface LeaderBound {
  /** Fewest leaders that nodes have beyond, or lack below, the balance asked for. */
  readonly outside: number;
  /** Then: fewest leaders of today that could go on and do not. */
  readonly changes: number;
}

/** How many leaders each node should have at the balance asked for. */
export function leaderRanges(facts: ClusterFacts): Range[] {
  return fairLeaders(facts).map((fair) => wholeRange(fair, facts.leaderTolerance));
}

/**
 * The fewest leader changes, by one min-cost flow.
 *
 * @param holders Position of a partition in `facts.partitions` → nodes that may lead it; without it, every live node that may take
 *   it: the bound over all sets of replicas there could be.
 */
export function leaderBound(
  facts: ClusterFacts,
  holders?: (partition: number) => readonly number[],
  ranges: readonly Range[] = leaderRanges(facts),
): LeaderBound {
  const network = new FlowNetwork();
  const source = network.vertex();
  const sink = network.vertex();
  const nodes = facts.nodes.map(() => network.vertex());
  const all = facts.partitions.reduce((sum, { slots }) => sum + slots.filter(({ leads }) => leads).length, 0);
  const beside = 2 * all + 1;
  let able = 0;
  for (const [at, partition] of facts.partitions.entries()) {
    const leaders = partition.slots.filter(({ leads }) => leads).length;
    if (leaders === 0) continue;
    const from = network.vertex();
    network.arc(source, from, leaders);
    for (const node of holders?.(at) ?? partition.mayStand)
      if (facts.nodes[node]?.condition === 'live')
        network.arc(from, nodes[node] ?? 0, 1, partition.ableLeaders.includes(node) ? 0 : 1);
    able += partition.ableLeaders.length;
  }
  for (const [node, vertex] of nodes.entries()) {
    const { low, high } = ranges[node] ?? { low: 0, high: 0 };
    network.arc(vertex, sink, low, 0);
    network.arc(vertex, sink, high - low, beside);
    network.arc(vertex, sink, all, 2 * beside);
  }
  const { flow, cost } = network.minCostMaxFlow(source, sink);
  const lowest = ranges.reduce((sum, { low }) => sum + low, 0);
  const fresh = cost % beside;
  return {
    outside: Math.floor(cost / beside) - Math.max(0, flow - lowest),
    changes: Math.max(0, able - (flow - fresh)),
  };
}
