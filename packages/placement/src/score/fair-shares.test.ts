import { assert, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryProblem } from '../../test-support/arbitrary-problem.ts';
import { factsOf } from '../../test-support/oracles/facts.ts';
import { fairLeaders, fairLoads } from '../../test-support/oracles/fair-shares.ts';
import { compile } from '../model/compile.ts';
import type { PlacementNode, PlacementProblem, PlacementResource } from '../model/problem.ts';
import { fairShares } from './fair-shares.ts';

const nodes = (count: number, more: (i: number) => Partial<PlacementNode> = () => ({})): PlacementNode[] =>
  Array.from({ length: count }, (_, i) => ({ name: `n${i}`, ...more(i) }));

const resource = (name: string, partitions: number, more: Partial<PlacementResource> = {}): PlacementResource => ({
  name,
  roles: [
    { name: 'MASTER', count: 1 },
    { name: 'SLAVE', count: 2 },
  ],
  partitions: Array.from({ length: partitions }, (_, i) => ({ name: `p${i}` })),
  ...more,
});

const shares = (problem: PlacementProblem): { load: number[]; leaders: number[] } => {
  const { load, leaders } = fairShares(compile(problem));
  return { load: [...load], leaders: [...leaders] };
};
const near = (values: readonly number[]): unknown[] => values.map((value) => expect.closeTo(value, 5));

