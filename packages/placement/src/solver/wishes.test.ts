import { describe, expect, it } from 'vitest';
import type { PlacementGoals, PlacementNode, PlacementProblem, PlacementResource } from '../model/problem.ts';
import type { PlacementResult } from '../result.ts';
import type { TermName } from '../score/terms.ts';
import { solve } from '../solve.ts';

const nodes = (count: number, domain?: (i: number) => string): readonly PlacementNode[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `n${String(i).padStart(2, '0')}`,
    ...(domain === undefined ? {} : { domain: domain(i) }),
  }));

const resource = (name: string, partitions: number, followers: number): PlacementResource => ({
  name,
  roles: [
    { name: 'LEADER', count: 1 },
    { name: 'FOLLOWER', count: followers },
  ],
  partitions: Array.from({ length: partitions }, (_, i) => ({ name: `p${String(i).padStart(3, '0')}` })),
});

const figure = (result: PlacementResult, term: TermName): number => result.score().after.terms[term].figure;

/** With and without the wish being worth anything. */
function both(problem: PlacementProblem, goal: keyof PlacementGoals): readonly [PlacementResult, PlacementResult] {
  return [solve(problem), solve({ ...problem, goals: { ...problem.goals, [goal]: 0 } })];
}

function asEvenAs(one: PlacementResult, other: PlacementResult): void {
  for (const term of ['evenness', 'leaderEvenness'] as const)
    expect(figure(one, term), term).toBeLessThanOrEqual(figure(other, term) + 1e-9);
}

describe('wishes', () => {
  it('spread replicas over regions beyond what fault zones ask, as far as three fit into two regions', () => {
    const problem: PlacementProblem = {
      topology: { levels: ['region', 'zone', 'host'], faultZone: 'zone' },
      nodes: nodes(12, (i) => `/r${i % 2}/z${i % 6}/h${i}`),
      resources: [resource('db', 120, 2)],
    };
    const [spread, without] = both(problem, 'spread');
    expect(figure(without, 'spread')).toBeGreaterThan(120);
    expect(figure(spread, 'spread')).toBe(120);
    asEvenAs(spread, without);
  });

  it('let preferred nodes lead', () => {
    const problem: PlacementProblem = {
      nodes: nodes(6),
      resources: [
        {
          ...resource('db', 60, 1),
          partitions: Array.from({ length: 60 }, (_, i) => ({ name: `p${i}`, preferredLeaders: [`n0${i % 6}`] })),
        },
      ],
    };
    const [preferred, without] = both(problem, 'preferredLeaders');
    expect(figure(without, 'preferredLeaders')).toBeGreaterThan(20);
    expect(figure(preferred, 'preferredLeaders')).toBeLessThanOrEqual(figure(without, 'preferredLeaders') / 4);
    asEvenAs(preferred, without);
  });

  it('bring partitions of the same name together, and keep others apart', () => {
    const resources = [resource('orders', 40, 1), resource('items', 40, 1)];
    for (const kind of ['together', 'apart'] as const) {
      const problem: PlacementProblem = {
        nodes: nodes(5),
        resources,
        affinities: [{ kind, resources: ['orders', 'items'], between: 'partition' }],
      };
      const [met, without] = both(problem, 'affinity');
      expect(figure(without, 'affinity'), kind).toBeGreaterThan(15);
      expect(figure(met, 'affinity'), kind).toBeLessThanOrEqual(figure(without, 'affinity') / 4);
      asEvenAs(met, without);
    }
  });

  it('keep whole resources off the nodes of others', () => {
    const problem: PlacementProblem = {
      goals: { tolerance: 1, leaderTolerance: 1, resourceEvenness: 0 },
      nodes: nodes(6),
      resources: [resource('batch', 12, 1), resource('live', 12, 1)],
      affinities: [{ kind: 'apart', resources: ['batch', 'live'], between: 'resource' }],
    };
    const [apart, without] = both(problem, 'affinity');
    expect(figure(without, 'affinity')).toBe(24);
    expect(figure(apart, 'affinity')).toBe(0);
  });

  it('hold partitions on fewer sets of nodes', () => {
    const problem: PlacementProblem = { goals: { copysets: 1 }, nodes: nodes(8), resources: [resource('db', 160, 2)] };
    const [few, without] = both(problem, 'copysets');
    expect(figure(few, 'copysets')).toBeLessThan(0.9 * figure(without, 'copysets'));
    asEvenAs(few, without);
  });

  it('copy nothing that stands for a wish that is worth less, and move nothing when solved again', () => {
    const problem: PlacementProblem = {
      topology: { levels: ['region', 'zone', 'host'], faultZone: 'zone' },
      nodes: nodes(12, (i) => `/r${i % 2}/z${i % 6}/h${i}`),
      resources: [resource('db', 60, 2)],
    };
    const standing = (result: PlacementResult): PlacementProblem => ({
      ...problem,
      resources: [
        {
          ...resource('db', 60, 2),
          partitions: resource('db', 60, 2).partitions.map(({ name }) => ({
            name,
            current: result.placement.replicasOf('db', name),
          })),
        },
      ],
    });
    const crowded = solve({ ...problem, goals: { spread: 0 } });
    expect(solve(standing(crowded)).moves).toMatchObject({ replicas: 0, leaderChanges: 0 });
    const answer = solve(problem);
    expect(solve(standing(answer)).moves).toMatchObject({ replicas: 0, leaderChanges: 0 });
    const worthIt = solve({ ...standing(crowded), goals: { spread: 3 } });
    expect(worthIt.moves.replicas).toBeGreaterThan(0);
    expect(figure(worthIt, 'spread')).toBeLessThan(figure(crowded, 'spread'));
  });
});
