import { describe, expect, test } from 'vitest';
import { compile } from '../model/compile.ts';
import type { PlacementNode, PlacementProblem, PlacementRole } from '../model/problem.ts';
import { PlacementError } from '../placement-error.ts';
import { type PlanOptions, planMoves } from './index.ts';

const ONE: readonly PlacementRole[] = [{ name: 'ONLINE', count: 1 }];
const MASTER_SLAVE: readonly PlacementRole[] = [
  { name: 'MASTER', count: 1, load: 2 },
  { name: 'SLAVE', count: 1 },
];

/**
 * Plans moves written as `'a b > c b'`: where the replicas of a partition stand and shall stand, in the order of the roles. Partitions
 * are called p0, p1… and weigh 1.
 */
function plan(
  nodes: readonly PlacementNode[],
  roles: readonly PlacementRole[],
  moves: readonly string[],
  options?: PlanOptions,
  more?: Partial<PlacementProblem>,
) {
  const parts = moves.map((move) =>
    move.split('>').map((side) =>
      side
        .trim()
        .split(' ')
        .filter((name) => name !== ''),
    ),
  );
  const roleAt = (i: number): string =>
    roles.flatMap(({ name, count }) => Array.from({ length: Number(count) }, () => name))[i] ?? '';
  const problem = compile({
    dimensions: ['disk'],
    nodes,
    resources: [
      {
        name: 'r',
        roles,
        partitions: parts.map(([present], p) => ({
          name: `p${p}`,
          weight: { disk: 1 },
          bytes: 10,
          current: (present ?? []).map((node, i) => ({ node, role: roleAt(i) })),
        })),
      },
    ],
    ...more,
  });
  const node = new Int32Array(problem.S).fill(-1);
  for (const [p, [, target]] of parts.entries())
    for (const [i, name] of (target ?? []).entries())
      node[(problem.slotsFrom[p] ?? 0) + i] = problem.nodeNames.indexOf(name);
  const made = planMoves(problem, { node }, options);
  const lines = made.steps.map(({ kind, partition, node: at, role, was, from, temporary, after }, i) => {
    const roleText = kind === 'drop' ? '' : ` ${was === undefined ? '' : `${was}→`}${role}`;
    return `${i} ${kind} ${partition}@${at}${roleText}${from === undefined ? '' : ` for ${from}`}${temporary ? ' for a while' : ''}${after.length === 0 ? '' : ` after ${after.join()}`}`;
  });
  return { ...made, lines };
}

const nodes = (capacity: number, ...names: readonly string[]): readonly PlacementNode[] =>
  names.map((name) => ({ name, capacity: { disk: capacity } }));

