import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import {
  DISABLED_ON_NODE,
  FORBIDDEN_BY_PARTITION,
  NODE_DRAINING,
  NODE_GONE,
  NODE_HELD,
  NODE_LIVE,
  NONE,
} from './compiled.ts';
import type { PlacementNode, PlacementProblem } from './problem.ts';

const SHARDS: PlacementProblem = {
  dimensions: ['disk', 'cpu'],
  topology: { levels: ['region', 'zone', 'host'], faultZone: 'zone' },
  nodes: [
    { name: 'n3', domain: '/eu/a/h3', capacity: { cpu: 8 }, state: 'draining' },
    { name: 'n1', domain: '/eu/a/h1', capacity: { cpu: 8, disk: 100 }, tags: ['ssd'], maxReplicas: 4, share: 2 },
    { name: 'n2', domain: '/us/a/h2', disabled: [{ resource: 'users', partition: 'u10' }, { resource: 'logs' }] },
  ],
  resources: [
    {
      name: 'users',
      roles: [
        { name: 'MASTER', count: 1, load: { cpu: 2 } },
        { name: 'SLAVE', count: 2 },
      ],
      partitions: [
        {
          name: 'u9',
          weight: { cpu: 1, disk: 5 },
          bytes: 7,
          current: [
            { node: 'n3', role: 'SLAVE' },
            { node: 'n1', role: 'SLAVE' },
            { node: 'n2', role: 'MASTER' },
          ],
        },
        {
          name: 'u10',
          weight: { disk: 3 },
          current: [{ node: 'lost', role: 'MASTER' }],
          forbidden: ['n2', 'n1'],
          pinned: [{ node: 'n3', role: 'SLAVE' }, { node: 'n1' }],
          preferredLeaders: ['n3', 'n1'],
        },
      ],
    },
    {
      name: 'logs',
      roles: [{ name: 'ONLINE', count: 'every' }],
      maxReplicasPerNode: 1,
      partitions: [{ name: 'l', forbidden: ['n3'] }],
    },
    { name: 'fast', tag: 'ssd', roles: [{ name: 'ONLINE', count: 1 }], partitions: [{ name: 'f' }] },
  ],
  affinities: [{ kind: 'apart', resources: ['users', 'logs'], between: 'resource', level: 'region' }],
  goals: { tolerance: 0.1 },
};

