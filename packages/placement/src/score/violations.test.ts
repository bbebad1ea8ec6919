import { assert, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryNumbers, arbitraryProblem } from '../../test-support/arbitrary-problem.ts';
import { feasibleAssignment, wrongs } from '../../test-support/feasible-assignment.ts';
import { brokenConstraints, factsOf } from '../../test-support/oracles/index.ts';
import { compile } from '../model/compile.ts';
import { type CompiledProblem, NONE } from '../model/compiled.ts';
import type { PlacementNode, PlacementProblem } from '../model/problem.ts';
import { violationsOf } from './violations.ts';

const nodes = (names: string, change: (node: PlacementNode, i: number) => Partial<PlacementNode> = () => ({})) =>
  Array.from(names).map((name, i): PlacementNode => ({ name, ...change({ name }, i) }));

const roles = [
  { name: 'MASTER', count: 1 },
  { name: 'SLAVE', count: 1 },
];
const one = (more: object = {}, resource: object = {}): PlacementProblem['resources'] => [
  { name: 'r', roles, partitions: [{ name: 'p', ...more }], ...resource },
];
const rulesOf = (problem: PlacementProblem, ...node: number[]): string[] =>
  violationsOf(compile(problem), { node: Int32Array.from(node) }).map(({ rule }) => rule);

describe('violationsOf', () => {
  test.each<[string, PlacementProblem, number[]]>([
    [
      'capacity',
      {
        dimensions: ['cpu'],
        nodes: nodes('ab', () => ({ capacity: { cpu: 1 } })),
        resources: one({ weight: { cpu: 1.5 } }),
      },
      [0, NONE],
    ],
    ['one-per-node', { nodes: nodes('ab'), resources: one() }, [1, 1]],
    [
      'tag',
      { nodes: nodes('ab', (_, i) => (i === 0 ? { tags: ['x'] } : {})), resources: one({}, { tag: 'x' }) },
      [0, 1],
    ],
    [
      'disabled',
      { nodes: nodes('ab', () => ({ disabled: [{ resource: 'r', partition: 'p' }] })), resources: one() },
      [0, NONE],
    ],
    ['offline', { nodes: nodes('ab', () => ({ state: 'offline' })), resources: one() }, [0, NONE]],
    ['draining', { nodes: nodes('ab', () => ({ state: 'draining' })), resources: one() }, [0, NONE]],
    ['forbidden', { nodes: nodes('ab'), resources: one({ forbidden: ['b'] }) }, [0, 1]],
    ['pinned', { nodes: nodes('abc'), resources: one({ pinned: [{ node: 'c' }] }) }, [0, 1]],
    ['pinned', { nodes: nodes('ab'), resources: one({ pinned: [{ node: 'a', role: 'SLAVE' }] }) }, [0, 1]],
    ['max-replicas', { nodes: nodes('ab', () => ({ maxReplicas: 0 })), resources: one() }, [0, NONE]],
    ['role-count', { nodes: nodes('ab'), resources: one() }, [0, NONE]],
  ])('names %s', (rule, problem, node) => {
    const found = rulesOf(problem, ...node).filter((name) => rule === 'role-count' || name !== 'role-count');
    expect(found).toEqual(expect.arrayContaining([rule]));
    expect(new Set(found)).toEqual(new Set([rule]));
  });

  test('a limit of replicas of a resource per node', () => {
    const problem: PlacementProblem = {
      nodes: nodes('abc'),
      resources: [{ name: 'r', roles, partitions: [{ name: 'p' }, { name: 'q' }], maxReplicasPerNode: 1 }],
    };
    expect(violationsOf(compile(problem), { node: Int32Array.of(0, 1, 2, 0) })).toEqual([
      { rule: 'max-replicas-per-node', resource: 'r', node: 'a', figure: 2, limit: 1 },
    ]);
  });

  test('four replicas in three zones stand 2 + 1 + 1, never 2 + 2', () => {
    const problem: PlacementProblem = {
      nodes: nodes('abcdef', (_, i) => ({ domain: `/z${i >> 1}` })),
      topology: { levels: ['zone'], faultZone: 'zone' },
      resources: [{ name: 'r', roles: [{ name: 'X', count: 4 }], partitions: [{ name: 'p' }] }],
    };
    expect(rulesOf(problem, 0, 1, 2, 4)).toEqual([]);
    expect(rulesOf(problem, 0, 1, 2, 3)).toEqual(['fault-zone']);
    expect(violationsOf(compile(problem), { node: Int32Array.of(0, 1, 2, 3) })).toEqual([
      { rule: 'fault-zone', resource: 'r', partition: 'p', figure: 2, limit: 1 },
    ]);
  });

  test('a held node keeps a replica, but does not lead and takes none', () => {
    const problem: PlacementProblem = {
      nodes: nodes('ab', (_, i) => (i === 0 ? { state: 'offline', offlineSinceMs: 0 } : {})),
      offlineGraceMs: 10,
      resources: one({ current: [{ node: 'a', role: 'MASTER' }] }),
    };
    expect(rulesOf(problem, 1, 0)).toEqual([]);
    expect(rulesOf(problem, 0, 1)).toEqual(['offline']);
  });

  test('finds something wrong where an oracle that reads the input by names does, and nowhere else', () => {
    assert(
      property(arbitraryProblem, arbitraryNumbers, (drawn, numbers) => {
        const input = { ...drawn, offlineGraceMs: 0, resources: drawn.resources.map(withoutPins) };
        const problem = compile(input);
        const facts = factsOf(input);
        const stream = numbers[Symbol.iterator]();
        const feasible = feasibleAssignment(problem, stream);
        expect(brokenConstraints(facts, answerOf(problem, feasible.node, facts.nodeAt))).toEqual([]);
        // One replica put elsewhere, wherever that is.
        const node = feasible.node.slice();
        if (problem.S === 0) return;
        const s = (stream.next().value as number) % problem.S;
        const n = (stream.next().value as number) % problem.N;
        const from = problem.slotsFrom.findLast((first) => first <= s) ?? 0;
        if (node.slice(from).includes(n)) return;
        node[s] = n;
        const broken = brokenConstraints(facts, answerOf(problem, node, facts.nodeAt));
        expect(wrongs(problem, { node }).length > 0, broken.join()).toBe(broken.length > 0);
      }),
      { numRuns: 200 },
    );
  });
});

const withoutPins = (resource: PlacementProblem['resources'][number]): PlacementProblem['resources'][number] => ({
  ...resource,
  partitions: resource.partitions.map((partition) => ({ ...partition, pinned: [] })),
});

function answerOf(problem: CompiledProblem, node: Int32Array, at: ReadonlyMap<string, number>): Map<number, string>[] {
  return Array.from({ length: problem.P }, (_, p) => {
    const held = new Map<number, string>();
    const names = problem.roleNames[problem.resourceOf[p] ?? 0];
    for (let s = problem.slotsFrom[p] ?? 0; s < (problem.slotsFrom[p + 1] ?? 0); s++) {
      const n = node[s] ?? NONE;
      if (n !== NONE) held.set(at.get(problem.nodeNames[n] ?? '') ?? NONE, names?.[problem.slotRole[s] ?? 0] ?? '');
    }
    return held;
  });
}
