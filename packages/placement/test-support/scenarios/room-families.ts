import type { PlacementNode, PlacementProblem } from '@keelson/placement';
import type { Standing } from '../oracles/index.ts';
import { clusterOf, nodeOf } from './cluster.ts';
import { plant, withCurrent } from './plant.ts';
import type { Random } from './random.ts';
import { change, drawSpec, type Family } from './scenario.ts';

/** Load per node and dimension of a placement in which every role weighs alike. */
function loadsOf(problem: PlacementProblem, standing: readonly Standing[]): Map<string, Map<string, number>> {
  const weights = new Map(
    problem.resources.flatMap((resource) =>
      resource.partitions.map(({ name, weight }) => [`${resource.name} ${name}`, weight ?? {}]),
    ),
  );
  const loads = new Map<string, Map<string, number>>();
  for (const { resource, partition, node } of standing) {
    const row = loads.get(node) ?? new Map<string, number>();
    loads.set(node, row);
    for (const [dimension, amount] of Object.entries(weights.get(`${resource} ${partition}`) ?? {}))
      row.set(dimension, (row.get(dimension) ?? 0) + amount);
  }
  return loads;
}

/** Room so that each node is full to `fill` with what was planted on it: a feasible answer is there, and few others. */
function fitted(problem: PlacementProblem, standing: readonly Standing[], fill: () => number): PlacementNode[] {
  const loads = loadsOf(problem, standing);
  return problem.nodes.map((node) => {
    const room = fill();
    const capacity = Object.fromEntries(
      (problem.dimensions ?? []).map((dimension) => [
        dimension,
        Math.ceil((loads.get(node.name)?.get(dimension) ?? 0) / room),
      ]),
    );
    return { ...node, capacity };
  });
}

/** Moves a random part of what stands on all nodes to a node of its own, in place: undoing it is possible, and known to be. */
function displaced(random: Random, standing: readonly Standing[], to: string, part: number): Standing[] {
  const taken = new Set<string>();
  return standing.map((replica) => {
    const key = `${replica.resource} ${replica.partition}`;
    if (taken.has(key) || random.next() >= part) return replica;
    taken.add(key);
    return { ...replica, node: to };
  });
}

const wide = { tolerance: 0.5, leaderTolerance: 0.5, resourceEvenness: 0 };

/** Where room is short. */
export const roomFamilies: readonly Family[] = [
  {
    name: 'nearly full, first placement',
    weighted: 'always',
    *ask(random, weighted, large) {
      const weights = random.pick(['uniform', 'log-normal', 'uniform'] as const);
      const spec = drawSpec(random, weighted, large, {
        weights,
        goals: wide,
        dimensions: random.pick([['disk'], ['cpu', 'disk']]),
      });
      const problem = clusterOf(random, { ...spec, roles: [{ name: 'ONLINE', count: random.int(2, 3) }] });
      const planted = plant(random, problem);
      const full = random.pick([0.95, 0.97, 0.98, 0.99]);
      yield change({ ...problem, nodes: fitted(problem, planted, () => full) }, { balance: false });
    },
  },
  {
    name: 'nearly full, drain a node',
    weighted: 'always',
    *ask(random, weighted, large) {
      const spec = drawSpec(random, weighted, large, { weights: 'uniform', goals: wide, dimensions: ['disk'] });
      const problem = clusterOf(random, { ...spec, roles: [{ name: 'ONLINE', count: 2 }] });
      const planted = plant(random, problem);
      const full = random.pick([0.95, 0.97, 0.98, 0.99]);
      const leaving: PlacementNode = { ...nodeOf(problem.nodes.length, spec.zones, 1), state: 'draining' };
      const current = displaced(random, planted, leaving.name, 0.5 / problem.nodes.length);
      const nodes = [...fitted(problem, planted, () => full), leaving];
      yield change(withCurrent({ ...problem, nodes }, current), { balance: false });
    },
  },
  {
    name: 'limits on replicas',
    weighted: 'never',
    *ask(random, weighted, large) {
      const spec = drawSpec(random, weighted, large, { goals: { tolerance: random.pick([0, 0.1, 0.5]) } });
      const problem = clusterOf(random, spec);
      const planted = plant(random, problem);
      const counts = new Map<string, number>();
      for (const { node } of planted) counts.set(node, (counts.get(node) ?? 0) + 1);
      const leaving: PlacementNode = { ...nodeOf(problem.nodes.length, spec.zones, 1), state: 'draining' };
      const current = displaced(random, planted, leaving.name, 0.6 / problem.nodes.length);
      const nodes = problem.nodes.map((node) => ({
        ...node,
        maxReplicas: (counts.get(node.name) ?? 0) + (random.int(0, 3) === 0 ? 1 : 0),
      }));
      yield change(withCurrent({ ...problem, nodes: [...nodes, leaving] }, current));
    },
  },
  {
    name: 'infeasible',
    weighted: 'both',
    *ask(random, weighted, large) {
      const spec = drawSpec(random, weighted, large, { goals: wide });
      const problem = clusterOf(random, spec);
      const planted = plant(random, problem);
      const counts = new Map<string, number>();
      for (const { node } of planted) counts.set(node, (counts.get(node) ?? 0) + 1);
      const nodes = weighted
        ? fitted(problem, planted, () => 1.05 + 0.1 * random.next())
        : problem.nodes.map((node) => ({ ...node, maxReplicas: Math.floor((counts.get(node.name) ?? 0) * 0.9) }));
      const current = random.int(0, 1) === 0 ? [] : planted.filter(() => random.next() < 0.5);
      yield change(withCurrent({ ...problem, nodes }, current), { placeable: false, balance: false });
    },
  },
];
