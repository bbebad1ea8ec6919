import { type PlacementProblem, solve, solveAsync } from '@keelson/placement';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verdictOn } from '../quality/judge.ts';
import { solveByNames } from '../quality/solver.ts';
import { brokenConstraints, countAnswer, factsOf, readAnswer, type Standing } from '../test-support/oracles/index.ts';
import { clusterOf } from '../test-support/scenarios/cluster.ts';
import { mapPartitions, withCurrent } from '../test-support/scenarios/plant.ts';
import { randomFrom } from '../test-support/scenarios/random.ts';
import { change, drawSpec } from '../test-support/scenarios/scenario.ts';
import { wildProblem } from './wild.ts';

const seed = fc.nat(1_000_000);
const runs = { numRuns: 100 };

/** What is wrong with an answer. */
const faultsOf = (problem: PlacementProblem, standing: readonly Standing[]): string[] => {
  const facts = factsOf(problem);
  const { answer, faults } = readAnswer(facts, standing);
  return [...faults, ...brokenConstraints(facts, answer)];
};
const countsOf = (problem: PlacementProblem, standing: readonly Standing[]) => {
  const facts = factsOf(problem);
  return countAnswer(facts, readAnswer(facts, standing).answer);
};

/** Every name of a node through `rename`, its domain with it. */
function renamed(problem: PlacementProblem, rename: (name: string) => string): PlacementProblem {
  return mapPartitions(
    { ...problem, nodes: problem.nodes.map((node) => ({ ...node, name: rename(node.name) })) },
    ({ current = [], pinned = [], forbidden = [], preferredLeaders = [], ...rest }) => ({
      ...rest,
      current: current.map(({ node, role }) => ({ node: rename(node), role })),
      pinned: pinned.map((pin) => ({ ...pin, node: rename(pin.node) })),
      forbidden: forbidden.map(rename),
      preferredLeaders: preferredLeaders.map(rename),
    }),
  );
}

/** The same, in another order of everything whose order means nothing; the keys of objects too. */
function shuffled(problem: PlacementProblem, from: number): PlacementProblem {
  const random = randomFrom(from);
  const mixed = <T>(list: readonly T[]): T[] => random.some(list, list.length);
  const turned = <T extends object>(thing: T): T => Object.fromEntries(mixed(Object.entries(thing))) as T;
  return turned({
    ...problem,
    nodes: mixed(problem.nodes).map(turned),
    resources: mixed(problem.resources).map((resource) =>
      turned({
        ...resource,
        partitions: mixed(resource.partitions).map((partition) =>
          turned({ ...partition, current: mixed(partition.current ?? []).map(turned) }),
        ),
      }),
    ),
  });
}

const sorted = (standing: readonly Standing[]): string[] =>
  standing.map(({ resource, partition, node, role }) => JSON.stringify([resource, partition, node, role])).sort();

/** Some hundred solves a test: a busy machine may take its time. */
const patience = { timeout: 120_000 };

/** Nodes that are away had to give up places for which others in their zones were at hand. */
const AWAY = [724_235, 800_632, 802_925, 724_048, 724_054];

