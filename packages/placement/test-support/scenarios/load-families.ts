import type { Amounts, PlacementProblem } from '@keelson/placement';
import { clusterOf, models, nodeOf, resourceOf } from './cluster.ts';
import { newcomer } from './node-families.ts';
import { mapPartitions, plant, withCurrent } from './plant.ts';
import type { Random } from './random.ts';
import { change, drawSpec, type Family, start } from './scenario.ts';

/** Each partition's weight times a factor around 1, in whole numbers. */
function drifted(random: Random, problem: PlacementProblem, spread: number): PlacementProblem {
  return mapPartitions(problem, (partition) => {
    const weight: Amounts = Object.fromEntries(
      Object.entries(partition.weight ?? {}).map(([dimension, amount]) => [
        dimension,
        Math.max(1, Math.round(amount * (1 + spread * (2 * random.next() - 1)))),
      ]),
    );
    return { ...partition, weight };
  });
}

const tagged = (problem: PlacementProblem): PlacementProblem => ({
  ...problem,
  nodes: problem.nodes.map((node, index) => ({ ...node, tags: index % 2 === 0 ? ['all', 'ssd'] : ['all'] })),
});

/** Changes of what is placed. */
export const loadFamilies: readonly Family[] = [
  {
    name: 'weights drift',
    weighted: 'always',
    *ask(random, weighted, large) {
      const problem = clusterOf(random, drawSpec(random, weighted, large, { weights: 'uniform' }));
      const placed = yield start(problem);
      yield change(drifted(random, withCurrent(problem, placed), random.pick([0.3, 0.5, 0.8])));
    },
  },
  {
    name: 'log-normal weights',
    weighted: 'always',
    *ask(random, weighted, large) {
      const problem = clusterOf(random, drawSpec(random, weighted, large, { weights: 'log-normal' }));
      const now = withCurrent(problem, yield start(problem));
      const lost = random.pick(now.nodes);
      const nodes =
        random.int(0, 1) === 0
          ? now.nodes.filter((node) => node !== lost)
          : [...now.nodes, newcomer(now, now.nodes.length)];
      yield change({ ...now, nodes });
    },
  },
  {
    name: 'skewed weights',
    weighted: 'always',
    *ask(random, weighted, large) {
      const problem = clusterOf(random, drawSpec(random, weighted, large, { weights: 'skewed' }));
      const now = withCurrent(problem, yield start(problem));
      const lost = random.pick(now.nodes);
      const nodes =
        random.int(0, 1) === 0
          ? now.nodes.filter((node) => node !== lost)
          : [...now.nodes, newcomer(now, now.nodes.length)];
      yield change({ ...now, nodes });
    },
  },
  {
    name: 'out of balance',
    weighted: 'both',
    *ask(random, weighted, large) {
      const problem = clusterOf(random, drawSpec(random, weighted, large));
      const fewer = { ...problem, nodes: problem.nodes.slice(0, Math.ceil(problem.nodes.length * 0.7)) };
      yield change(withCurrent(problem, plant(random, fewer)));
    },
  },
  {
    name: 'new resource beside old',
    weighted: 'both',
    *ask(random, weighted, large) {
      const spec = drawSpec(random, weighted, large, { goals: { resourceEvenness: 0 } });
      const problem = clusterOf(random, spec);
      const now = withCurrent(problem, yield start(problem));
      const fresh = resourceOf(random, 'fresh', Math.ceil(spec.partitions / random.int(3, 6)), spec);
      yield change({ ...now, resources: [...now.resources, fresh] });
    },
  },
  {
    name: 'more partitions',
    weighted: 'both',
    *ask(random, weighted, large) {
      const spec = drawSpec(random, weighted, large);
      const problem = clusterOf(random, spec);
      const now = withCurrent(problem, yield start(problem));
      const whole = resourceOf(random, 'db', Math.ceil(spec.partitions * 1.3), spec);
      const [old] = now.resources;
      const partitions = [...(old?.partitions ?? []), ...whole.partitions.slice(spec.partitions)];
      yield change({ ...now, resources: [{ ...whole, partitions }] });
    },
  },
  {
    name: 'more replicas',
    weighted: 'never',
    *ask(random, weighted, large) {
      const spec = drawSpec(random, weighted, large, { roles: models.leaderStandby });
      const problem = clusterOf(random, spec);
      const now = withCurrent(problem, yield start(problem));
      const roles = [
        { name: 'LEADER', count: 1 },
        { name: 'STANDBY', count: 2 },
      ];
      yield change({ ...now, resources: now.resources.map((resource) => ({ ...resource, roles })) });
    },
  },
  {
    name: 'several models and tags',
    weighted: 'both',
    *ask(random, weighted, large) {
      const spec = drawSpec(random, weighted, large, { goals: { resourceEvenness: 0 }, zones: 3, shares: [1] });
      const base = tagged(clusterOf(random, { ...spec, nodes: large ? 48 : 6 * random.int(2, 4) }));
      const kinds = random.some(Object.entries(models), 3);
      const resources = kinds.map(([name, roles], at) => ({
        ...resourceOf(random, name, Math.ceil(spec.partitions / (at + 2)), spec),
        roles,
        ...(at === 2 ? { tag: 'ssd' } : at === 1 ? { tag: 'all' } : {}),
      }));
      const problem = { ...base, resources };
      const now = withCurrent(problem, yield start(problem));
      const lost = random.pick(now.nodes);
      const fresh = { ...nodeOf(now.nodes.length, random.int(0, 2), 1), tags: ['all', 'ssd'] };
      const nodes = random.int(0, 1) === 0 ? now.nodes.filter((node) => node !== lost) : [...now.nodes, fresh];
      yield change({ ...now, nodes });
    },
  },
];
