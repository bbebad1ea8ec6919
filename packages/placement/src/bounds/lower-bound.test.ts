import { assert, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryNumbers, arbitraryProblem } from '../../test-support/arbitrary-problem.ts';
import { feasibleAssignment, wrongs } from '../../test-support/feasible-assignment.ts';
import { factsOf, moveBound } from '../../test-support/oracles/index.ts';
import type { SlotAssignment } from '../assignment.ts';
import { compile } from '../model/compile.ts';
import { type CompiledProblem, NONE } from '../model/compiled.ts';
import type { PlacementNode, PlacementProblem, ReplicaAt } from '../model/problem.ts';
import { currentAssignment } from '../score/current-assignment.ts';
import { scoreOf } from '../score/score-of.ts';
import { solveCompiled } from '../solve.ts';
import { lowerBound } from './lower-bound.ts';

const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(3, '0')}`);

/** `partitions` × (1 MASTER + 2 SLAVE), spread over nodes in turn. */
function cluster(partitions: number, nodes: readonly PlacementNode[], on: readonly string[]): PlacementProblem {
  const at = (p: number, i: number): ReplicaAt => ({
    node: on[(p * 3 + i) % on.length] ?? '',
    role: i === 0 ? 'MASTER' : 'SLAVE',
  });
  return {
    nodes,
    resources: [
      {
        name: 'r',
        roles: [
          { name: 'MASTER', count: 1 },
          { name: 'SLAVE', count: 2 },
        ],
        partitions: named('p', partitions).map((name, p) => ({ name, current: [at(p, 0), at(p, 1), at(p, 2)] })),
      },
    ],
    goals: { tolerance: 0, leaderTolerance: 0 },
  };
}

/** Pins may ask for what no placement can do, and so may leaders on held nodes; how that counts is nobody's business here. */
function plainly(problem: PlacementProblem): PlacementProblem {
  const resources = problem.resources.map((resource) => ({
    ...resource,
    partitions: resource.partitions.map((partition) => ({ ...partition, pinned: [] })),
  }));
  return { ...problem, dimensions: [], offlineGraceMs: 0, resources };
}

const boundOf = (problem: PlacementProblem, choose?: (compiled: CompiledProblem) => SlotAssignment) => {
  const compiled = compile(problem);
  return lowerBound(compiled, (choose ?? currentAssignment)(compiled));
};

describe('lowerBound', () => {
  const ten = named('n', 10);
  const nodes = ten.map((name) => ({ name }));

  test('nothing has to move where everything stands evenly', () => {
    const bound = boundOf(cluster(100, nodes, ten));
    expect(bound.replicas).toEqual({ least: 0, done: 0, ratio: 1 });
    expect(bound.leaderChanges).toEqual({ least: 0, done: 0, ratio: 1 });
  });

  test('a lost node: its replicas', () => {
    const lost = nodes.map((node) => (node.name === 'n003' ? { ...node, state: 'offline' as const } : node));
    const bound = boundOf(cluster(100, lost, ten), (compiled) => solveCompiled(compiled).assignment);
    expect(bound.replicas).toEqual({ least: 30, done: 30, ratio: 1 });
  });

  test('a node more: its share, at the whole replica below it', () => {
    const more = [...nodes, { name: 'n010' }];
    const bound = boundOf(cluster(100, more, ten), (compiled) => solveCompiled(compiled).assignment);
    expect(bound.replicas).toEqual({ least: 27, done: 27, ratio: 1 });
    expect(bound.leaderChanges.least).toBe(9);
  });

  test('a tolerance leaves the newcomer emptier', () => {
    const problem = { ...cluster(1000, [...nodes, { name: 'n010' }], ten), goals: { tolerance: 0.05 } };
    // 3000 / 11 = 272.7: the newcomer needs 260 at least.
    expect(boundOf(problem).replicas.least).toBe(260);
  });

  test('what stands crowded in a zone has to move', () => {
    const problem = {
      ...cluster(
        10,
        nodes.map((node, i) => ({ ...node, domain: `/z${i >> 1}` })),
        ten,
      ),
      topology: { levels: ['zone'], faultZone: 'zone' },
    };
    // Three in a row always touch a zone twice.
    expect(boundOf(problem).replicas.least).toBe(10);
  });

  test('weights: the newcomer needs weight, but few replicas if they are heavy', () => {
    const problem: PlacementProblem = {
      dimensions: ['disk'],
      nodes: [...nodes, { name: 'n010' }],
      resources: [
        {
          name: 'r',
          roles: [{ name: 'ONLINE', count: 1 }],
          partitions: named('p', 100).map((name, p) => ({
            name,
            weight: { disk: p < 10 ? 100 : 10 },
            bytes: p < 10 ? 100 : 10,
            current: [{ node: ten[p % 10] ?? '', role: 'ONLINE' }],
          })),
        },
      ],
      goals: { tolerance: 0.02 },
    };
    const bound = boundOf(problem);
    expect(bound.weights[0]?.least).toBeCloseTo(0.98 * (1900 / 11), 9);
    expect(bound.replicas.least).toBe(10);
    // Bytes go with weight: what the newcomer lacks is more than what the givers have too much of.
    expect(bound.bytes.least).toBeCloseTo(0.98 * (1900 / 11), 6);
  });

  test('no placement within the balance asked for does less', () => {
    assert(
      property(arbitraryProblem, arbitraryNumbers, (input, numbers) => {
        const problem = compile({ ...input, goals: { ...input.goals, leaderTolerance: 0.5 } });
        const answers = [
          feasibleAssignment(problem, numbers[Symbol.iterator]()),
          currentAssignment(problem),
          solveCompiled(problem).assignment,
        ];
        for (const answer of answers) {
          if (wrongs(problem, answer).length > 0) continue;
          const { terms } = scoreOf(problem, answer);
          if (terms.evenness.figure > 0 || terms.leaderEvenness.figure > 0) continue;
          const bound = lowerBound(problem, answer);
          expect(bound.replicas.done).toBe(terms.moves.figure);
          expect(bound.leaderChanges.done).toBe(terms.leaderChanges.figure);
          expect(bound.replicas.least).toBeLessThanOrEqual(bound.replicas.done);
          expect(bound.leaderChanges.least).toBeLessThanOrEqual(bound.leaderChanges.done);
          expect(bound.bytes.least).toBeLessThanOrEqual(bound.bytes.done * (1 + 1e-9) + 1e-9);
          for (const weight of bound.weights) expect(weight.least).toBeLessThanOrEqual(weight.done + 1e-6);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('where nothing weighs it never exceeds the exact bound of a min-cost flow', () => {
    assert(
      property(arbitraryProblem, (input) => {
        const plain = plainly(input);
        const problem = compile(plain);
        const exact = moveBound(factsOf(plain));
        if (exact.outside > 0 || exact.placed < problem.S) return;
        // Any complete assignment: the bound does not depend on which.
        const node = new Int32Array(problem.S).fill(0);
        expect(node.includes(NONE)).toBe(false);
        expect(lowerBound(problem, { node }).replicas.least).toBeLessThanOrEqual(exact.moves);
      }),
      { numRuns: 150 },
    );
  });
});