describe('every answer', patience, () => {
  it.each(AWAY)('keeps places on nodes that are away, chosen by their zones: %i', (number) => {
    const problem = wildProblem(number);
    expect(faultsOf(problem, solveByNames(problem))).toEqual([]);
  });

  it('keeps the hard constraints', () => {
    fc.assert(
      fc.property(seed, (number) => {
        const problem = wildProblem(number);
        expect(faultsOf(problem, solveByNames(problem))).toEqual([]);
      }),
      runs,
    );
  });

  it('keeps them too when the budget runs out at once', () => {
    fc.assert(
      fc.property(seed, fc.nat(40), (number, budget) => {
        const problem = wildProblem(number);
        const placed = solve(problem, { budget }).placement.toJSON();
        const standing = Object.entries(placed).flatMap(([resource, partitions]) =>
          Object.entries(partitions).flatMap(([partition, replicas]) =>
            replicas.map(({ node, role }) => ({ resource, partition, node, role })),
          ),
        );
        expect(faultsOf(problem, standing)).toEqual([]);
      }),
      runs,
    );
  });

  it('stands when it is asked again', () => {
    fc.assert(
      fc.property(seed, (number) => {
        const problem = wildProblem(number);
        const first = solveByNames(problem);
        expect(sorted(solveByNames(withCurrent(problem, first)))).toEqual(sorted(first));
      }),
      runs,
    );
  });

  it('does not depend on the order of what it is given', () => {
    fc.assert(
      fc.property(seed, seed, (number, order) => {
        const problem = wildProblem(number);
        expect(sorted(solveByNames(shuffled(problem, order)))).toEqual(sorted(solveByNames(problem)));
      }),
      runs,
    );
  });

  it('is relabelled with its nodes when their order stays', () => {
    fc.assert(
      fc.property(seed, (number) => {
        const problem = wildProblem(number);
        const rename = (name: string): string => `server-${name}-x`;
        const expected = solveByNames(problem).map((replica) => ({ ...replica, node: rename(replica.node) }));
        expect(sorted(solveByNames(renamed(problem, rename)))).toEqual(sorted(expected));
      }),
      runs,
    );
  });

  it('is the same to those who wait for it', async () => {
    await fc.assert(
      fc.asyncProperty(seed, async (number) => {
        const problem = wildProblem(number);
        const { placement, moves } = await solveAsync(problem);
        const now = solve(problem);
        expect({ placement: placement.toJSON(), moves }).toEqual({
          placement: now.placement.toJSON(),
          moves: now.moves,
        });
      }),
      { numRuns: 50 },
    );
  });

  it('is not given where the caller has lost interest', () => {
    const gone = new AbortController();
    gone.abort(new Error('no longer wanted'));
    expect(() => solve(wildProblem(1), { signal: gone.signal })).toThrow('no longer wanted');
    const leaving = new AbortController();
    const leave = (): void => leaving.abort(new Error('changed my mind'));
    expect(() => solve(wildProblem(1), { signal: leaving.signal, onProgress: leave })).toThrow('changed my mind');
  });
});

describe('without weights', patience, () => {
  const clusterAt = (number: number): PlacementProblem => {
    const random = randomFrom(number);
    return clusterOf(random, { ...drawSpec(random, false, false), goals: { tolerance: 0 } });
  };

  it('names of nodes in any order give as few moves and as even loads', () => {
    fc.assert(
      fc.property(seed, seed, (number, order) => {
        const problem = clusterAt(number);
        const random = randomFrom(order);
        const names = problem.nodes.map(({ name }) => name);
        const others = new Map(random.some(names, names.length).map((name, at) => [names[at] ?? '', name]));
        const now = withCurrent(problem, solveByNames(problem));
        const smaller = { ...now, nodes: now.nodes.slice(1) };
        const relabelled = renamed(smaller, (name) => others.get(name) ?? name);
        const [a, b] = [countsOf(smaller, solveByNames(smaller)), countsOf(relabelled, solveByNames(relabelled))];
        const spread = (loads: readonly number[] = []): number[] => [...loads].sort((x, y) => x - y);
        expect([b.moves, spread(b.loads[0])]).toEqual([a.moves, spread(a.loads[0])]);
      }),
      { numRuns: 30 },
    );
  });

  it('a node that is taken away and given back costs no more than the bound both times', () => {
    fc.assert(
      fc.property(seed, fc.nat(100), (number, pick) => {
        const problem = clusterAt(number);
        const whole = withCurrent(problem, solveByNames(problem));
        const lost = pick % whole.nodes.length;
        const without = { ...whole, nodes: whole.nodes.filter((_, at) => at !== lost) };
        const moved = solveByNames(without);
        const away = verdictOn(change(without), moved);
        const again = { ...withCurrent(without, moved), nodes: whole.nodes };
        const back = verdictOn(change(again), solveByNames(again));
        expect([away.moves, away.faults, back.moves, back.faults]).toEqual([away.moveBound, [], back.moveBound, []]);
      }),
      { numRuns: 30 },
    );
  });
});
