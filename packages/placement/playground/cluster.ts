import type { PlacementNode, PlacementProblem } from '@keelson/placement';
import type { Settings } from './settings.ts';

export const DIMENSIONS: readonly string[] = ['cpu', 'disk', 'qps'];
const MEDIAN = 100;

/** Chance from a seed, so that a cluster can be shown to somebody else. */
function normals(seed: number): () => number {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** What the partitions weigh: of partition p in dimension d at `p * 3 + d`. */
export function weightsOf({ partitions, skew, seed }: Settings): Float64Array {
  const normal = normals(seed);
  return new Float64Array(partitions * DIMENSIONS.length).map(() => Math.round(MEDIAN * Math.exp(skew * normal())) + 1);
}

/** Name of the node that joins as number `index`. */
export const nodeName = (index: number): string => `node-${String(index).padStart(3, '0')}`;

/** Room of every node: so much of the fair share of the cluster as it was first declared. Where all weigh alike, replicas are counted. */
export function roomOf(settings: Settings, weights: Float64Array): Pick<PlacementNode, 'capacity' | 'maxReplicas'> {
  const totals = DIMENSIONS.map(() => 0);
  for (const [at, weight] of weights.entries()) {
    const d = at % DIMENSIONS.length;
    totals[d] = (totals[d] ?? 0) + weight;
  }
  const share = (settings.replicas * settings.room) / 100 / settings.nodes;
  if (settings.skew === 0) return { maxReplicas: Math.ceil(settings.partitions * share) };
  return { capacity: Object.fromEntries(DIMENSIONS.map((name, d) => [name, Math.ceil((totals[d] ?? 0) * share)])) };
}

/** The node that joins as number `index`, in the zone whose turn it is. */
export function nodeOf(index: number, zones: number, room: ReturnType<typeof roomOf>): PlacementNode {
  return { name: nodeName(index), domain: `/zone-${index % zones}/${nodeName(index)}`, ...room };
}

/** The cluster of the settings, with nothing placed yet. */
export function problemOf(settings: Settings, weights: Float64Array): PlacementProblem {
  const room = roomOf(settings, weights);
  const weighed = settings.skew > 0;
  const roles = [
    { name: 'leader', count: 1 },
    { name: 'follower', count: settings.replicas - 1 },
  ];
  return {
    dimensions: weighed ? DIMENSIONS : [],
    topology: { levels: ['zone', 'host'], faultZone: 'zone' },
    goals: { tolerance: settings.tolerance / 100 },
    nodes: Array.from({ length: settings.nodes }, (_, n) => nodeOf(n, settings.zones, room)),
    resources: [
      {
        name: 'db',
        roles: roles.filter(({ count }) => count > 0),
        partitions: Array.from({ length: settings.partitions }, (_, p) => {
          const name = `p${String(p).padStart(6, '0')}`;
          return weighed ? { name, weight: weightOf(weights, p) } : { name };
        }),
      },
    ],
  };
}

function weightOf(weights: Float64Array, p: number): Readonly<Record<string, number>> {
  return Object.fromEntries(DIMENSIONS.map((name, d) => [name, weights[p * DIMENSIONS.length + d] ?? 0]));
}
