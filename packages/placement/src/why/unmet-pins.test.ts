import { describe, expect, test } from 'vitest';
import type { PlacementNode, PlacementPartition, PlacementProblem } from '../model/problem.ts';
import { solve } from '../solve.ts';

const problem = (pinned: PlacementPartition['pinned'], a: Partial<PlacementNode>): PlacementProblem => ({
  dimensions: ['cpu'],
  nowMs: 50,
  offlineGraceMs: 100,
  nodes: [
    { name: 'a', ...a },
    { name: 'b', tags: ['x'] },
    { name: 'c', tags: ['x'] },
  ],
  resources: [
    {
      name: 'db',
      tag: 'x',
      roles: [
        { name: 'MASTER', count: 1 },
        { name: 'SLAVE', count: 1 },
      ],
      partitions: [{ name: 'p', weight: { cpu: 5 }, ...(pinned === undefined ? {} : { pinned }) }],
    },
  ],
});

describe('unmetPins', () => {
  test.each<[string, Partial<PlacementNode>, string]>([
    ['lacks the tag', {}, 'lacks tag x'],
    ['is drained', { tags: ['x'], state: 'draining' }, 'draining'],
    ['is offline', { tags: ['x'], state: 'offline' }, 'offline'],
    ['has no room', { tags: ['x'], capacity: { cpu: 4 } }, 'cpu 0 of 4, needs 5'],
    ['is disabled', { tags: ['x'], disabled: [{ resource: 'db' }] }, 'disabled for it'],
    ['holds as many as it may', { tags: ['x'], maxReplicas: 0 }, 'holds 0 of at most 0 replicas'],
  ])('a node that %s: the replica stands elsewhere, and it is said', (_, node, reason) => {
    const result = solve(problem([{ node: 'a', role: 'SLAVE' }], node));
    expect(result.status).toBe('complete');
    const [only, ...others] = result.unmetPins;
    expect(others).toEqual([]);
    expect(only).toMatchObject({ resource: 'db', partition: 'p', node: 'a', role: 'SLAVE' });
    expect(only?.text).toBe(`db/p is pinned to a as SLAVE and does not stand there: ${reason}.`);
  });

  test('a node that is away cannot lead', () => {
    const away: PlacementNode = { name: 'a', tags: ['x'], state: 'offline', offlineSinceMs: 0 };
    const base = problem([{ node: 'a', role: 'MASTER' }], away);
    const [db] = base.resources;
    const current = [{ node: 'a', role: 'MASTER' }];
    if (db === undefined) throw new Error('There is one resource');
    const standing = { ...base, resources: [{ ...db, partitions: [{ ...db.partitions[0], name: 'p', current }] }] };
    const { unmetPins, placement } = solve(standing);
    expect(placement.replicasOf('db', 'p')).toContainEqual({ node: 'a', role: 'SLAVE' });
    expect(unmetPins[0]?.rules).toMatchObject([{ rule: 'offline', node: 'a' }]);
  });

  test('nothing is said of pins that are met, and of none', () => {
    const met = problem([{ node: 'a' }], { tags: ['x'] });
    expect(solve(met).unmetPins).toEqual([]);
    expect(solve(problem(undefined, {})).unmetPins).toEqual([]);
  });
});
