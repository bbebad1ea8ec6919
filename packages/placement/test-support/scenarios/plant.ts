import type { PlacementProblem, PlacementResource, ReplicaAt } from '@keelson/placement';
import type { Standing } from '../oracles/index.ts';
import type { Random } from './random.ts';

/** The problem with this placement as what stands today. */
export function withCurrent(problem: PlacementProblem, standing: Iterable<Standing>): PlacementProblem {
  const current = new Map<string, ReplicaAt[]>();
  for (const { resource, partition, node, role } of standing) {
    const key = `${resource} ${partition}`;
    const list = current.get(key);
    if (list === undefined) current.set(key, [{ node, role }]);
    else list.push({ node, role });
  }
  return mapPartitions(problem, (partition, resource) => ({
    ...partition,
    current: current.get(`${resource.name} ${partition.name}`) ?? [],
  }));
}

/** The problem with every partition put through `change`. */
export function mapPartitions(
  problem: PlacementProblem,
  change: (
    partition: PlacementResource['partitions'][number],
    resource: PlacementResource,
  ) => PlacementResource['partitions'][number],
): PlacementProblem {
  return {
    ...problem,
    resources: problem.resources.map((resource) => ({
      ...resource,
      partitions: resource.partitions.map((partition) => change(partition, resource)),
    })),
  };
}

interface Bin {
  readonly name: string;
  readonly zone: string;
  readonly tags: readonly string[];
  readonly share: number;
  readonly load: Map<string, number>;
  leaders: number;
}

/**
 * A placement by a plain rule that owes nothing to the solver: the heaviest partitions first, each replica on the least loaded node of
 * a zone that its partition does not use yet; the one with the fewest leaders leads. Capacities are not looked at.
 */
export function plant(random: Random, problem: PlacementProblem): Standing[] {
  const dimensions = problem.dimensions ?? [];
  const bins = problem.nodes.map(({ name, domain = '', tags = [], share = 1 }): Bin => {
    return { name, zone: domain.split('/')[1] ?? name, tags, share, load: new Map(), leaders: 0 };
  });
  const scale = new Map<string, number>();
  const all = problem.resources.flatMap((resource) =>
    resource.partitions.map((partition) => ({ resource, partition, luck: random.next() })),
  );
  for (const dimension of dimensions)
    scale.set(dimension, all.reduce((sum, { partition }) => sum + (partition.weight?.[dimension] ?? 0), 0) || 1);
  const weigh = ({ partition }: (typeof all)[number]): number =>
    dimensions.reduce((sum, dimension) => sum + (partition.weight?.[dimension] ?? 0) / (scale.get(dimension) ?? 1), 0);
  const fullness = (bin: Bin): number =>
    dimensions.length === 0
      ? (bin.load.get('') ?? 0) / bin.share
      : Math.max(...dimensions.map((dimension) => (bin.load.get(dimension) ?? 0) / (scale.get(dimension) ?? 1))) /
        bin.share;
  return all
    .sort((a, b) => weigh(b) - weigh(a) || a.luck - b.luck)
    .flatMap(({ resource, partition }) => {
      const slots = resource.roles.flatMap(({ name, count }) =>
        Array.from({ length: count === 'every' ? problem.nodes.length : count }, () => name),
      );
      const open = bins
        .filter(({ tags }) => resource.tag === undefined || tags.includes(resource.tag))
        .sort((a, b) => fullness(a) - fullness(b) || (a.name < b.name ? -1 : 1));
      const chosen = spreadOver(open, slots.length).sort((a, b) => a.leaders / a.share - b.leaders / b.share);
      return chosen.map((bin, at) => {
        if (at === 0) bin.leaders += 1;
        bin.load.set('', (bin.load.get('') ?? 0) + 1);
        for (const dimension of dimensions)
          bin.load.set(dimension, (bin.load.get(dimension) ?? 0) + (partition.weight?.[dimension] ?? 0));
        return { resource: resource.name, partition: partition.name, node: bin.name, role: slots[at] ?? '' };
      });
    });
}

/** The first `count` bins of different zones; where zones do not suffice, round after round. */
function spreadOver(open: readonly Bin[], count: number): Bin[] {
  const chosen: Bin[] = [];
  let left = [...open];
  while (chosen.length < count && left.length > 0) {
    const zones = new Set<string>();
    const round = left.filter(({ zone }) => !zones.has(zone) && zones.add(zone) !== undefined);
    chosen.push(...round.slice(0, count - chosen.length));
    left = left.filter((bin) => !round.includes(bin));
  }
  return chosen;
}