describe('planMoves', () => {
  test('copies before it drops', () => {
    const { lines, waves, copies, bytes } = plan(nodes(9, 'a', 'b'), ONE, ['a > b']);
    expect(lines).toEqual(['0 add p0@b ONLINE for a', '1 drop p0@a after 0']);
    expect(waves).toEqual([[0], [1]]);
    expect([copies, bytes]).toEqual([1, 10]);
  });

  test('does nothing where nothing changes', () => {
    expect(plan(nodes(9, 'a'), ONE, ['a > a'])).toEqual({
      steps: [],
      waves: [],
      borrowed: [],
      copies: 0,
      bytes: 0,
      lines: [],
    });
  });

  test('changes leaders in one hand-over, once the new one stands, and the old one stays until then', () => {
    expect(plan(nodes(9, 'a', 'b', 'c'), MASTER_SLAVE, ['a b > c b']).lines).toEqual([
      '0 add p0@c SLAVE for a',
      '1 demote p0@a MASTER→SLAVE after 0',
      '2 promote p0@c SLAVE→MASTER after 1',
      '3 drop p0@a after 0,2',
    ]);
  });

  test('lets leaders change places last of all', () => {
    expect(plan(nodes(9, 'a', 'b', 'c'), MASTER_SLAVE, ['a b > b a', 'a b > a c']).lines).toEqual([
      '0 add p1@c SLAVE for b',
      '1 drop p1@b after 0',
      '2 demote p0@a MASTER→SLAVE',
      '3 promote p0@b SLAVE→MASTER after 2',
    ]);
  });

  test('lets a copy wait for the room that another replica gives', () => {
    expect(plan(nodes(1, 'a', 'b', 'c'), ONE, ['a > b', 'b > c']).lines).toEqual([
      '0 add p1@c ONLINE for b',
      '1 drop p1@b after 0',
      '2 add p0@b ONLINE for a after 1',
      '3 drop p0@a after 2',
    ]);
  });

  test('lets a leader wait for the room that its role takes', () => {
    const { lines, borrowed } = plan(nodes(3, 'a', 'b'), MASTER_SLAVE, ['a b > b a', 'b a > a b']);
    expect(borrowed).toEqual([]);
    expect(lines).toHaveLength(4);
    const full = plan(
      [{ name: 'a', capacity: { disk: 2 } }, { name: 'b', capacity: { disk: 2 } }, { name: 'c' }],
      MASTER_SLAVE,
      ['c a > a c', 'a b > c b'],
    );
    expect(full.lines.indexOf('3 drop p1@a after 0,2')).toBeLessThan(
      full.lines.findIndex((line) => line.includes('promote p0@a')),
    );
    expect(full.borrowed).toEqual([]);
  });

  test('breaks a circle on full nodes by a third place', () => {
    const { lines, borrowed, copies } = plan([...nodes(1, 'a', 'b'), { name: 'z', capacity: { disk: 1 } }], ONE, [
      'a > b',
      'b > a',
    ]);
    expect(lines).toEqual([
      '0 add p1@z ONLINE for b for a while',
      '1 drop p1@b after 0',
      '2 add p0@b ONLINE for a after 1',
      '3 drop p0@a after 2',
      '4 add p1@a ONLINE for z after 3',
      '5 drop p1@z for a while after 1,4',
    ]);
    expect([borrowed, copies]).toEqual([[], 3]);
  });

  test('says how much room it borrows where there is no third place', () => {
    const { lines, borrowed } = plan(nodes(1, 'a', 'b'), ONE, ['a > b', 'b > a']);
    expect(borrowed).toEqual([{ what: 'capacity', node: 'b', dimension: 'disk', amount: 1, step: 0 }]);
    expect(lines).toEqual([
      '0 add p0@b ONLINE for a',
      '1 drop p0@a after 0',
      '2 add p1@a ONLINE for b after 1',
      '3 drop p1@b after 2',
    ]);
  });

  test('borrows places on a node like room', () => {
    const full = ['a', 'b'].map((name) => ({ name, maxReplicas: 1 }));
    expect(plan(full, ONE, ['a > b', 'b > a']).borrowed).toEqual([{ what: 'replicas', node: 'b', amount: 1, step: 0 }]);
  });

  test('drops first instead, where that is allowed and enough replicas stay', () => {
    const two: readonly PlacementRole[] = [{ name: 'ONLINE', count: 2 }];
    const four = [...nodes(1, 'a', 'b'), ...nodes(2, 'c')];
    const circle = ['a c > b c', 'b c > a c'];
    const { lines, borrowed } = plan(four, two, circle, { whenFull: 'drop-first' });
    expect(borrowed).toEqual([]);
    expect(lines).toEqual([
      '0 drop p1@b',
      '1 add p0@b ONLINE for a after 0',
      '2 drop p0@a after 1',
      '3 add p1@a ONLINE for b after 2',
    ]);
    expect(plan(four, two, circle, { whenFull: 'drop-first', minInService: 2 }).borrowed).toHaveLength(1);
  });

  test('lets zones be left before they are entered', () => {
    const zoned = [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
      ['c1', 'c'],
    ].map(([name = '', domain = '']) => ({ name, domain }));
    const topology = { topology: { levels: ['zone'], faultZone: 'zone' } };
    const two: readonly PlacementRole[] = [{ name: 'ONLINE', count: 2 }];
    const way = plan(zoned, two, ['a1 b1 > c1 a2'], {}, topology);
    expect(way.lines).toEqual([
      '0 add p0@c1 ONLINE for a1',
      '1 drop p0@a1 after 0',
      '2 add p0@a2 ONLINE for b1 after 1',
      '3 drop p0@b1 after 2',
    ]);
    expect(way.borrowed).toEqual([]);
    const within = plan(zoned, two, ['a1 b1 > a2 b1'], {}, topology);
    expect(within.borrowed).toEqual([{ what: 'fault-zone', node: 'a2', amount: 1, step: 0 }]);
    const first = plan(zoned, two, ['a1 b1 > a2 b1'], { whenFull: 'drop-first' }, topology);
    expect(first.lines).toEqual(['0 drop p0@a1', '1 add p0@a2 ONLINE for a1 after 0']);
    expect(first.borrowed).toEqual([]);
  });

  test('says nothing of what is lost, and makes up for it first', () => {
    const three: readonly PlacementNode[] = [{ name: 'a', state: 'offline' }, { name: 'b' }, { name: 'c' }];
    expect(plan(three, MASTER_SLAVE, ['b c > c b', 'a b > b c']).lines).toEqual([
      '0 add p1@c SLAVE',
      '1 demote p0@b MASTER→SLAVE',
      '2 promote p0@c SLAVE→MASTER after 1',
      '3 promote p1@b SLAVE→MASTER',
    ]);
  });

  test('gives up what is too many without waiting', () => {
    expect(plan(nodes(9, 'a', 'b'), [{ name: 'ONLINE', count: 2 }], ['a b > a']).lines).toEqual(['0 drop p0@b']);
  });

  test('fills waves as far as the limits on copies allow', () => {
    const moves = ['a > b', 'a > b', 'a > b', 'a > c'];
    expect(plan(nodes(9, 'a', 'b', 'c'), ONE, moves, { copiesPerNode: 1 }).waves).toEqual([
      [0, 3],
      [1, 4, 7],
      [2, 5],
      [6],
    ]);
    expect(plan(nodes(9, 'a', 'b', 'c'), ONE, moves, { copiesAtOnce: 3 }).waves).toEqual([
      [0, 1, 2],
      [3, 4, 5, 6],
      [7],
    ]);
    expect(plan(nodes(9, 'a', 'b', 'c'), ONE, moves, { bytesAtOnce: 25 }).waves).toEqual([
      [0, 1],
      [2, 3, 4, 5],
      [6, 7],
    ]);
    expect(plan(nodes(9, 'a', 'b', 'c'), ONE, moves, { bytesAtOnce: 1 }).waves).toHaveLength(5);
  });

  test.each<[string, unknown, string]>([
    ['a limit of nothing', { copiesPerNode: 0 }, 'options.copiesPerNode'],
    ['a negative limit', { bytesAtOnce: -1 }, 'options.bytesAtOnce'],
    ['an unknown way', { whenFull: 'wait' }, 'options.whenFull'],
    ['a text for a truth', { temporary: 'no' }, 'options.temporary'],
    ['half a replica', { minInService: 0.5 }, 'options.minInService'],
    ['no options', null, 'options'],
  ])('refuses %s', (_, options, path) => {
    const empty = compile({ nodes: [], resources: [] });
    try {
      planMoves(empty, { node: new Int32Array(0) }, options as PlanOptions);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof PlacementError)) throw error;
      expect(error.problems.map((problem) => problem.path)).toEqual([path]);
    }
  });
});
