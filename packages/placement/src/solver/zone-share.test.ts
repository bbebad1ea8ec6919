import { describe, expect, it } from 'vitest';
import type { PlacementProblem } from '../model/problem.ts';
import { solve } from '../solve.ts';

/** Weights from 10 to 49 in no order. */
const weightOf = (p: number): number => 10 + ((p * 17) % 40);
const weights = Array.from({ length: 60 }, (_, p) => weightOf(p));

/**
 * Two zones, a replica of each partition in each. The first has three fifths of the share: it cannot carry them, as it holds one of two replicas of everything.
 * What leading weighs can be shared out: it leads three fifths.
 */
const problem: PlacementProblem = {
  dimensions: ['cpu'],
  topology: { levels: ['zone'], faultZone: 'zone' },
  nodes: [
    { name: 'big', domain: '/a', share: 2 },
    { name: 'small', domain: '/a' },
    { name: 'c', domain: '/b' },
    { name: 'd', domain: '/b' },
  ],
  goals: { tolerance: 0.02 },
  resources: [
    {
      name: 'db',
      roles: [
        { name: 'LEADER', count: 1, load: 1.3 },
        { name: 'FOLLOWER', count: 1 },
      ],
      partitions: weights.map((cpu, p) => ({ name: `p${String(p).padStart(2, '0')}`, weight: { cpu } })),
    },
  ],
};

describe('a zone whose share is more than it can hold', () => {
  const { placement } = solve(problem);
  const loadOf = (node: string): number =>
    [...placement.replicasOn(node)].reduce(
      (sum, { partition, role }) => sum + weightOf(Number(partition.slice(1))) * (role === 'LEADER' ? 1.3 : 1),
      0,
    );
  const leadersOf = (node: string): number =>
    [...placement.replicasOn(node)].filter(({ role }) => role === 'LEADER').length;

  it('leads as many partitions as its share, and carries what they weigh on average', () => {
    const leaders = leadersOf('big') + leadersOf('small');
    expect(leaders).toBeGreaterThanOrEqual(35);
    expect(leaders).toBeLessThanOrEqual(37);
    const all = weights.reduce((sum, one) => sum + one, 0);
    const fair = all + 0.3 * 0.6 * all;
    expect(Math.abs((loadOf('big') + loadOf('small')) / fair - 1)).toBeLessThan(0.025);
  });

  it('is short by the same part of its share on every node, be that large or small', () => {
    expect(Math.abs(loadOf('big') / 2 / loadOf('small') - 1)).toBeLessThan(0.04);
  });
});
