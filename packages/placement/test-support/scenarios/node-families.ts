import type { PlacementNode, PlacementProblem } from '@keelson/placement';
import { clusterOf, nodeOf } from './cluster.ts';
import { withCurrent } from './plant.ts';
import type { Random } from './random.ts';
import { type Asking, change, drawSpec, type Family, start } from './scenario.ts';

/** A cluster that stands as the solver placed it; then one change of its nodes. */
function* afterFirst(problem: PlacementProblem, next: (problem: PlacementProblem) => PlacementProblem): Asking {
  const placed = yield start(problem);
  yield change(next(withCurrent(problem, placed)));
}

const withNodes = (problem: PlacementProblem, nodes: readonly PlacementNode[]): PlacementProblem => ({
  ...problem,
  nodes,
});

const zoneIndex = (node: PlacementNode): number => Number(node.domain?.split('/')[1]?.split('-')[1] ?? 0);

/** A new node in the zone that has the fewest. */
export function newcomer(problem: PlacementProblem, index: number, share = 1): PlacementNode {
  const sizes = new Map<number, number>();
  for (const node of problem.nodes) sizes.set(zoneIndex(node), (sizes.get(zoneIndex(node)) ?? 0) + (node.share ?? 1));
  const [smallest = 0] = [...sizes].sort(([a, m], [b, n]) => m - n || a - b).map(([zone]) => zone);
  return nodeOf(index, smallest, share);
}

const drained = (problem: PlacementProblem, name: string): PlacementProblem =>
  withNodes(
    problem,
    problem.nodes.map((node) => (node.name === name ? { ...node, state: 'draining' } : node)),
  );

const without = (problem: PlacementProblem, names: readonly string[]): PlacementProblem =>
  withNodes(
    problem,
    problem.nodes.filter(({ name }) => !names.includes(name)),
  );

const nameAt = (random: Random, problem: PlacementProblem): string => random.pick(problem.nodes).name;

/** Changes of nodes: the scenarios every operator meets. */
export const nodeFamilies: readonly Family[] = [
  {
    name: 'first placement',
    weighted: 'both',
    *ask(random, weighted, large) {
      yield change(clusterOf(random, drawSpec(random, weighted, large)));
    },
  },
  {
    name: 'add a node',
    weighted: 'both',
    *ask(random, weighted, large) {
      const problem = clusterOf(random, drawSpec(random, weighted, large));
      yield* afterFirst(problem, (now) => withNodes(now, [...now.nodes, newcomer(now, now.nodes.length)]));
    },
  },
  {
    name: 'lose a node',
    weighted: 'both',
    *ask(random, weighted, large) {
      const problem = clusterOf(random, drawSpec(random, weighted, large));
      yield* afterFirst(problem, (now) => without(now, [nameAt(random, now)]));
    },
  },
  {
    name: 'drain a node',
    weighted: 'both',
    *ask(random, weighted, large) {
      const problem = clusterOf(random, drawSpec(random, weighted, large));
      yield* afterFirst(problem, (now) => drained(now, nameAt(random, now)));
    },
  },
  {
    name: 'swap a node',
    weighted: 'both',
    *ask(random, weighted, large) {
      const problem = clusterOf(random, drawSpec(random, weighted, large));
      yield* afterFirst(problem, (now) => {
        const old = random.pick(now.nodes);
        const fresh = nodeOf(now.nodes.length, zoneIndex(old), old.share ?? 1);
        return drained(withNodes(now, [...now.nodes, fresh]), old.name);
      });
    },
  },
  {
    name: 'lose a zone',
    weighted: 'both',
    *ask(random, weighted, large) {
      const problem = clusterOf(random, drawSpec(random, weighted, large, { zones: random.int(4, 6) }));
      yield* afterFirst(problem, (now) => {
        const lost = zoneIndex(random.pick(now.nodes));
        return withNodes(
          now,
          now.nodes.filter((node) => zoneIndex(node) !== lost),
        );
      });
    },
  },
  {
    name: 'add a zone',
    weighted: 'both',
    *ask(random, weighted, large) {
      const problem = clusterOf(random, drawSpec(random, weighted, large, { zones: random.int(3, 5) }));
      yield* afterFirst(problem, (now) => {
        const zone = 1 + Math.max(...now.nodes.map(zoneIndex));
        const size = Math.ceil(now.nodes.length / zone);
        const fresh = Array.from({ length: size }, (_, at) => nodeOf(now.nodes.length + at, zone, 1));
        return withNodes(now, [...now.nodes, ...fresh]);
      });
    },
  },
  {
    name: 'resize nodes',
    weighted: 'both',
    *ask(random, weighted, large) {
      const problem = clusterOf(random, drawSpec(random, weighted, large));
      yield* afterFirst(problem, (now) => {
        const grown = nameAt(random, now);
        const share = random.pick([0.5, 1.5, 2]);
        return withNodes(
          now,
          now.nodes.map((node) => (node.name === grown ? { ...node, share } : node)),
        );
      });
    },
  },
  {
    name: 'heterogeneous nodes',
    weighted: 'both',
    *ask(random, weighted, large) {
      const problem = clusterOf(random, drawSpec(random, weighted, large, { shares: [1, 1, 2, 3] }));
      yield* afterFirst(problem, (now) =>
        random.int(0, 1) === 0
          ? without(now, [nameAt(random, now)])
          : withNodes(now, [...now.nodes, newcomer(now, now.nodes.length, random.pick([1, 2]))]),
      );
    },
  },
  {
    name: 'uneven zones',
    weighted: 'never',
    *ask(random, weighted, large) {
      const spec = drawSpec(random, weighted, large, { zones: 3 });
      const whole = clusterOf(random, spec);
      const fewer = new Set(
        random.some(whole.nodes, random.int(1, Math.max(1, whole.nodes.length - 5))).map(({ name }) => name),
      );
      const kept = whole.nodes.filter((node, index) => index < 3 || !fewer.has(node.name));
      yield* afterFirst(withNodes(whole, kept), (now) =>
        random.int(0, 1) === 0 && now.nodes.length > 5
          ? without(now, [random.pick(now.nodes.slice(3)).name])
          : withNodes(now, [...now.nodes, nodeOf(whole.nodes.length, random.int(0, 2), 1)]),
      );
    },
  },
];
