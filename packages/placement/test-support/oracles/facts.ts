import type { PlacementNode, PlacementPartition, PlacementProblem, PlacementResource } from '@keelson/placement';

/** What stands, or is to stand, where: an answer is a list of these. */
export interface Standing {
  readonly resource: string;
  readonly partition: string;
  readonly node: string;
  readonly role: string;
}

/** A node as the oracles see it. */
export interface NodeFacts {
  readonly name: string;
  /** `held`: offline within the grace, keeps what it has, takes nothing; `closed`: must hold nothing in the end. */
  readonly condition: 'live' | 'held' | 'closed';
  /** Name of its fault zone, with the names of the domains around it. */
  readonly zone: string;
  readonly share: number;
  /** Room per dimension of `ClusterFacts.dimensions`. */
  readonly capacity: readonly number[];
  readonly maxReplicas: number;
}

/** A replica that is wanted. */
export interface SlotFacts {
  readonly role: string;
  readonly leads: boolean;
  /** Load per dimension. */
  readonly load: readonly number[];
}

/** A partition as the oracles see it. Nodes are positions in `ClusterFacts.nodes`. */
export interface PartitionFacts {
  readonly resource: string;
  readonly name: string;
  readonly maxPerNode: number;
  readonly bytes: number;
  /** In order of the roles. */
  readonly slots: readonly SlotFacts[];
  /** Live nodes that may take it, and held ones on which it stands. */
  readonly mayStand: readonly number[];
  /** Among `mayStand`: where a replica has to be (pins, held replicas). */
  readonly mustStand: readonly number[];
  /** Among `mustStand`: in which role, where one is named. */
  readonly mustRole: ReadonlyMap<number, string>;
  /** Nodes that exist and hold it today → role. */
  readonly current: ReadonlyMap<number, string>;
  /** Nodes that lead it today and could go on: live and still allowed. */
  readonly ableLeaders: readonly number[];
}

/** A problem in plain words: everything the rules of the model say, worked out from the input by names. */
export interface ClusterFacts {
  readonly problem: PlacementProblem;
  /** The dimensions that are evened out; the count of replicas where the problem has none. */
  readonly dimensions: readonly string[];
  readonly weighted: boolean;
  /** Whether replicas of a partition weigh the same whatever their role. */
  readonly rolesWeighAlike: boolean;
  readonly tolerance: number;
  readonly leaderTolerance: number;
  readonly nodes: readonly NodeFacts[];
  readonly nodeAt: ReadonlyMap<string, number>;
  readonly partitions: readonly PartitionFacts[];
}

/** Works out the facts of a valid problem. */
export function factsOf(problem: PlacementProblem): ClusterFacts {
  const weighted = (problem.dimensions ?? []).length > 0;
  const dimensions = weighted ? (problem.dimensions ?? []) : ['replicas'];
  const nodes = problem.nodes.map((node) => nodeFacts(problem, node, weighted ? dimensions : []));
  const nodeAt = new Map(nodes.map(({ name }, at) => [name, at]));
  const partitions = problem.resources.flatMap((resource) =>
    resource.partitions.map((partition) => partitionFacts(problem, nodes, nodeAt, resource, partition)),
  );
  return {
    problem,
    dimensions,
    weighted,
    rolesWeighAlike: problem.resources.every(({ roles }) => roles.every(({ load = 1 }) => load === 1)),
    tolerance: problem.goals?.tolerance ?? 0.02,
    leaderTolerance: problem.goals?.leaderTolerance ?? 0.02,
    nodes,
    nodeAt,
    partitions,
  };
}

function nodeFacts(problem: PlacementProblem, node: PlacementNode, dimensions: readonly string[]): NodeFacts {
  const { name, domain, share = 1, maxReplicas = Number.POSITIVE_INFINITY } = node;
  const capacity = dimensions.map((dimension) => node.capacity?.[dimension] ?? Number.POSITIVE_INFINITY);
  const level = problem.topology?.faultZone;
  const depth = level === undefined ? -1 : (problem.topology?.levels ?? []).indexOf(level);
  const path = (domain ?? '').split('/').filter((part) => part !== '');
  const zone = depth < 0 || domain === undefined ? `node ${name}` : path.slice(0, depth + 1).join('/');
  return { name, condition: conditionOf(problem, node), zone, share, capacity, maxReplicas };
}

