import type {
  Affinity,
  PlacementNode,
  PlacementPartition,
  PlacementProblem,
  PlacementResource,
  PlacementRole,
} from '@keelson/placement';
import { type Random, randomFrom } from '../test-support/scenarios/random.ts';

const nowMs = 100_000;
const graceMs = 10_000;

/** A small problem with everything the model knows: each feature often enough to meet the others. */
export function wildProblem(seed: number): PlacementProblem {
  const random = randomFrom(seed);
  const dimensions = random.pick([[], [], ['cpu'], ['cpu', 'disk']]);
  const nodes = Array.from({ length: random.int(3, 9) }, (_, index) => wildNode(random, index, dimensions));
  const resources = ['alpha', 'beta', 'gamma']
    .slice(0, random.int(1, 3))
    .map((name) => wildResource(random, name, nodes, dimensions));
  const disabled = random.int(0, 3) === 0 ? [{ resource: 'alpha', partition: 'p0' }] : [];
  const affinities: Affinity[] =
    resources.length < 2 || random.int(0, 2) > 0
      ? []
      : [
          {
            kind: random.pick(['together', 'apart'] as const),
            resources: ['alpha', 'beta'],
            between: random.pick(['partition', 'resource'] as const),
          },
        ];
  return {
    dimensions,
    nodes: nodes.map((node, index) => (index === 0 ? { ...node, disabled } : node)),
    resources,
    affinities,
    topology: { levels: ['region', 'zone', 'host'], ...(random.int(0, 3) === 0 ? {} : { faultZone: 'zone' }) },
    nowMs,
    offlineGraceMs: graceMs,
    goals: { tolerance: random.pick([0, 0.02, 0.1, 0.5]), copysets: random.pick([0, 0, 0.1]) },
  };
}

function wildNode(random: Random, index: number, dimensions: readonly string[]): PlacementNode {
  const name = `n${index}`;
  const state = random.pick(['live', 'live', 'live', 'live', 'live', 'live', 'draining', 'offline'] as const);
  const room = random.int(20, 60);
  return {
    name,
    domain: `/r${index % 2}/z${index % random.int(2, 4)}/${name}`,
    state,
    ...(state === 'offline' ? { offlineSinceMs: nowMs - random.pick([graceMs / 2, 2 * graceMs]) } : {}),
    tags: random.int(0, 3) === 0 ? [] : ['x'],
    ...(random.int(0, 1) === 0
      ? { capacity: Object.fromEntries(dimensions.map((dimension) => [dimension, room])) }
      : {}),
    ...(random.int(0, 5) === 0 ? { maxReplicas: random.int(2, 8) } : {}),
    ...(random.int(0, 3) === 0 ? { share: random.pick([0.5, 2]) } : {}),
  };
}

function wildResource(
  random: Random,
  name: string,
  nodes: readonly PlacementNode[],
  dimensions: readonly string[],
): PlacementResource {
  const models: readonly (readonly PlacementRole[])[] = [
    [
      { name: 'MASTER', count: 1, load: random.pick([1, 1.5]) },
      { name: 'SLAVE', count: random.int(1, 2) },
    ],
    [
      { name: 'LEADER', count: 2 },
      { name: 'STANDBY', count: 1 },
    ],
    [{ name: 'ONLINE', count: random.int(1, 3) }],
    [{ name: 'ONLINE', count: 'every' }],
  ];
  const roles = random.pick(models);
  const tag = random.int(0, 4) === 0;
  const limit = random.int(0, 5) === 0 ? { maxReplicasPerNode: random.int(1, 5) } : {};
  const partitions = Array.from({ length: random.int(1, 14) }, (_, at) => {
    const { pinned, ...partition } = wildPartition(random, `p${at}`, roles, nodes, dimensions, tag);
    // More pins on a node than the resource's limit would contradict it.
    return pinned === undefined || limit.maxReplicasPerNode !== undefined ? partition : { ...partition, pinned };
  });
  return {
    name,
    roles,
    partitions,
    ...(tag ? { tag: 'x' } : {}),
    ...limit,
  };
}

function wildPartition(
  random: Random,
  name: string,
  roles: readonly PlacementRole[],
  nodes: readonly PlacementNode[],
  dimensions: readonly string[],
  tagged: boolean,
): PlacementPartition {
  const slots = roles.flatMap((role) =>
    Array.from({ length: role.count === 'every' ? nodes.length : role.count }, () => role.name),
  );
  const standing = random.some([...nodes.map((node) => node.name), 'departed'], random.int(0, slots.length));
  const able = nodes.filter(
    ({ state, tags, maxReplicas, capacity }) =>
      state === 'live' && !(tagged && tags?.length === 0) && maxReplicas === undefined && capacity === undefined,
  );
  const [pin] = random.int(0, 9) === 0 && roles[0]?.count !== 'every' ? random.some(able, 1) : [];
  const [forbidden] =
    random.int(0, 9) === 0
      ? random.some(
          nodes.filter((node) => node !== pin),
          1,
        )
      : [];
  const index = Number(name.slice(1));
  return {
    name,
    weight: Object.fromEntries(dimensions.map((dimension) => [dimension, random.int(1, 6)])),
    bytes: random.int(1, 5),
    current: standing.map((node, at) => ({ node, role: slots[at] ?? roles[0]?.name ?? '' })),
    // Node 1 may be switched off for partition 0: a pin there would contradict it.
    ...(pin === undefined || index === 0 ? {} : { pinned: [{ node: pin.name }] }),
    ...(forbidden === undefined ? {} : { forbidden: [forbidden.name] }),
    ...(random.int(0, 4) === 0 ? { preferredLeaders: random.some(nodes, 2).map((node) => node.name) } : {}),
  };
}
