import type { ClusterFacts, PartitionFacts } from './facts.ts';
import { FlowNetwork } from './flow-network.ts';

/** The least and the most that a node should carry of some load. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** One kind of load that is to be evened out. */
interface Load {
  /** What the partition's replicas that share in it weigh. */
  readonly of: (partition: PartitionFacts) => readonly number[];
  /** Most that a node can carry of it. */
  readonly most: (node: number) => number;
  /** Replicas held on offline nodes neither share in it nor take part. */
  readonly heldApart: boolean;
}

/**
 * Fair shares of a dimension of `facts.dimensions`, per node. Leaders have to be even too: as far as they may not differ, what leading weighs beyond following
 * is handed out first, and the rest on top of it.
 */
export function fairLoads(facts: ClusterFacts, dimension: number): number[] {
  const fixed = Math.max(0, 1 - facts.leaderTolerance);
  const most = (node: number): number =>
    Math.min(
      facts.nodes[node]?.capacity[dimension] ?? Number.POSITIVE_INFINITY,
      facts.weighted ? Number.POSITIVE_INFINITY : (facts.nodes[node]?.maxReplicas ?? 0),
    );
  const extras = ({ slots }: PartitionFacts): number[] => {
    const following = slots.flatMap(({ leads, load }) => (leads ? [] : [load[dimension] ?? 0]));
    const heaviest = Math.max(...following);
    return slots.map(({ leads, load }) =>
      leads && following.length > 0 ? fixed * Math.max(0, (load[dimension] ?? 0) - heaviest) : 0,
    );
  };
  const leading = fairShares(facts, { of: extras, most, heldApart: true });
  const rest = (partition: PartitionFacts): number[] => {
    const apart = extras(partition);
    return partition.slots.map(({ load }, slot) => (load[dimension] ?? 0) - (apart[slot] ?? 0));
  };
  return fairShares(facts, { of: rest, most, heldApart: true }, leading);
}

/** Fair shares of the replicas of one resource by itself, per node. */
export function fairReplicas(facts: ClusterFacts, resource: string): number[] {
  return fairShares(facts, {
    of: (partition) => (partition.resource === resource ? partition.slots.map(() => 1) : []),
    most: (node) => facts.nodes[node]?.maxReplicas ?? 0,
    heldApart: true,
  });
}

/** Fair shares of the leaders, per node. */
export function fairLeaders(facts: ClusterFacts): number[] {
  return fairShares(facts, {
    of: ({ slots }) => slots.flatMap(({ leads }) => (leads ? [1] : [])),
    most: () => Number.POSITIVE_INFINITY,
    heldApart: false,
  });
}

/** Whole things: never asked to be closer than the whole numbers around the fair share. */
export function wholeRange(fair: number, tolerance: number): Range {
  const below = Math.floor(fair + 1e-6);
  const above = Math.ceil(fair - 1e-6);
  return {
    low: Math.min(below, Math.ceil((1 - tolerance) * fair - 1e-6)),
    high: Math.max(above, Math.floor((1 + tolerance) * fair + 1e-6)),
  };
}

/** Weights: the tolerance on both sides of the fair share. */
export function weightRange(fair: number, tolerance: number): Range {
  return { low: (1 - tolerance) * fair, high: (1 + tolerance) * fair };
}

/** Partitions that may stand on the same nodes, taken together: their loads flow through the same network, only scaled. */
interface Group {
  readonly first: PartitionFacts;
  readonly nodes: readonly number[];
  /** Replicas that share in the load. */
  readonly copies: number;
  /** Replicas that share the zones: followers do, where only leaders are looked at. */
  readonly replicas: number;
  total: number;
  largest: number;
}

function groupsOf(facts: ClusterFacts, load: Load): Group[] {
  const groups = new Map<string, Group>();
  for (const partition of facts.partitions) {
    const isHeld = (node: number): boolean => facts.nodes[node]?.condition === 'held';
    const held = partition.mustStand.filter(isHeld);
    const weights = [...load.of(partition)].sort((a, b) => b - a);
    const copies = load.heldApart ? weights.length - held.length : weights.length;
    if (copies <= 0) continue;
    const nodes = partition.mayStand.filter((node) => !isHeld(node));
    const zonesTaken = load.heldApart ? held.map((node) => facts.nodes[node]?.zone) : [];
    const replicas = load.heldApart ? copies : partition.slots.length;
    const key = JSON.stringify([partition.resource, copies, nodes, zonesTaken]);
    const group = groups.get(key) ?? { first: partition, nodes, copies, replicas, total: 0, largest: 0 };
    groups.set(key, group);
    group.total += weights.slice(0, copies).reduce((sum, weight) => sum + weight, 0);
    group.largest += weights[0] ?? 0;
  }
  return [...groups.values()];
}

/** How evenly the replicas of a partition can stand in fault zones. */
export interface ZoneRule {
  /** Zone → nodes in it that may be used. */
  readonly zones: ReadonlyMap<string, readonly number[]>;
  /** Most replicas in one zone: 1 where zones suffice. */
  readonly most: number;
  /** How many replicas may stand above `most - 1` in their zones, all zones together. */
  readonly crowded: number;
}

