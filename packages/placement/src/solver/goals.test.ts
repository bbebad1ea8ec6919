import { describe, expect, it } from 'vitest';
import type { PlacementGoals, PlacementNode, PlacementProblem, PlacementResource } from '../model/problem.ts';
import type { PlacementResult } from '../result.ts';
import type { ScoreTerms } from '../score/score-of.ts';
import type { TermName } from '../score/terms.ts';
import { solve } from '../solve.ts';

/** Numbers that look drawn, the same every time. */
function lots(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const nodes = (count: number): PlacementNode[] =>
  Array.from({ length: count }, (_, i) => ({ name: `n${String(i).padStart(2, '0')}` }));

const roles = (leaderLoad = 1) => [
  { name: 'LEADER', count: 1, load: leaderLoad },
  { name: 'FOLLOWER', count: 2 },
];

/** Partitions with weights of two kinds and bytes that have nothing to do with them. */
function resource(name: string, partitions: number, seed: number, leaderLoad = 1): PlacementResource {
  const draw = lots(seed);
  return {
    name,
    roles: roles(leaderLoad),
    partitions: Array.from({ length: partitions }, (_, i) => ({
      name: `p${String(i).padStart(3, '0')}`,
      weight: { cpu: 1 + draw(40), disk: 1 + draw(40) },
      bytes: 1 + draw(99),
    })),
  };
}

/** The same without weights. */
const counted = (one: PlacementResource): PlacementResource => ({
  ...one,
  partitions: one.partitions.map(({ name, bytes = 1 }) => ({ name, bytes })),
});

const dimensions = ['cpu', 'disk'];
const after = (result: PlacementResult): ScoreTerms => result.score().after;
const figure = (result: PlacementResult, term: TermName): number => after(result).terms[term].figure;

/** What stands is what was answered. */
function standing(problem: PlacementProblem, { placement }: PlacementResult): PlacementProblem {
  const resources = problem.resources.map((one) => ({
    ...one,
    partitions: one.partitions.map((partition) => ({
      ...partition,
      current: placement.replicasOf(one.name, partition.name),
    })),
  }));
  return { ...problem, resources };
}

const withGoals = (problem: PlacementProblem, goals: Partial<PlacementGoals>): PlacementProblem => ({
  ...problem,
  goals,
});

describe('goals', { timeout: 120_000 }, () => {
  it('every dimension is brought within the tolerance asked for, roles weighing what they weigh', () => {
    const problem = { dimensions, nodes: nodes(12), resources: [resource('db', 200, 1, 1.5)] };
    for (const tolerance of [0.02, 0.1]) {
      const result = solve(withGoals(problem, { tolerance }));
      expect(figure(result, 'evenness')).toBe(0);
      for (const { max, mean } of after(result).dimensions)
        expect(max / mean).toBeLessThanOrEqual(1 + tolerance + 1e-9);
    }
  });

  it('a wider tolerance is worth copies when a node joins', () => {
    const problem = { dimensions, nodes: nodes(12), resources: [resource('db', 200, 2)] };
    const grown = { ...standing(problem, solve(problem)), nodes: nodes(13) };
    const copies = [0.02, 0.2, 0.5].map((tolerance) => solve(withGoals(grown, { tolerance })).moves.replicas);
    expect(copies).toEqual([...copies].sort((a, b) => b - a));
    expect(copies[2]).toBeLessThan(copies[0] ?? 0);
  });

  it('leaders are brought within their tolerance, and change less where that is wider', () => {
    const problem = { nodes: nodes(10), resources: [counted(resource('db', 300, 3))] };
    const whole = solve(problem);
    expect(figure(whole, 'leaderEvenness')).toBe(0);
    const { max, mean } = after(whole).leaders;
    expect(max / mean).toBeLessThanOrEqual(1.05);
    const grown = { ...standing(problem, whole), nodes: nodes(11) };
    const [strict, wide] = [0.02, 1].map((leaderTolerance) => solve(withGoals(grown, { leaderTolerance })));
    expect(wide?.moves.leaderChanges).toBeLessThan(strict?.moves.leaderChanges ?? 0);
  });

  it('each resource is spread evenly by itself, with as many copies and loads as even', () => {
    const problem = {
      dimensions,
      nodes: nodes(12),
      resources: ['a', 'b', 'c', 'd'].map((name, i) => resource(name, 90, 10 + i)),
    };
    const [sought, not] = [1, 0].map((resourceEvenness) => solve(withGoals(problem, { resourceEvenness })));
    if (sought === undefined || not === undefined) throw new Error('two were solved');
    expect(figure(not, 'resourceEvenness')).toBeGreaterThan(100);
    expect(figure(sought, 'resourceEvenness')).toBeLessThan(figure(not, 'resourceEvenness') / 10);
    expect(figure(sought, 'evenness')).toBeLessThanOrEqual(figure(not, 'evenness') + 1e-9);
    expect(sought.moves.replicas).toBe(not.moves.replicas);
  });

  it('what a lost node held is spread evenly by resource, and no copy is added for it', () => {
    const problem = {
      dimensions,
      nodes: nodes(12),
      resources: ['a', 'b', 'c', 'd'].map((name, i) => resource(name, 90, 20 + i)),
    };
    const whole = standing(problem, solve(problem));
    const smaller = { ...whole, nodes: whole.nodes.slice(1) };
    const [sought, not] = [1, 0].map((resourceEvenness) => solve(withGoals(smaller, { resourceEvenness })));
    expect(sought?.moves.replicas).toBeLessThanOrEqual(not?.moves.replicas ?? 0);
    expect(sought?.moves.leaderChanges).toBeLessThanOrEqual(not?.moves.leaderChanges ?? 0);
    if (sought === undefined || not === undefined) throw new Error('two were solved');
    expect(figure(sought, 'resourceEvenness')).toBeLessThanOrEqual(figure(not, 'resourceEvenness'));
  });

  it.each([
    ['counted', []],
    ['weighed', dimensions],
  ])('fewer bytes are copied to a node that joins, in no more copies: %s', (_, named) => {
    const problem = {
      dimensions: named,
      nodes: nodes(12),
      resources: [resource('db', 240, 30)].map((one) => (named.length > 0 ? one : counted(one))),
    };
    const grown = { ...standing(problem, solve(problem)), nodes: nodes(13) };
    const [few, any] = [1, 0].map((bytes) => solve(withGoals(grown, { bytes })));
    expect(any?.moves.replicas).toBeGreaterThan(0);
    expect(few?.moves.replicas).toBeLessThanOrEqual(any?.moves.replicas ?? 0);
    // With weights hardly another set of so few copies would do.
    expect(few?.moves.bytes).toBeLessThan((named.length > 0 ? 0.98 : 0.9) * (any?.moves.bytes ?? 0));
    if (few === undefined || any === undefined) throw new Error('two were solved');
    for (const term of ['evenness', 'leaderEvenness'] as const)
      expect(figure(few, term), term).toBeLessThanOrEqual(figure(any, term) + 1e-9);
  });

  it('nothing moves and nobody changes where all is within its range', () => {
    const problem = { dimensions, nodes: nodes(9), resources: [resource('a', 60, 40), resource('b', 60, 41)] };
    for (const goals of [{}, { bytes: 1 }, { copysets: 0.5 }, { resourceEvenness: 50 }]) {
      const first = withGoals(problem, goals);
      const { replicas, leaderChanges } = solve(standing(first, solve(first))).moves;
      expect({ replicas, leaderChanges }).toEqual({ replicas: 0, leaderChanges: 0 });
    }
  });
});
