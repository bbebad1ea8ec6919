import type { PlacementNode, PlacementProblem } from '@keelson/placement';
import { type ClusterSpec, clusterOf, weightOf } from './cluster.ts';
import { newcomer } from './node-families.ts';
import { mapPartitions, withCurrent } from './plant.ts';
import type { Random } from './random.ts';
import { change, drawSpec, type Family, start } from './scenario.ts';

/** Changes in a row in one sequence. */
export const sequenceLength = 200;

/** One of the things that happen to a cluster; the cluster keeps between a half and twice its first size. */
function nextEvent(random: Random, now: PlacementProblem, spec: ClusterSpec, count: number): PlacementProblem {
  const live = now.nodes.filter(({ state }) => state === undefined);
  const nodes = now.nodes.filter(({ state }) => state !== 'draining');
  const replace = (old: PlacementNode, fresh: PlacementNode): PlacementProblem => ({
    ...now,
    nodes: nodes.map((node) => (node === old ? fresh : node)),
  });
  const victim = random.pick(live);
  const event = random.int(0, weighted(spec) ? 4 : 3);
  if (live.length <= spec.nodes * 0.7 || (event === 0 && live.length < spec.nodes * 1.5))
    return { ...now, nodes: [...nodes, newcomer({ ...now, nodes }, count)] };
  if (event === 1) return { ...now, nodes: nodes.filter((node) => node !== victim) };
  if (event === 2) return replace(victim, { ...victim, state: 'draining' });
  if (event === 3) {
    const { share: _, ...plain } = victim;
    return replace(victim, random.int(0, 1) === 0 ? plain : { ...victim, share: random.pick([0.5, 2]) });
  }
  return mapPartitions({ ...now, nodes }, (partition) =>
    random.next() < 0.05 ? { ...partition, weight: weightOf(random, spec.weights, spec.dimensions) } : partition,
  );
}

const weighted = ({ weights }: ClusterSpec): boolean => weights !== 'none';

/** Quality must not decay as change follows change. */
export const sequenceFamilies: readonly Family[] = [
  {
    name: '200 changes in a row',
    weighted: 'both',
    *ask(random, isWeighted) {
      const spec = drawSpec(random, isWeighted, false, {
        zones: 4,
        nodes: random.int(12, 18),
        partitions: random.int(100, 160),
        weights: isWeighted ? 'uniform' : 'none',
        dimensions: ['disk'],
      });
      let now = clusterOf(random, spec);
      now = withCurrent(now, yield start(now));
      for (let step = 0; step < sequenceLength; step += 1) {
        now = nextEvent(random, now, spec, spec.nodes + step);
        now = withCurrent(now, yield change(now));
      }
    },
  },
];
