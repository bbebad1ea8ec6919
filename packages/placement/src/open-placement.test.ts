import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verdictOn } from '../quality/judge.ts';
import { solveByNames } from '../quality/solver.ts';
import { wildProblem } from '../test/wild.ts';
import { clusterOf } from '../test-support/scenarios/cluster.ts';
import { mapPartitions } from '../test-support/scenarios/plant.ts';
import { type Random, randomFrom } from '../test-support/scenarios/random.ts';
import { change, drawSpec } from '../test-support/scenarios/scenario.ts';
import type { PlacementChange } from './model/changes.ts';
import { LiveProblem } from './model/live-problem.ts';
import type { PlacementProblem } from './model/problem.ts';
import { openPlacement, type Placement } from './open-placement.ts';
import { PlacementError } from './placement-error.ts';
import { solveCompiled } from './solve.ts';

const seed = fc.nat(1_000_000);
const patience = { timeout: 120_000 };

/** Something that happens to one node, one partition or one resource. */
function someChange(random: Random, problem: PlacementProblem, count: number): PlacementChange {
  const { nodes, resources, dimensions = [] } = problem;
  const node = random.pick(nodes);
  const resource = random.pick(resources);
  const partition = random.pick([...resource.partitions, { name: `late-${count}` }]);
  const patch = random.pick([
    { state: 'live' },
    { state: 'live' },
    { state: 'draining' },
    { state: 'offline', offlineSinceMs: 95_000 },
    { state: 'offline' },
    { share: 2 },
    { share: 1, maxReplicas: 7 },
    { capacity: {}, maxReplicas: 1_000, tags: ['x'] },
    { domain: `/r0/z${random.int(0, 3)}/moved` },
  ] as const);
  const weight = Object.fromEntries(dimensions.map((dimension) => [dimension, random.int(1, 60) / 10]));
  const { current: _, ...rest } = partition;
  const added = { ...resource, name: `more-${count}`, partitions: [{ ...rest, weight, current: [] }] };
  return random.pick<PlacementChange>([
    { type: 'change-node', name: node.name, patch },
    { type: 'change-node', name: node.name, patch },
    { type: 'change-node', name: node.name, patch },
    { type: 'add-node', node: { name: `m${count}`, domain: `/r1/z${random.int(0, 4)}/m${count}`, tags: ['x'] } },
    { type: 'remove-node', name: node.name },
    { type: 'set-partition', resource: resource.name, partition: { ...rest, weight } },
    { type: 'set-partition', resource: resource.name, partition: { ...rest, forbidden: [node.name] } },
    { type: 'set-partition', resource: resource.name, partition: { name: `new-${count}`, weight } },
    { type: 'remove-partition', resource: resource.name, partition: partition.name },
    { type: 'add-resource', resource: added },
    { type: 'goals', goals: { tolerance: random.pick([0, 0.05, 0.3]) } },
    { type: 'now', nowMs: 100_000 + 3_000 * count },
  ]);
}

/** Makes the changes wherever they are to be made, if they contradict nothing. */
function applied(changes: readonly PlacementChange[], ...to: readonly (Placement | LiveProblem)[]): boolean {
  try {
    for (const one of to) one.apply(changes);
    return true;
  } catch (error) {
    if (error instanceof PlacementError) return false;
    throw error;
  }
}

/** Weights that no double holds exactly, so that sums depend on their order. */
const inTenths = (problem: PlacementProblem): PlacementProblem =>
  mapPartitions(problem, ({ weight = {}, ...rest }) => ({
    ...rest,
    weight: Object.fromEntries(Object.entries(weight).map(([name, amount]) => [name, amount / 10])),
  }));

const clusterAt = (number: number, isWeighted: boolean): PlacementProblem => {
  const random = randomFrom(number);
  return clusterOf(random, drawSpec(random, isWeighted, false, { nodes: 12, partitions: 60 }));
};