describe('fairShares', () => {
  test('nothing in the way: in proportion to the shares', () => {
    const fair = shares({ nodes: nodes(5, (i) => ({ share: i === 0 ? 2 : 1 })), resources: [resource('a', 20)] });
    expect(fair.load).toEqual([20, 10, 10, 10, 10]);
    expect(fair.leaders).toEqual(near([20 / 3, 10 / 3, 10 / 3, 10 / 3, 10 / 3]));
  });

  test('no node holds more than one replica of each partition, however large its share', () => {
    const fair = shares({ nodes: nodes(4, (i) => ({ share: i === 0 ? 100 : 1 })), resources: [resource('a', 10)] });
    expect(fair.load).toEqual(near([10, 20 / 3, 20 / 3, 20 / 3]));
  });

  test('a zone of one node cannot pass its load on; its leaders can be led elsewhere', () => {
    const fair = shares({
      nodes: nodes(5, (i) => ({ domain: `/z${i >> 1}` })),
      topology: { levels: ['zone'], faultZone: 'zone' },
      resources: [resource('a', 10)],
    });
    expect(fair.load).toEqual([5, 5, 5, 5, 10]);
    expect(fair.leaders).toEqual([2, 2, 2, 2, 2]);
  });

  describe('a leader that weighs more than a follower', () => {
    /** Three zones, a replica of every partition in each: one of four nodes, two of two. */
    const ofThreeZones = (leaderTolerance: number): PlacementProblem => ({
      dimensions: ['cpu'],
      goals: { leaderTolerance },
      nodes: nodes(8, (i) => ({ domain: `/${i < 4 ? 'a' : i < 6 ? 'b' : 'c'}` })),
      topology: { levels: ['zone'], faultZone: 'zone' },
      resources: [
        resource('a', 16, {
          roles: [
            { name: 'MASTER', count: 1, load: 2 },
            { name: 'SLAVE', count: 2 },
          ],
          partitions: Array.from({ length: 16 }, (_, i) => ({ name: `p${i}`, weight: { cpu: 1 } })),
        }),
      ],
    });

    test('is led where leaders are fair, so a zone carries its followers and its part of the leaders', () => {
      const { load, leaders } = shares(ofThreeZones(0));
      expect(leaders).toEqual(near([2, 2, 2, 2, 2, 2, 2, 2]));
      // Each zone holds sixteen replicas, and every node leads two of sixteen.
      expect(load).toEqual(near([6, 6, 6, 6, 10, 10, 10, 10]));
    });

    test('may be led anywhere where leaders need not be even', () => {
      expect(shares(ofThreeZones(1)).load).toEqual(near([8, 8, 8, 8, 8, 8, 8, 8]));
    });

    test('weighs nothing that has a place of its own where no zone is in the way', () => {
      const { topology: _, ...open } = ofThreeZones(0);
      expect(shares(open).load).toEqual(near([8, 8, 8, 8, 8, 8, 8, 8]));
    });
  });

  test('fewer zones than replicas: two may share one', () => {
    const fair = shares({
      nodes: nodes(5, (i) => ({ domain: i < 2 ? '/a' : '/b' })),
      topology: { levels: ['zone'], faultZone: 'zone' },
      resources: [resource('a', 10)],
    });
    expect(fair.load).toEqual([6, 6, 6, 6, 6]);
  });

  test('fewer zones than replicas: the small one holds a replica of each partition all the same', () => {
    const fair = shares({
      nodes: nodes(10, (i) => ({ domain: i < 2 ? '/a' : '/b' })),
      topology: { levels: ['zone'], faultZone: 'zone' },
      resources: [resource('a', 16)],
    });
    expect(fair.load).toEqual(near([8, 8, 4, 4, 4, 4, 4, 4, 4, 4]));
    expect(fair.leaders).toEqual(near(Array.from({ length: 10 }, () => 1.6)));
  });

  test('a tagged resource takes its own nodes, the others make room for it', () => {
    const fair = shares({
      nodes: nodes(10, (i) => (i < 4 ? { tags: ['ssd'] } : {})),
      resources: [resource('a', 10, { tag: 'ssd' }), resource('b', 20)],
    });
    expect(fair.load).toEqual(near([9, 9, 9, 9, 9, 9, 9, 9, 9, 9]));
  });

  test('where tagged load alone is more than the mean it stays, and everything else goes elsewhere', () => {
    const fair = shares({
      nodes: nodes(6, (i) => (i < 3 ? { tags: ['ssd'] } : {})),
      resources: [resource('a', 30, { tag: 'ssd' }), resource('b', 10)],
    });
    expect(fair.load).toEqual(near([30, 30, 30, 10, 10, 10]));
  });

  test('room bounds what a node should carry, in the dimension that is short', () => {
    const fair = shares({
      dimensions: ['cpu', 'disk'],
      nodes: nodes(4, (i) => (i === 0 ? { capacity: { disk: 3 } } : {})),
      resources: [
        {
          ...resource('a', 0),
          partitions: [
            { name: 'p0', weight: { cpu: 1, disk: 4 } },
            { name: 'p1', weight: { cpu: 1, disk: 4 } },
          ],
        },
      ],
    });
    expect(fair.load).toEqual(near([1.5, 3, 1.5, 7, 1.5, 7, 1.5, 7]));
  });

  test('drained and lost nodes have no share; a held node keeps its own out of it', () => {
    const problem = (state: 'draining' | 'offline', graceMs: number): PlacementProblem => ({
      nodes: nodes(4, (i) => (i === 0 ? { state, offlineSinceMs: 0 } : {})),
      offlineGraceMs: graceMs,
      resources: [
        {
          ...resource('a', 0),
          partitions: [
            { name: 'p', current: ['MASTER', 'SLAVE', 'SLAVE'].map((role, i) => ({ node: `n${i}`, role })) },
          ],
        },
      ],
    });
    expect(shares(problem('draining', 0)).load).toEqual([0, 1, 1, 1]);
    expect(shares(problem('offline', 0)).load).toEqual([0, 1, 1, 1]);
    const held = shares(problem('offline', 10));
    expect(held.load).toEqual(near([0, 2 / 3, 2 / 3, 2 / 3]));
    expect(held.leaders).toEqual(near([0, 1 / 3, 1 / 3, 1 / 3]));
  });

  test('a limit per node and resource counts', () => {
    const fair = shares({
      nodes: nodes(4, (i) => ({ share: i === 0 ? 5 : 1 })),
      resources: [resource('a', 8, { maxReplicasPerNode: 7 })],
    });
    expect(fair.load).toEqual(near([7, 17 / 3, 17 / 3, 17 / 3]));
  });

  test('agrees with shares found by raising levels along least cuts of a flow', () => {
    assert(
      property(arbitraryProblem, (drawn) => {
        const input = withoutLimits(drawn);
        const problem = compile(input);
        const facts = factsOf(input);
        const fair = fairShares(problem);
        const at = problem.nodeNames.map((name) => facts.nodeAt.get(name) ?? 0);
        const leaders = fairLeaders(facts);
        expect([...fair.leaders]).toEqual(at.map((i) => closeTo(leaders[i] ?? 0, leaders)));
        for (const [d, name] of problem.dimensionNames.entries()) {
          const loads = fairLoads(facts, facts.dimensions.indexOf(name));
          const ours = at.map((_, n) => fair.load[n * problem.D + d] ?? 0);
          expect(ours).toEqual(at.map((i) => closeTo(loads[i] ?? 0, loads)));
        }
      }),
      { numRuns: 100 },
    );
  });
});

const closeTo = (value: number, all: readonly number[]): unknown =>
  expect.toSatisfy((other: number) => Math.abs(other - value) <= 1e-4 * (1 + Math.max(...all)), `${value}`);

/** What the two count differently: roles of different weight where zones are short, limits, held places, pins. */
const withoutLimits = (problem: PlacementProblem): PlacementProblem => ({
  ...problem,
  offlineGraceMs: 0,
  nodes: problem.nodes.map(({ name, tags = [], domain = '', state = 'live', share = 1, disabled = [] }) => ({
    name,
    tags,
    domain,
    state,
    share,
    disabled,
  })),
  resources: problem.resources.map((one) => ({
    ...one,
    maxReplicasPerNode: 1000,
    roles: one.roles.map((role) => ({ ...role, load: 1, leader: role.leader ?? false })),
    partitions: one.partitions.map((partition) => ({ ...partition, pinned: [] })),
  })),
});
