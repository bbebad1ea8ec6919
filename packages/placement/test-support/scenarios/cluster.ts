import type {
  Amounts,
  PlacementGoals,
  PlacementNode,
  PlacementPartition,
  PlacementProblem,
  PlacementResource,
  PlacementRole,
} from '@keelson/placement';
import type { Random } from './random.ts';

/** How weights are drawn. */
export type Weights = 'none' | 'equal' | 'uniform' | 'log-normal' | 'skewed';

/** What a generated cluster looks like. */
export interface ClusterSpec {
  readonly nodes: number;
  readonly zones: number;
  readonly partitions: number;
  readonly roles: readonly PlacementRole[];
  readonly weights: Weights;
  /** Dimensions where something weighs. */
  readonly dimensions: readonly string[];
  /** Relative sizes that nodes are drawn from. */
  readonly shares: readonly number[];
  readonly goals: Partial<PlacementGoals>;
}

/** The state models that resources are drawn from. */
export const models: Readonly<
  Record<'masterSlave' | 'leaderStandby' | 'twoLeaders' | 'online' | 'single', readonly PlacementRole[]>
> = {
  masterSlave: [
    { name: 'MASTER', count: 1 },
    { name: 'SLAVE', count: 2 },
  ],
  leaderStandby: [
    { name: 'LEADER', count: 1 },
    { name: 'STANDBY', count: 1 },
  ],
  twoLeaders: [
    { name: 'LEADER', count: 2 },
    { name: 'STANDBY', count: 1 },
  ],
  online: [{ name: 'ONLINE', count: 3 }],
  single: [{ name: 'ONLINE', count: 1 }],
};

/** A role model in which the leader carries more. */
export const busyMaster: readonly PlacementRole[] = [
  { name: 'MASTER', count: 1, load: 1.5 },
  { name: 'SLAVE', count: 2 },
];

export const levels: readonly string[] = ['zone', 'rack', 'host'];

const padded = (index: number): string => `${index}`.padStart(4, '0');

/** Node `index` of a cluster: zones in turn, two racks in each. */
export function nodeOf(index: number, zone: number, share: number): PlacementNode {
  const name = `node-${padded(index)}`;
  const domain = `/zone-${padded(zone)}/rack-${index % 2}/${name}`;
  return { name, domain, ...(share === 1 ? {} : { share }) };
}

/** What one replica of a partition weighs in each dimension, independently. */
export function weightOf(random: Random, weights: Weights, dimensions: readonly string[]): Amounts {
  const draw = (): number => {
    if (weights === 'equal') return 1;
    if (weights === 'uniform') return random.int(50, 150);
    if (weights === 'log-normal') return Math.min(2000, Math.max(10, Math.round(100 * random.logNormal(1))));
    return random.next() < 0.05 ? random.int(200, 400) : random.int(10, 60);
  };
  return Object.fromEntries(dimensions.map((dimension) => [dimension, draw()]));
}

/** Partitions of a resource that stand nowhere yet. */
export function partitionsOf(
  random: Random,
  count: number,
  { weights, dimensions }: ClusterSpec,
): PlacementPartition[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `p${padded(index)}`,
    ...(weights === 'none' ? {} : { weight: weightOf(random, weights, dimensions) }),
  }));
}

/** A resource of the cluster. */
export function resourceOf(random: Random, name: string, count: number, spec: ClusterSpec): PlacementResource {
  return { name, roles: spec.roles, partitions: partitionsOf(random, count, spec) };
}

/** A cluster with one resource, on which nothing stands yet. */
export function clusterOf(random: Random, spec: ClusterSpec): PlacementProblem {
  const nodes = Array.from({ length: spec.nodes }, (_, index) =>
    nodeOf(index, index % spec.zones, random.pick(spec.shares)),
  );
  return {
    ...(spec.weights === 'none' ? {} : { dimensions: spec.dimensions }),
    nodes,
    resources: [resourceOf(random, 'db', spec.partitions, spec)],
    topology: { levels, faultZone: 'zone' },
    goals: spec.goals,
  };
}
