import type {
  Affinity,
  PlacementGoals,
  PlacementNode,
  PlacementPartition,
  PlacementProblem,
  PlacementResource,
  PlacementRole,
} from '@keelson/placement';
import { type Random, randomFrom } from '../test-support/scenarios/random.ts';

const nowMs = 100_000;
const graceMs = 10_000;

/** How a tiny problem is to be. */
export interface TinySpec {
  readonly weighted?: boolean;
  /** Most partitions in all. */
  readonly most?: number;
  /** With wishes of every kind, and goals that weigh them. */
  readonly wishes?: boolean;
}

/** A problem small enough to try every answer, up to eight partitions on four nodes, with a little of everything the model knows in it. */
export function tinyProblem(
  seed: number,
  { weighted = false, most = 5, wishes = false }: TinySpec = {},
): PlacementProblem {
  const random = randomFrom(seed);
  const dimensions = weighted ? random.pick([['load'], ['load'], ['load', 'disk']]) : [];
  const nodes = tinyNodes(random, dimensions);
  const count = random.int(1, most);
  const first = random.int(0, 2) === 0 ? random.int(1, count) : count;
  const sizes = first < count ? [first, count - first] : [count];
  const resources = sizes.map((size, at) => tinyResource(random, `r${at}`, size, nodes, dimensions, wishes));
  const switched = random.int(0, 9) === 0 ? { disabled: [{ resource: 'r0', partition: 'p0' }] } : {};
  const faultZone = random.int(0, 2) > 0 ? { faultZone: 'zone' } : {};
  return {
    dimensions,
    nodes: nodes.map((node, at) => (at === 0 ? { ...node, ...switched } : node)),
    resources,
    topology: { levels: ['region', 'zone', 'host'], ...faultZone },
    nowMs,
    offlineGraceMs: graceMs,
    ...(wishes ? { affinities: tinyAffinities(random, sizes.length) } : {}),
    goals: {
      tolerance: weighted ? random.pick([0.05, 0.2, 0.4]) : random.pick([0, 0.02, 0.3]),
      leaderTolerance: random.pick([0, 0.02, 0.3]),
      ...(wishes ? tinyGoals(random) : {}),
    },
  };
}

function tinyNodes(random: Random, dimensions: readonly string[]): PlacementNode[] {
  const zones = random.int(1, 3);
  return Array.from({ length: random.int(2, 4) }, (_, index): PlacementNode => {
    const name = `n${index}`;
    const state = random.pick(['live', 'live', 'live', 'live', 'live', 'live', 'draining', 'offline'] as const);
    const room = random.int(6, 30);
    return {
      name,
      domain: `/r${index % 2}/z${random.int(1, zones)}/${name}`,
      state,
      ...(state === 'offline' ? { offlineSinceMs: nowMs - random.pick([graceMs / 2, 2 * graceMs]) } : {}),
      tags: random.int(0, 4) === 0 ? [] : ['x'],
      ...(random.int(0, 3) === 0 ? { share: random.pick([0.5, 2, 3]) } : {}),
      ...(random.int(0, 7) === 0 ? { maxReplicas: random.int(1, 4) } : {}),
      ...(random.int(0, 5) === 0
        ? { capacity: Object.fromEntries(dimensions.map((dimension) => [dimension, room])) }
        : {}),
    };
  });
}

