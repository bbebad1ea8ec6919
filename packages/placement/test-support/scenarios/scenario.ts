import type { PlacementProblem } from '@keelson/placement';
import type { Standing } from '../oracles/index.ts';
import type { ClusterSpec, Weights } from './cluster.ts';
import { busyMaster, models } from './cluster.ts';
import type { Random } from './random.ts';

/** One question put to the solver. */
export interface Question {
  readonly problem: PlacementProblem;
  /** How it is judged: `start` only sets the scene and is held to the hard rules and to balance, `change` counts as movement too. */
  readonly part: 'start' | 'change';
  /** Whether it is known that everything can be placed. Where it is not, the flow says how much can, or nothing is asked. */
  readonly placeable: boolean;
  /** Whether balance, and with it the bound on moves, means anything: not where room is so scarce that it dictates the loads. */
  readonly balance: boolean;
}

/** A scenario asks question after question, each built on the answers so far. */
export type Asking = Generator<Question, void, readonly Standing[]>;

/** A kind of scenario. `large` asks for the largest size that the bounds are worked out for. */
export interface Family {
  readonly name: string;
  readonly weighted: 'never' | 'always' | 'both';
  ask(random: Random, weighted: boolean, large: boolean): Asking;
}

/** A question with the usual expectations. */
export function change(problem: PlacementProblem, more: Partial<Question> = {}): Question {
  return { problem, part: 'change', placeable: true, balance: true, ...more };
}

/** The scene is set. */
export function start(problem: PlacementProblem, more: Partial<Question> = {}): Question {
  return { problem, part: 'start', placeable: true, balance: true, ...more };
}

/** A cluster of random size and make; `fixed` says what a family needs to be so. */
export function drawSpec(
  random: Random,
  weighted: boolean,
  large: boolean,
  fixed: Partial<ClusterSpec> = {},
): ClusterSpec {
  const zones = fixed.zones ?? random.int(3, large ? 10 : 6);
  const nodes = fixed.nodes ?? (large ? 50 : zones * random.int(2, weighted ? 3 : 5));
  const unweighted = random.pick([models.masterSlave, models.leaderStandby, models.online]);
  // Where every zone has to hold one replica of everything, a leader that weighs more cannot be evened out by moving it.
  const loaded = random.pick([
    models.masterSlave,
    models.masterSlave,
    models.online,
    zones > 3 ? busyMaster : models.leaderStandby,
  ]);
  const drawn: Weights = fixed.weights ?? random.pick(['equal', 'uniform', 'log-normal', 'uniform'] as const);
  const weights = weighted ? drawn : 'none';
  const even = weights !== 'log-normal' && weights !== 'skewed';
  // The more unlike the weights, the more replicas it takes until a node can be brought to within 2 % by a few of them.
  const perNode = !weighted ? random.int(8, 50) : even ? random.int(60, 150) : random.int(150, 300);
  return {
    zones,
    nodes,
    partitions: large ? 2000 : Math.max(8, Math.round((nodes * perNode) / 3)),
    roles: weighted ? loaded : unweighted,
    weights,
    dimensions: random.pick(even ? [['disk'], ['cpu', 'disk'], ['cpu', 'disk', 'qps']] : [['disk'], ['cpu', 'disk']]),
    shares: [1],
    goals: weighted ? { tolerance: 0.02, resourceEvenness: 0 } : { tolerance: random.pick([0, 0, 0.02, 0.05]) },
    ...fixed,
  };
}
