import { describe, expect, it } from 'vitest';
import type { PlacementNode, PlacementProblem } from './model/problem.ts';
import { openPlacement } from './open-placement.ts';
import { solve, solveAsync } from './solve.ts';

const nodesNamed = (count: number): PlacementNode[] =>
  Array.from({ length: count }, (_, n) => ({ name: `n${String(n).padStart(2, '0')}`, domain: `/z${n % 5}` }));

const problem: PlacementProblem = {
  topology: { levels: ['zone'], faultZone: 'zone' },
  nodes: nodesNamed(10),
  goals: { tolerance: 0, leaderTolerance: 0 },
  resources: [
    {
      name: 'db',
      roles: [
        { name: 'MASTER', count: 1 },
        { name: 'SLAVE', count: 2 },
      ],
      partitions: Array.from({ length: 100 }, (_, p) => ({ name: `db_${p}` })),
    },
  ],
};

const countsOn = (result: ReturnType<typeof solve>, nodes: readonly PlacementNode[]): number[] =>
  nodes.map(({ name }) => [...result.placement.replicasOn(name)].length);

describe('solving', () => {
  it('places everything evenly, each partition in zones of its own', () => {
    const result = solve(problem);
    expect(result.status).toBe('complete');
    expect(countsOn(result, problem.nodes)).toEqual(problem.nodes.map(() => 30));
    const zones = result.placement.replicasOf('db', 'db_7').map(({ node }) => Number(node.slice(1)) % 5);
    expect(new Set(zones).size).toBe(3);
    expect(result.moves).toEqual({ replicas: 300, bytes: 300, leaderChanges: 0, dropped: 0 });
  });

  it('moves to a new node its share and no more, and nothing the second time', () => {
    const placement = openPlacement(problem);
    placement.solve();
    placement.adopt();
    placement.apply([{ type: 'add-node', node: { name: 'n99', domain: '/z0' } }]);
    const { replicas, leaderChanges } = placement.solve().moves;
    expect(replicas).toBe(27);
    // Nine leads go to the newcomer; a tenth may have to change hands for them.
    expect(leaderChanges).toBeLessThanOrEqual(10);
    placement.adopt();
    expect(placement.solve().moves).toEqual({ replicas: 0, bytes: 0, leaderChanges: 0, dropped: 0 });
  });

  it('copies what a lost node held, and lets the others lead for it', () => {
    const placement = openPlacement(problem);
    placement.solve();
    placement.adopt();
    placement.apply([{ type: 'remove-node', name: 'n03' }]);
    const result = placement.solve();
    expect(result.moves).toMatchObject({ replicas: 30, leaderChanges: 0 });
    expect(Math.max(...countsOn(result, problem.nodes))).toBe(34);
  });

  it('names each change once', () => {
    const placed = solve(problem).placement.toJSON();
    const resources = problem.resources.map((resource) => ({
      ...resource,
      partitions: resource.partitions.map((partition) => ({
        ...partition,
        current: placed.db?.[partition.name] ?? [],
      })),
    }));
    const result = solve({ ...problem, resources, nodes: problem.nodes.slice(1) });
    const kinds = [...result.movesList()].map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'copy')).toHaveLength(result.moves.replicas);
    expect(kinds.filter((kind) => kind === 'drop')).toHaveLength(result.moves.dropped);
  });

  it('tells of its progress, and ends when it is told to', async () => {
    const phases: string[] = [];
    solve(problem, { onProgress: ({ phase }) => phases.push(phase) });
    expect(phases).toEqual(['keep', 'fill', 'balance', 'leaders', 'wishes']);
    const stop = new AbortController();
    const reason = new Error('no longer wanted');
    const solving = solveAsync(problem, { signal: stop.signal, pause: async () => stop.abort(reason) });
    await expect(solving).rejects.toBe(reason);
  });
});
