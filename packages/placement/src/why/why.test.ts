import { describe, expect, test } from 'vitest';
import { compile } from '../model/compile.ts';
import type { PlacementNode, PlacementProblem } from '../model/problem.ts';
import { solve } from '../solve.ts';
import { Situation } from './situation.ts';
import { why } from './why.ts';

const roles = [
  { name: 'MASTER', count: 1 },
  { name: 'SLAVE', count: 1 },
];
const named = (names: string, more: Record<string, Partial<PlacementNode>> = {}): PlacementNode[] =>
  Array.from(names).map((name) => ({ name, ...more[name] }));

/** Four partitions on three nodes, `d` empty and too small for the second. */
const problem: PlacementProblem = {
  dimensions: ['cpu'],
  nodes: named('abcd', {
    a: { capacity: { cpu: 20 } },
    c: { tags: ['old'] },
    d: { capacity: { cpu: 5 } },
  }),
  resources: [
    {
      name: 'db',
      roles,
      partitions: [
        {
          name: 'p0',
          weight: { cpu: 4 },
          current: [
            { node: 'a', role: 'MASTER' },
            { node: 'b', role: 'SLAVE' },
          ],
        },
        {
          name: 'p1',
          weight: { cpu: 6 },
          current: [
            { node: 'b', role: 'MASTER' },
            { node: 'c', role: 'SLAVE' },
          ],
        },
        {
          name: 'p2',
          weight: { cpu: 5 },
          current: [
            { node: 'c', role: 'MASTER' },
            { node: 'a', role: 'SLAVE' },
          ],
        },
      ],
    },
  ],
  goals: { tolerance: 0.5, leaderTolerance: 3, resourceEvenness: 0 },
};
const a = 0;
const b = 1;
const c = 2;
const d = 3;
const asToday = Int32Array.of(a, b, b, c, c, a);
const explain = (input: PlacementProblem, node: Int32Array, ...question: [string, string, string?]) =>
  why(new Situation(compile(input), { node }), ...question);

describe('why', () => {
  test('a replica that stays: what the best other place would cost', () => {
    const answer = explain(problem, asToday, 'db', 'p0', 'b');
    expect(answer).toMatchObject({ role: 'SLAVE', node: 'b', today: 'SLAVE', left: [], asked: undefined });
    expect(answer.candidates.map(({ node, by, feasible }) => `${node} ${by} ${feasible}`)).toEqual([
      'd move true',
      'b here true',
      'a exchange true',
      'c move true',
    ]);
    expect(answer.text).toBe(
      'SLAVE of db/p0 stays on b; of 3 other feasible places the best, d, would cost 1 copy (1) and save ' +
        '50 % of unevenness of the load (250000), which a larger budget may find.',
    );
  });

  test('a node that holds none: every rule in the way, with the figures', () => {
    const answer = explain(problem, asToday, 'db', 'p1', 'd');
    expect(answer.asked).toMatchObject({ node: 'd', feasible: false, difference: undefined });
    expect(answer.asked?.rules).toEqual([
      { rule: 'capacity', node: 'd', dimension: 'cpu', figure: 0, limit: 5, needs: 6 },
    ]);
    expect(answer.text).toBe('MASTER of db/p1 stands on b, not on d: cpu 0 of 5, needs 6.');
  });

  test('the leader: another replica could exchange roles with it', () => {
    const answer = explain(problem, asToday, 'db', 'p2');
    const exchange = answer.candidates.find(({ by }) => by === 'exchange');
    expect(exchange).toMatchObject({
      node: 'a',
      difference: { penalty: 0.5, terms: { leaderChanges: { figure: 1, penalty: 0.5 } } },
      text: 'would cost 1 change of leader (0.5)',
    });
  });

  test('a replica that had to leave: why it could not stay', () => {
    const drained = {
      ...problem,
      nodes: problem.nodes.map((n) => (n.name === 'b' ? { ...n, state: 'draining' as const } : n)),
    };
    const answer = explain(drained, Int32Array.of(a, d, c, a, c, a), 'db', 'p0', 'd');
    expect(answer.left).toMatchObject([{ node: 'b', role: 'SLAVE', candidate: { rules: [{ rule: 'draining' }] } }]);
    expect(answer.text).toMatch(/^SLAVE of db\/p0 goes to d as it cannot stay on b \(draining\); /);
  });

  test('a replica pinned to its node may go nowhere else', () => {
    const [resource] = problem.resources;
    const pinned: PlacementProblem = {
      ...problem,
      resources: [
        { name: 'db', roles, partitions: [{ ...resource?.partitions[0], name: 'p0', pinned: [{ node: 'a' }] }] },
      ],
    };
    const answer = explain(pinned, Int32Array.of(a, b), 'db', 'p0', 'a');
    expect(answer.candidates.filter(({ feasible }) => feasible).map(({ node, by }) => `${node} ${by}`)).toEqual([
      'a here',
      'b exchange',
    ]);
    expect(answer.candidates.find(({ node }) => node === 'c')?.text).toBe('a replica is pinned to a');
  });

  test('names that do not exist are refused', () => {
    expect(() => explain(problem, asToday, 'dx', 'p0')).toThrow('No resource "dx" in this placement');
    expect(() => explain(problem, asToday, 'db', 'p9')).toThrow('No partition "p9" of "db" here');
    expect(() => explain(problem, asToday, 'db', 'p0', 'z')).toThrow('No node "z" in this placement');
  });

  test('a result explains, scores and bounds itself, and says the same each time', () => {
    const result = solve(problem);
    const { before, after } = result.score();
    expect(result.unplaced).toEqual([]);
    expect([...result.degraded()]).toEqual([]);
    expect(after.terms.moves.figure).toBe(result.moves.replicas);
    expect(after.terms.evenness.penalty).toBeLessThan(before.terms.evenness.penalty);
    expect(result.bound().replicas.done).toBe(result.moves.replicas);
    const twice = [solve(problem), solve(problem)].map((one) => JSON.stringify(one.why('db', 'p0')));
    expect(twice[0]).toBe(twice[1]);
  });

  test('fewer zones than replicas are told, not refused', () => {
    const zones = { nodes: named('abcd').map((n) => ({ ...n, domain: n.name < 'c' ? '/z1' : '/z2' })) };
    const result = solve({
      ...zones,
      topology: { levels: ['zone'], faultZone: 'zone' },
      resources: [{ name: 'r', roles: [{ name: 'X', count: 3 }], partitions: [{ name: 'p' }] }],
    });
    expect(result.status).toBe('complete');
    const [only, ...others] = result.degraded();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ resource: 'r', partition: 'p', replicas: 2, zones: 2, wanted: 3 });
    expect(only?.text).toMatch(/^2 of 3 replicas of r\/p stand in zone .*z[12]: it may use 2 zones\.$/);
  });
});
