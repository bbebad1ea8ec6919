import { describe, expect, it } from 'vitest';
import type { PlacementNode, PlacementProblem } from '../model/problem.ts';
import { openPlacement } from '../open-placement.ts';
import type { PlacementResult } from '../result.ts';

const nodeAt = (n: number): PlacementNode => ({ name: `n${String(n).padStart(2, '0')}` });

/** One partition in ten weighs as much as six others: those fill a newcomer long before it holds what it is to lead. */
const clusterOf = (partitions: number, nodes: number): PlacementProblem => ({
  dimensions: ['cpu'],
  nodes: Array.from({ length: nodes }, (_, n) => nodeAt(n)),
  resources: [
    {
      name: 'db',
      roles: [
        { name: 'MASTER', count: 1 },
        { name: 'SLAVE', count: 1 },
      ],
      partitions: Array.from({ length: partitions }, (_, p) => ({
        name: `p${String(p).padStart(5, '0')}`,
        weight: { cpu: p % 10 === 0 ? 60 + (p % 7) : 8 + (p % 5) },
      })),
    },
  ],
});

/** What some nodes more make of the cluster, which was placed without them. */
function joined(problem: PlacementProblem, newcomers = 1): PlacementResult {
  const placement = openPlacement(problem);
  placement.solve();
  placement.adopt();
  for (let i = 0; i < newcomers; i++) placement.apply([{ type: 'add-node', node: nodeAt(problem.nodes.length + i) }]);
  return placement.solve();
}

const held = (result: PlacementResult, node: string): number => [...result.placement.replicasOn(node)].length;
const outside = (result: PlacementResult): number[] =>
  (['evenness', 'leaderEvenness'] as const).map((term) => result.score().after.terms[term].figure);

describe('a node that joins a cluster of unlike weights', () => {
  const problem = clusterOf(5_000, 49);
  const newcomer = nodeAt(49).name;
  const leads = Math.floor((0.98 * 5_000) / 50);

  it('gets a replica for every lead it is to have, and no more than that takes', () => {
    const result = joined(problem);
    const { replicas } = result.bound();
    expect(outside(result)).toEqual([0, 0]);
    expect(replicas.least).toBe(leads);
    expect(replicas.done).toBe(leads);
    expect(held(result, newcomer)).toBe(leads);
  });

  it('gets fewer, heavier ones where leaders may be uneven', () => {
    const result = joined({ ...problem, goals: { leaderTolerance: 1 } });
    expect(outside(result)).toEqual([0, 0]);
    expect(held(result, newcomer)).toBeLessThan(0.7 * leads);
  });

  it('gets fewer, and leads less, where the cluster is small enough to be annealed: there copies come first', () => {
    const result = joined(clusterOf(600, 9));
    const { replicas } = result.bound();
    expect(outside(result)[0]).toBe(0);
    expect(replicas.done).toBeLessThan(replicas.least);
  });
});

describe('nodes that join at once', () => {
  it('lead their parts although they share out the same heavy partitions', () => {
    const result = joined(clusterOf(5_000, 45), 5);
    const { replicas } = result.bound();
    expect(outside(result)).toEqual([0, 0]);
    expect(replicas.done).toBeLessThanOrEqual(1.2 * replicas.least);
  });
});