function conditionOf(problem: PlacementProblem, node: PlacementNode): NodeFacts['condition'] {
  if (node.state === 'draining') return 'closed';
  if (node.state !== 'offline') return 'live';
  const since = node.offlineSinceMs ?? Number.NEGATIVE_INFINITY;
  return (problem.nowMs ?? 0) - since < (problem.offlineGraceMs ?? 0) ? 'held' : 'closed';
}

function partitionFacts(
  problem: PlacementProblem,
  nodes: readonly NodeFacts[],
  nodeAt: ReadonlyMap<string, number>,
  resource: PlacementResource,
  partition: PlacementPartition,
): PartitionFacts {
  const current = new Map<number, string>();
  for (const { node, role } of partition.current ?? []) {
    const at = nodeAt.get(node);
    if (at !== undefined) current.set(at, role);
  }
  const welcome = new Set(problem.nodes.flatMap((node, at) => (isWelcome(resource, partition, node) ? [at] : [])));
  const isAllowed = (at: number): boolean => welcome.has(at) && nodes[at]?.condition === 'live';
  const held = [...current.keys()].filter((at) => welcome.has(at) && nodes[at]?.condition === 'held');
  const pins = (partition.pinned ?? []).flatMap(({ node, role }) => {
    const at = nodeAt.get(node);
    return at === undefined ? [] : [{ at, role }];
  });
  const mayStand = nodes.flatMap((_, at) => (isAllowed(at) || held.includes(at) ? [at] : []));
  const slots = slotsOf(problem, resource, partition, mayStand.length);
  const leads = new Set(slots.filter((slot) => slot.leads).map(({ role }) => role));
  return {
    resource: resource.name,
    name: partition.name,
    maxPerNode: resource.maxReplicasPerNode ?? Number.POSITIVE_INFINITY,
    bytes: partition.bytes ?? 1,
    slots,
    mayStand,
    mustStand: [...new Set([...held, ...pins.map(({ at }) => at)])].slice(0, slots.length),
    mustRole: new Map(pins.flatMap(({ at, role }) => (role === undefined ? [] : [[at, role]]))),
    current,
    ableLeaders: [...current].flatMap(([at, role]) => (leads.has(role) && isAllowed(at) ? [at] : [])),
  };
}

/** Whether the tag, the node's switches and the partition's exceptions let the partition stand there at all. */
function isWelcome(resource: PlacementResource, partition: PlacementPartition, node: PlacementNode): boolean {
  if (resource.tag !== undefined && !(node.tags ?? []).includes(resource.tag)) return false;
  if (partition.forbidden?.includes(node.name)) return false;
  return !(node.disabled ?? []).some(
    (pattern) =>
      pattern.resource === resource.name && (pattern.partition === undefined || pattern.partition === partition.name),
  );
}

function slotsOf(
  problem: PlacementProblem,
  resource: PlacementResource,
  partition: PlacementPartition,
  places: number,
): SlotFacts[] {
  const dimensions = problem.dimensions ?? [];
  return resource.roles.flatMap((role, at) => {
    const leads = role.leader ?? (at === 0 && resource.roles.length > 1);
    const factor = (dimension: string): number =>
      typeof role.load === 'object' ? (role.load[dimension] ?? 1) : (role.load ?? 1);
    const load =
      dimensions.length === 0
        ? [1]
        : dimensions.map((dimension) => (partition.weight?.[dimension] ?? 0) * factor(dimension));
    const count = role.count === 'every' ? places : role.count;
    return Array.from({ length: count }, () => ({ role: role.name, leads, load }));
  });
}
