import {
  type Arbitrary,
  array,
  boolean,
  constantFrom,
  infiniteStream,
  integer,
  option,
  record,
  type Stream,
  tuple,
  uniqueArray,
} from 'fast-check';
import { checkProblem } from '../src/model/check-problem.ts';
import type {
  Affinity,
  PlacementNode,
  PlacementPartition,
  PlacementProblem,
  PlacementResource,
  PlacementRole,
} from '../src/model/problem.ts';

const LEVELS = ['region', 'zone'];
const DIMENSIONS = ['cpu', 'disk'];

const MODELS: readonly (readonly PlacementRole[])[] = [
  [
    { name: 'MASTER', count: 1, load: { cpu: 2 } },
    { name: 'SLAVE', count: 2 },
  ],
  [
    { name: 'LEADER', count: 2 },
    { name: 'STANDBY', count: 1, load: 0.5 },
  ],
  [{ name: 'ONLINE', count: 2 }],
  [{ name: 'ONLINE', count: 'every' }],
];

/** One in `n`. */
const rarely = (n: number): Arbitrary<boolean> => integer({ min: 1, max: n }).map((drawn) => drawn === 1);
const whenRare = <T>(n: number, arbitrary: Arbitrary<T>): Arbitrary<T | undefined> =>
  tuple(rarely(n), arbitrary).map(([is, value]) => (is ? value : undefined));

const node: Arbitrary<Omit<PlacementNode, 'name'>> = record({
  capacity: record({ cpu: integer({ min: 0, max: 40 }), disk: integer({ min: 5, max: 60 }) }, { requiredKeys: [] }),
  tags: constantFrom([], [], ['ssd']),
  domain: tuple(integer({ min: 0, max: 1 }), integer({ min: 0, max: 2 })).map(([r, z]) => `/r${r}/z${z}`),
  state: constantFrom('live', 'live', 'live', 'live', 'draining', 'offline'),
  offlineSinceMs: constantFrom(0, 100),
  maxReplicas: integer({ min: 1, max: 12 }),
  share: constantFrom(1, 1, 2),
}).chain((drawn) =>
  record({ limited: rarely(3) }).map(({ limited }) => {
    const { maxReplicas, ...others } = drawn;
    return limited ? { ...others, maxReplicas } : others;
  }),
);

interface PartitionDraw {
  readonly weight: { cpu: number; disk: number };
  readonly bytes: number;
  readonly current: readonly number[];
  readonly roles: readonly number[];
  readonly pinned: number | undefined;
  readonly pinnedRole: boolean;
  readonly forbidden: readonly number[] | undefined;
  readonly preferred: readonly number[] | undefined;
  readonly disabledOn: number | undefined;
}

const someNodes = (max: number): Arbitrary<number[]> => uniqueArray(integer({ min: 0, max: 7 }), { maxLength: max });

const partition: Arbitrary<PartitionDraw> = record({
  weight: record({ cpu: integer({ min: 0, max: 9 }), disk: integer({ min: 0, max: 63 }).map((n) => n / 7) }),
  bytes: integer({ min: 0, max: 5 }),
  current: someNodes(3),
  roles: array(integer({ min: 0, max: 1 }), { minLength: 3, maxLength: 3 }),
  pinned: whenRare(6, integer({ min: 0, max: 7 })),
  pinnedRole: boolean(),
  forbidden: whenRare(4, someNodes(3)),
  preferred: whenRare(3, someNodes(2)),
  disabledOn: whenRare(6, integer({ min: 0, max: 7 })),
});

const resource = record({
  roles: constantFrom(...MODELS),
  partitions: array(partition, { minLength: 1, maxLength: 4 }),
  tag: constantFrom(undefined, undefined, 'ssd'),
  maxReplicasPerNode: option(integer({ min: 1, max: 4 }), { nil: undefined, freq: 3 }),
});

const affinity = record({
  kind: constantFrom<'together' | 'apart'>('together', 'apart'),
  resources: tuple(integer({ min: 0, max: 1 }), integer({ min: 0, max: 1 })),
  between: constantFrom<'partition' | 'resource'>('partition', 'resource'),
  level: constantFrom('node', 'zone', 'region'),
  weight: constantFrom(1, 3),
});