/** The rule for `copies` replicas on these nodes: round after round every zone takes one more, while it has nodes. */
export function zoneRule(facts: ClusterFacts, nodes: readonly number[], copies: number): ZoneRule {
  const zones = new Map<string, number[]>();
  for (const node of nodes) {
    const zone = facts.nodes[node]?.zone ?? '';
    const inside = zones.get(zone);
    if (inside === undefined) zones.set(zone, [node]);
    else inside.push(node);
  }
  let most = 0;
  let before = 0;
  let placed = 0;
  while (placed < Math.min(copies, nodes.length)) {
    most += 1;
    before = placed;
    placed = [...zones.values()].reduce((sum, { length }) => sum + Math.min(most, length), 0);
  }
  return { zones, most, crowded: most === 1 ? copies : Math.min(copies, nodes.length) - before };
}

/** A network in which the room of the nodes can be set: source → group → zone → node → sink. */
function networkOf(facts: ClusterFacts, groups: readonly Group[], rooms: readonly number[], epsilon: number) {
  const network = new FlowNetwork(epsilon);
  const source = network.vertex();
  const sink = network.vertex();
  const nodes = facts.nodes.map(() => network.vertex());
  const limits = new Map<string, number>();
  for (const group of groups) {
    const from = network.vertex();
    network.arc(source, from, group.total);
    const { zones, most, crowded } = zoneRule(facts, group.nodes, group.replicas);
    const crowd = network.vertex();
    network.arc(from, crowd, group.largest * crowded);
    for (const inside of zones.values()) {
      const zone = network.vertex();
      network.arc(from, zone, group.largest * (most - 1));
      network.arc(crowd, zone, group.largest);
      for (const node of inside) {
        if (group.first.maxPerNode === Number.POSITIVE_INFINITY) {
          network.arc(zone, nodes[node] ?? 0, group.largest);
          continue;
        }
        const key = `${group.first.resource} ${node}`;
        const limit = limits.get(key) ?? network.vertex();
        const limited = facts.weighted ? Number.POSITIVE_INFINITY : group.first.maxPerNode;
        if (!limits.has(key)) network.arc(limit, nodes[node] ?? 0, limited);
        limits.set(key, limit);
        network.arc(zone, limit, group.largest);
      }
    }
  }
  for (const [node, vertex] of nodes.entries()) network.arc(vertex, sink, rooms[node] ?? 0);
  const flow = network.maxFlow(source, sink);
  const beyond = network.reachable(source);
  return { flow, reached: (node: number): boolean => beyond.has(nodes[node] ?? 0) };
}

/**
 * Max-min fair shares: the load goes to the nodes in proportion to their `share`; a set of nodes that cannot pass its load on keeps more,
 * and the rest is handed out among the others by the same rule. The most loaded set is found first: the smallest level at which
 * everything still finds a place, raised along least cuts.
 *
 * @param below [node] What stands there already, and counts.
 */
function fairShares(facts: ClusterFacts, load: Load, below: readonly number[] = facts.nodes.map(() => 0)): number[] {
  const groups = groupsOf(facts, load);
  const wanted = groups.reduce((sum, { total }) => sum + total, 0);
  if (wanted === 0) return [...below];
  const epsilon = wanted * 1e-12;
  const added = facts.nodes.map(() => 0);
  const most = facts.nodes.map(({ condition }, node) => (condition === 'live' ? load.most(node) : 0));
  const roomAt = (node: number, level: number): number =>
    Math.max(0, Math.min(most[node] ?? 0, level * (facts.nodes[node]?.share ?? 0)) - (below[node] ?? 0));
  const full = facts.nodes.map((_, node) => roomAt(node, Number.POSITIVE_INFINITY));
  const total = networkOf(facts, groups, full, epsilon).flow;
  let open = facts.nodes.flatMap((_, node) => ((full[node] ?? 0) > 0 ? [node] : []));
  const shareOf = (nodes: readonly number[]): number =>
    nodes.reduce((sum, node) => sum + (facts.nodes[node]?.share ?? 0), 0);
  while (open.length > 0) {
    const settled = added.reduce((sum, amount) => sum + amount, 0);
    let level = Math.max(0, total - settled) / shareOf(open);
    let tight = open;
    for (;;) {
      const rooms = added.map((amount, node) => (open.includes(node) ? roomAt(node, level) : amount));
      const { flow, reached } = networkOf(facts, groups, rooms, epsilon);
      const lacking = total - flow;
      if (lacking <= total * 1e-9) break;
      const cut = open.filter(reached);
      const growing = cut.filter((node) => level * (facts.nodes[node]?.share ?? 0) < (most[node] ?? 0));
      if (growing.length === 0) break;
      tight = cut;
      level += lacking / shareOf(growing);
    }
    for (const node of tight) added[node] = roomAt(node, level);
    open = open.filter((node) => !tight.includes(node));
  }
  // What rounding left over is no share.
  return added.map((amount, node) => (below[node] ?? 0) + (amount > wanted * 1e-9 ? amount : 0));
}