function tinyResource(
  random: Random,
  name: string,
  size: number,
  nodes: readonly PlacementNode[],
  dimensions: readonly string[],
  wishes: boolean,
): PlacementResource {
  const copies = random.int(1, Math.min(3, nodes.length));
  const heavier = dimensions.length > 0 && random.int(0, 2) === 0 ? { load: 2 } : {};
  const leading: PlacementRole = { name: 'MASTER', count: 1, ...heavier };
  const roles = random.pick<readonly PlacementRole[]>([
    copies > 1 ? [leading, { name: 'SLAVE', count: copies - 1 }] : [leading],
    copies > 1 ? [leading, { name: 'SLAVE', count: copies - 1 }] : [leading],
    [{ name: 'ONLINE', count: copies }],
    [{ name: 'ONLINE', count: random.int(0, 2) === 0 ? 'every' : 1 }],
  ]);
  const limit = random.int(0, 7) === 0 ? { maxReplicasPerNode: random.int(1, 3) } : {};
  return {
    name,
    roles,
    partitions: Array.from({ length: size }, (_, index) => {
      const { pinned, ...partition } = tinyPartition(random, index, roles, nodes, dimensions, wishes);
      // Pins beside a limit could contradict it.
      return pinned === undefined || limit.maxReplicasPerNode !== undefined ? partition : { ...partition, pinned };
    }),
    ...(random.int(0, 5) === 0 ? { tag: 'x' } : {}),
    ...limit,
  };
}

function tinyPartition(
  random: Random,
  index: number,
  roles: readonly PlacementRole[],
  nodes: readonly PlacementNode[],
  dimensions: readonly string[],
  wishes: boolean,
): PlacementPartition {
  const names = nodes.map(({ name }) => name);
  const slots = roles.flatMap(({ name, count }) =>
    Array.from({ length: count === 'every' ? nodes.length : count }, () => name),
  );
  const surplus = random.int(0, 5) === 0 ? 1 : 0;
  const standing = random.some([...names, 'departed'], random.int(0, slots.length + surplus));
  const [other = ''] = random.some(names, 1);
  const free = nodes.filter(
    ({ state, tags, maxReplicas, capacity }) =>
      state === 'live' && tags?.length !== 0 && maxReplicas === undefined && capacity === undefined,
  );
  const [pin] = random.int(0, 9) === 0 && roles[0]?.count !== 'every' && index > 0 ? random.some(free, 1) : [];
  const role = random.int(0, 1) === 0 ? { role: roles[0]?.name ?? '' } : {};
  return {
    name: `p${index}`,
    weight: Object.fromEntries(dimensions.map((dimension) => [dimension, random.int(1, 6)])),
    current: standing.map((node, at) => ({ node, role: slots[at] ?? roles.at(-1)?.name ?? '' })),
    ...(pin === undefined ? {} : { pinned: [{ node: pin.name, ...role }] }),
    ...(random.int(0, 9) === 0 && other !== pin?.name ? { forbidden: [other] } : {}),
    ...(wishes ? { bytes: random.int(1, 5) } : {}),
    ...(wishes && random.int(0, 2) === 0 ? { preferredLeaders: random.some(names, 2) } : {}),
  };
}

function tinyAffinities(random: Random, resources: number): Affinity[] {
  // One kind for all: two of them could contradict each other.
  const kind = random.pick(['together', 'apart'] as const);
  return Array.from({ length: random.int(0, 2) }, (): Affinity => {
    const level = random.pick(['zone', 'region', 'node', '']);
    return {
      kind,
      resources: [`r${random.int(0, resources - 1)}`, `r${random.int(0, resources - 1)}`],
      between: random.pick(['partition', 'resource'] as const),
      ...(level === '' ? {} : { level }),
      ...(random.int(0, 2) === 0 ? { weight: random.pick([0.5, 2]) } : {}),
    };
  });
}

/** What is asked for, and what wishes are worth: sometimes the defaults, sometimes with all of them counting. */
function tinyGoals(random: Random): Partial<PlacementGoals> {
  if (random.int(0, 1) === 0) return {};
  return {
    bytes: random.pick([0, 0.5]),
    leaderChanges: random.pick([0.5, 2]),
    spread: random.pick([0.1, 1]),
    preferredLeaders: random.pick([0.25, 1]),
    affinity: random.pick([0.5, 2]),
    copysets: random.pick([0, 0.1, 0.5]),
    resourceEvenness: random.pick([0, 1]),
  };
}