describe('compile', () => {
  test('puts nodes in the order of their names, with their domains as whole paths', () => {
    const c = compile(SHARDS);
    expect(c.nodeNames).toEqual(['n1', 'n2', 'n3']);
    expect([...c.nodeState]).toEqual([NODE_LIVE, NODE_LIVE, NODE_DRAINING]);
    expect(c.dimensionNames).toEqual(['cpu', 'disk']);
    expect([...c.capacity]).toEqual([8, 100, Infinity, Infinity, 8, Infinity]);
    expect([...c.share]).toEqual([2, 1, 1]);
    expect([...c.maxReplicas]).toEqual([4, 2 ** 31 - 1, 2 ** 31 - 1]);
    expect([...c.zone]).toEqual([0, 1, 0]);
    expect(c.zoneNames).toEqual(['/eu/a', '/us/a']);
    expect(c.widerDomains.map((domain) => [...domain])).toEqual([[0, 1, 0]]);
    expect([c.zones, c.zoneLevel, c.widerLevels]).toEqual([2, 'zone', ['region']]);
  });

  test('puts resources and partitions in the order of their names, with the slots of their roles', () => {
    const c = compile(SHARDS);
    expect(c.resourceNames).toEqual(['fast', 'logs', 'users']);
    expect(c.partitionNames).toEqual(['f', 'l', 'u10', 'u9']);
    expect([...c.partitionsFrom]).toEqual([0, 1, 2, 4]);
    expect([...c.resourceOf]).toEqual([0, 1, 2, 2]);
    expect([...c.slotsFrom]).toEqual([0, 1, 2, 5, 8]);
    expect([...c.slotRole]).toEqual([0, 0, 0, 1, 1, 0, 1, 1]);
    expect(c.roleLoad.map((loads) => [...loads])).toEqual([
      [1, 1],
      [1, 1],
      [2, 1, 1, 1],
    ]);
    expect(c.roleLeads.map((leads) => [...leads])).toEqual([[0], [0], [1, 0]]);
    expect(c.rolesWeighAlike).toEqual([true, true, false]);
    expect([...c.weight]).toEqual([0, 0, 0, 0, 0, 3, 1, 5]);
    expect([...c.bytes]).toEqual([1, 1, 1, 7]);
    expect([...c.maxPerNode]).toEqual([2 ** 31 - 1, 1, 2 ** 31 - 1]);
  });

  test('says which nodes may hold a resource, and why not the others', () => {
    const c = compile(SHARDS);
    expect(c.eligible.map((nodes) => [...nodes])).toEqual([[0], [0, 2], [0, 1, 2]]);
    expect(c.isEligible.map((flags) => [...flags])).toEqual([
      [1, 0, 0],
      [1, 0, 1],
      [1, 1, 1],
    ]);
    expect(c.hasTag.map((flags) => [...flags])).toEqual([
      [1, 0, 0],
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(c.isDisabled.map((flags) => [...flags])).toEqual([
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]);
    expect(c.tags).toEqual(['ssd', undefined, undefined]);
  });

  test('keeps what stands on nodes that exist, by role and then node, and the exceptions of single partitions', () => {
    const c = compile(SHARDS);
    expect([...c.currentFrom]).toEqual([0, 0, 0, 0, 3]);
    expect([...c.currentNode]).toEqual([1, 0, 2]);
    expect([...c.currentRole]).toEqual([0, 1, 1]);
    expect([...c.forbiddenFrom]).toEqual([0, 0, 1, 3, 3]);
    expect([...c.forbiddenNode]).toEqual([2, 0, 1]);
    expect([...c.forbiddenBy]).toEqual([
      FORBIDDEN_BY_PARTITION,
      FORBIDDEN_BY_PARTITION,
      FORBIDDEN_BY_PARTITION | DISABLED_ON_NODE,
    ]);
    expect([...c.pinnedFrom]).toEqual([0, 0, 0, 2, 2]);
    expect([...c.pinnedNode]).toEqual([0, 2]);
    expect([...c.pinnedRole]).toEqual([NONE, 1]);
    expect([...c.preferredFrom]).toEqual([0, 0, 0, 2, 2]);
    expect([...c.preferredNode]).toEqual([2, 0]);
  });

  test('resolves affinities and completes the goals', () => {
    const c = compile(SHARDS);
    expect(c.affinities).toEqual([
      { together: false, first: 2, second: 1, partner: undefined, domain: Int32Array.of(0, 1, 0), weight: 1 },
    ]);
    expect(c.goals).toMatchObject({ tolerance: 0.1, leaderTolerance: 0.02, moves: 1 });
  });

  test('counts replicas where no dimension is given', () => {
    const c = compile({
      nodes: [{ name: 'a' }],
      resources: [
        {
          name: 'r',
          roles: [
            { name: 'M', count: 1, load: 3 },
            { name: 'S', count: 1 },
          ],
          partitions: [{ name: 'p' }],
        },
      ],
    });
    expect([c.unweighted, c.D, [...c.weight], [...(c.roleLoad[0] ?? [])], [...c.capacity]]).toEqual([
      true,
      1,
      [1],
      [1, 1],
      [Infinity],
    ]);
    expect([c.zones, c.zoneNames, c.widerDomains]).toEqual([1, ['a'], []]);
  });

  test('holds an offline node for the grace and no longer', () => {
    const nodes: PlacementNode[] = [
      { name: 'a', state: 'offline', offlineSinceMs: 500 },
      { name: 'b', state: 'offline', offlineSinceMs: 501 },
      { name: 'c', state: 'offline' },
    ];
    expect([...compile({ nodes, resources: [], nowMs: 1500, offlineGraceMs: 1000 }).nodeState]).toEqual([
      NODE_GONE,
      NODE_HELD,
      NODE_GONE,
    ]);
    expect([...compile({ nodes, resources: [], nowMs: 500 }).nodeState]).toEqual([NODE_GONE, NODE_GONE, NODE_GONE]);
  });

  test('asks of `every` one replica on each node that takes or keeps it', () => {
    const problem: PlacementProblem = {
      nodes: [
        { name: 'a' },
        { name: 'b', state: 'draining' },
        { name: 'c', state: 'offline', offlineSinceMs: 0 },
        { name: 'd' },
      ],
      offlineGraceMs: 10,
      resources: [
        {
          name: 'r',
          roles: [{ name: 'ONLINE', count: 'every' }],
          partitions: [{ name: 'p' }, { name: 'q', forbidden: ['a', 'b'], current: [{ node: 'c', role: 'ONLINE' }] }],
        },
      ],
    };
    expect([...compile(problem).slotsFrom]).toEqual([0, 2, 4]);
  });

  test('gives equal arrays whatever the order of the input', () => {
    const turned: PlacementProblem = {
      ...SHARDS,
      dimensions: ['cpu', 'disk'],
      nodes: SHARDS.nodes.toReversed(),
      resources: SHARDS.resources
        .toReversed()
        .map((resource) => ({ ...resource, partitions: resource.partitions.toReversed() })),
    };
    expect(compile(turned)).toEqual(compile(SHARDS));
  });

  test('finds the partition of the same name for affinities between partitions', () => {
    const roles = [{ name: 'ONLINE', count: 1 }];
    const c = compile({
      nodes: [{ name: 'a' }],
      resources: [
        { name: 'orders', roles, partitions: [{ name: '1' }, { name: '2' }, { name: '4' }] },
        { name: 'items', roles, partitions: [{ name: '4' }, { name: '3' }, { name: '1' }] },
      ],
      affinities: [{ kind: 'together', resources: ['orders', 'items'], between: 'partition' }],
    });
    expect(c.affinities[0]?.partner).toEqual(Int32Array.of(0, NONE, 2));
  });
});