interface Draw {
  readonly nodes: readonly Omit<PlacementNode, 'name'>[];
  readonly resources: readonly {
    readonly roles: readonly PlacementRole[];
    readonly partitions: readonly PartitionDraw[];
    readonly tag: string | undefined;
    readonly maxReplicasPerNode: number | undefined;
  }[];
  readonly affinities: readonly (Omit<Affinity, 'resources'> & { readonly resources: readonly [number, number] })[];
  readonly weighted: boolean;
  readonly zoned: boolean;
  readonly graceMs: number;
  readonly tolerance: number;
}

function without<T extends object, Key extends keyof T>(value: T, key: Key): Omit<T, Key> {
  const copy = { ...value };
  delete copy[key];
  return copy;
}

const nodeName = (at: number): string => `n${at}`;

function partitionFrom(
  drawn: PartitionDraw,
  at: number,
  roles: readonly PlacementRole[],
  nodes: number,
): PlacementPartition {
  const existing = (list: readonly number[]): number[] => list.filter((n) => n < nodes);
  const roleAt = (index: number): string => roles[index % roles.length]?.name ?? '';
  const { pinned } = drawn;
  const forbidden = existing(drawn.forbidden ?? []).filter((n) => n !== pinned);
  return {
    name: `p${at}`,
    weight: drawn.weight,
    bytes: drawn.bytes,
    current: drawn.current.map((n, i) => ({ node: nodeName(n), role: roleAt(drawn.roles[i] ?? 0) })),
    ...(forbidden.length === 0 ? {} : { forbidden: forbidden.map(nodeName) }),
    ...(drawn.preferred === undefined ? {} : { preferredLeaders: existing(drawn.preferred).map(nodeName) }),
    ...(pinned === undefined || pinned >= nodes
      ? {}
      : { pinned: [{ node: nodeName(pinned), ...(drawn.pinnedRole ? { role: roleAt(0) } : {}) }] }),
  };
}

function problemFrom(draw: Draw): PlacementProblem {
  const nodes: PlacementNode[] = draw.nodes.map((drawn, n) => ({
    ...drawn,
    name: nodeName(n),
    disabled: draw.resources.flatMap(({ partitions }, k) =>
      partitions.flatMap(({ disabledOn }, p) =>
        disabledOn === n ? [{ resource: `r${k}`, ...(p === 0 ? {} : { partition: `p${p}` }) }] : [],
      ),
    ),
  }));
  const resources: PlacementResource[] = draw.resources.map(({ roles, partitions, tag, maxReplicasPerNode }, k) => ({
    name: `r${k}`,
    roles,
    ...(tag === undefined ? {} : { tag }),
    ...(maxReplicasPerNode === undefined ? {} : { maxReplicasPerNode }),
    partitions: partitions.map((drawn, p) => partitionFrom(drawn, p, roles, nodes.length)),
  }));
  return {
    ...(draw.weighted ? { dimensions: DIMENSIONS } : {}),
    nodes: draw.weighted ? nodes : nodes.map((one) => without(one, 'capacity')),
    resources: draw.weighted ? resources : resources.map(withoutWeights),
    topology: { levels: LEVELS, ...(draw.zoned ? { faultZone: 'zone' } : {}) },
    affinities: draw.affinities.map((one) => ({
      ...one,
      resources: [`r${one.resources[0] % resources.length}`, `r${one.resources[1] % resources.length}`],
    })),
    goals: { copysets: 0.5, bytes: 0.2, tolerance: draw.tolerance },
    nowMs: 150,
    offlineGraceMs: draw.graceMs,
  };
}

const withoutWeights = ({ partitions, roles, ...resource }: PlacementResource): PlacementResource => ({
  ...resource,
  roles: roles.map((role) => without(role, 'load')),
  partitions: partitions.map((one) => without(one, 'weight')),
});

/** Small problems with some of everything: tags, zones, pins, offline and draining nodes, tight rooms, affinities. All of them valid. */
export const arbitraryProblem: Arbitrary<PlacementProblem> = record<Draw>({
  nodes: array(node, { minLength: 1, maxLength: 8 }),
  resources: array(resource, { minLength: 1, maxLength: 2 }),
  affinities: array(affinity, { maxLength: 2 }),
  weighted: boolean(),
  zoned: boolean(),
  graceMs: constantFrom(0, 100),
  tolerance: constantFrom(0, 0.02, 0.3),
})
  .map(problemFrom)
  .filter(isValid);

function isValid(problem: PlacementProblem): boolean {
  try {
    checkProblem(problem);
    return true;
  } catch {
    return false;
  }
}

/** Endless numbers from 0 to 999, to draw assignments from. */
export const arbitraryNumbers: Arbitrary<Stream<number>> = infiniteStream(integer({ min: 0, max: 999 }));