/** What a placement that goes on answers, and what solving the same problem from nothing does. */
function answersOf(
  problem: PlacementProblem,
  number: number,
  steps: number,
): readonly [kept: string[], anew: string[]] {
  const random = randomFrom(number);
  const placement = openPlacement(problem);
  const live = new LiveProblem(problem);
  const kept: string[] = [];
  const anew: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    const result = placement.solve({ budget: 20_000 });
    const fresh = solveCompiled(live.compiled, { budget: 20_000 });
    kept.push(JSON.stringify([[...result.assignment.node], result.steps, result.moves, [...result.movesList()]]));
    anew.push(JSON.stringify([[...fresh.assignment.node], fresh.steps, fresh.moves, [...fresh.movesList()]]));
    if (random.int(0, 2) > 0) {
      placement.adopt();
      live.adopt(fresh.assignment);
    }
    const changes = Array.from({ length: random.int(1, 2) }, (_, at) =>
      someChange(random, placement.problem, 2 * step + at),
    );
    if (random.int(0, 5) > 0 && applied(changes, placement)) expect(applied(changes, live)).toBe(true);
  }
  return [kept, anew];
}

describe('a placement that goes on', patience, () => {
  it('answers what solving its problem from nothing answers, whatever happened before', () => {
    fc.assert(
      fc.property(seed, seed, (number, changes) => {
        const [kept, anew] = answersOf(wildProblem(number), changes, 8);
        expect(kept).toEqual(anew);
      }),
      { numRuns: 30 },
    );
  });

  it('does so too where sums depend on their order', () => {
    fc.assert(
      fc.property(seed, seed, (number, changes) => {
        const [kept, anew] = answersOf(inTenths(clusterAt(number, true)), changes, 5);
        expect(kept).toEqual(anew);
      }),
      { numRuns: 12 },
    );
  });

  it('is as good as a fresh solve by the counters of the oracles', () => {
    fc.assert(
      fc.property(seed, seed, (number, changes) => {
        const random = randomFrom(changes);
        const placement = openPlacement({ ...clusterAt(number, false), goals: { tolerance: 0 } });
        for (let step = 0; step < 5; step += 1) {
          const { problem } = placement;
          const asked = change(problem);
          const ours = verdictOn(asked, standingIn(placement));
          const fresh = verdictOn(asked, solveByNames(problem));
          expect([ours.faults, ours.moves, ours.unplaced]).toEqual([fresh.faults, fresh.moves, fresh.unplaced]);
          expect(ours.leaderMax).toBeLessThanOrEqual(fresh.leaderMax + 1e-9);
          placement.adopt();
          applied([someChange(random, placement.problem, step)], placement);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('goes on after a listener that threw', () => {
    const problem = clusterAt(7, false);
    const placement = openPlacement(problem);
    const expected = openPlacement(problem).solve().placement.toJSON();
    const onProgress = ({ phase }: { readonly phase: string }): void => {
      if (phase === 'leaders') throw new Error('enough');
    };
    expect(() => placement.solve({ onProgress })).toThrow('enough');
    expect(placement.solve().placement.toJSON()).toEqual(expected);
  });

  it('gives answers that later ones leave as they are', () => {
    const placement = openPlacement(clusterAt(3, false));
    const first = placement.solve();
    const before = JSON.stringify(first.placement.toJSON());
    placement.adopt();
    placement.apply([{ type: 'change-node', name: first.compiled.nodeNames[0] ?? '', patch: { state: 'draining' } }]);
    const second = placement.solve();
    expect(second.moves.replicas).toBeGreaterThan(0);
    expect(JSON.stringify(first.placement.toJSON())).toBe(before);
  });
});

function standingIn(placement: Placement): ReturnType<typeof solveByNames> {
  const placed = placement.solve().placement.toJSON();
  return Object.entries(placed).flatMap(([resource, partitions]) =>
    Object.entries(partitions).flatMap(([partition, replicas]) =>
      replicas.map(({ node, role }) => ({ resource, partition, node, role })),
    ),
  );
}
