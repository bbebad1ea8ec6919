import { describe, expect, test } from 'vitest';
import { compile } from '../model/compile.ts';
import { NONE } from '../model/compiled.ts';
import type { PlacementProblem } from '../model/problem.ts';
import { scoreOf } from './score-of.ts';

const roles = [
  { name: 'MASTER', count: 1 },
  { name: 'SLAVE', count: 2 },
];

/** Two regions of two zones of two nodes: n0 n1 | n2 n3 || n4 n5 | n6 n7. */
const problem: PlacementProblem = {
  nodes: Array.from({ length: 8 }, (_, i) => ({ name: `n${i}`, domain: `/r${i >> 2}/z${i >> 1}` })),
  topology: { levels: ['region', 'zone'], faultZone: 'zone' },
  resources: [
    {
      name: 'a',
      roles,
      partitions: [
        {
          name: 'p0',
          bytes: 4,
          current: ['n0', 'n2', 'n4'].map((node, i) => ({ node, role: i === 0 ? 'MASTER' : 'SLAVE' })),
          preferredLeaders: ['n6', 'n2'],
        },
        { name: 'p1', bytes: 2, current: [{ node: 'n1', role: 'MASTER' }] },
      ],
    },
    { name: 'b', roles: [{ name: 'X', count: 2 }], partitions: [{ name: 'p0', bytes: 0 }] },
  ],
  affinities: [
    { kind: 'together', resources: ['b', 'a'], between: 'partition', level: 'zone', weight: 3 },
    { kind: 'apart', resources: ['a', 'a'], between: 'resource', level: 'node' },
  ],
  goals: { tolerance: 0, leaderTolerance: 0, bytes: 0.5, copysets: 2 },
};
const place = (...nodes: number[]): { node: Int32Array } => ({ node: Int32Array.from(nodes) });

describe('scoreOf', () => {
  const { terms, ...totals } = scoreOf(compile(problem), place(2, 0, 6, 1, 3, 5, 4, 7));

  test('copies, their bytes, and leaders that could go on', () => {
    // p0 of a: n6 is new; its leader goes from n0 to n2. p1: n3 and n5 are new. p0 of b: both are.
    expect(terms.moves).toMatchObject({ figure: 5, penalty: 5 });
    expect(totals.bytes).toBe(4 + 2 + 2);
    // 8 bytes, the mean replica having 18/8.
    expect(terms.bytes.figure).toBeCloseTo(8 / (18 / 8), 12);
    expect(terms.bytes.penalty).toBeCloseTo(0.5 * (8 / (18 / 8)), 12);
    expect(terms.leaderChanges).toMatchObject({ figure: 1, penalty: 0.5 });
  });

  test('pairs in one domain at the levels wider than the fault zone', () => {
    // p0 of a: n2 and n0 in r0; p1: n1 and n3; p0 of b: n4 and n7 in r1.
    expect(totals.spread).toEqual([{ level: 'region', pairs: 3 }]);
    expect(terms.spread.penalty).toBeCloseTo(0.3, 12);
  });

  test('leaders off their preferred nodes, by the place in the list', () => {
    expect(terms.preferredLeaders).toMatchObject({ figure: 0.5, penalty: 0.125 });
  });

  test('affinities, times their weight', () => {
    // p0 of b on n4 and n7: p0 of a stands in the zone of n7 (n6), in that of n4 it does not. Nodes of a are all different.
    expect(terms.affinity).toMatchObject({ figure: 3, penalty: 1.5 });
  });

  test('distinct sets of nodes', () => {
    expect(terms.copysets).toMatchObject({ figure: 3, penalty: 6 });
    const again = scoreOf(compile(problem), place(0, 2, 4, 4, 0, 2, NONE, NONE));
    expect(again.terms.copysets.figure).toBe(1);
    expect(again.unplaced).toBe(2);
  });

  test('evenness: every node holds one replica, two of them lead', () => {
    expect(terms.evenness.figure).toBe(0);
    expect(terms.leaderEvenness.figure).toBe(0);
    expect(totals.replicas).toEqual({ name: 'replicas', max: 1, mean: 1, maxOverFair: 1, fullest: 'n0' });
    expect(totals.leaders).toMatchObject({ max: 1, mean: 0.25, maxOverFair: 4 });
    // n0 takes what n6 held: n6 is 100 % below its share, n0 100 % above.
    const uneven = scoreOf(compile(problem), place(2, 0, 5, 1, 3, 5, 4, 7));
    expect(uneven.terms.evenness).toMatchObject({ figure: 10_000, penalty: 1_000_000 });
  });

  test('the penalty is the sum of the terms', () => {
    const sum = Object.values(terms).reduce((all, { penalty }) => all + penalty, 0);
    expect(totals.penalty).toBeCloseTo(sum, 9);
  });
});
