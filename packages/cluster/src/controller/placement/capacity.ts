import type { Amounts, PlacementNode } from '@keelson/placement';
import { type Capacities, overlaid } from '../../model/index.ts';
import type { ClusterSnapshot } from '../../snapshot/index.ts';
import type { ResourceContext } from '../resource-context.ts';

const amounts = (keys: readonly string[], capacities: Capacities): Amounts =>
  Object.fromEntries(keys.map((key) => [key, capacities.get(key) ?? 0]));

/** What replicas of the partitions of a resource weigh. */
export interface Weights {
  readonly of: (partition: string) => Amounts;
  /** What is not said, as a sentence: then the resource cannot be placed by weight. */
  readonly fault: string | undefined;
}

/** The weights of a WAGED resource: the cluster's default, over it the resource's own. */
export function weightsOf(snapshot: ClusterSnapshot, { resource, config, ideal }: ResourceContext): Weights {
  const { capacityKeys: keys, defaultPartitionWeight } = snapshot.config;
  const usual = overlaid(defaultPartitionWeight, config?.defaultWeights ?? new Map());
  const usualAmounts = amounts(keys, usual);
  const own = new Map<string, Amounts>();
  let fault: string | undefined;
  for (const partition of ideal?.partitions ?? []) {
    const said = config?.weights(partition);
    const weights = said === undefined ? usual : overlaid(defaultPartitionWeight, said);
    if (said !== undefined) own.set(partition, amounts(keys, weights));
    const missing = keys.find((key) => !weights.has(key));
    if (missing === undefined) continue;
    fault ??= `${partition} of ${resource} has no weight for the capacity key "${missing}": neither PARTITION_CAPACITY_MAP of the resource nor DEFAULT_PARTITION_WEIGHT_MAP of the cluster says it`;
  }
  return { of: (partition) => own.get(partition) ?? usualAmounts, fault };
}

/** Room of the instances for WAGED resources. */
export interface Rooms {
  readonly nodes: readonly PlacementNode[];
  /** By instance: what it does not say, as a sentence. Such an instance keeps what it holds and takes nothing. */
  readonly faults: ReadonlyMap<string, string>;
}

/**
 * Nodes with their room and their share of the load, which follows from the room. One that does not say its room for some key has
 * as much as `held` stands on it: nothing is torn away from it, nothing comes.
 */
export function withRoom(
  snapshot: ClusterSnapshot,
  nodes: readonly PlacementNode[],
  held: (instance: string, key: string) => number,
): Rooms {
  const { capacityKeys: keys, defaultInstanceCapacity, maxPartitionsPerInstance } = snapshot.config;
  const faults = new Map<string, string>();
  const said = nodes.map(({ name }) =>
    overlaid(defaultInstanceCapacity, snapshot.instances.get(name)?.capacity ?? new Map()),
  );
  const mean = new Map(
    keys.map((key) => {
      const known = said.flatMap((room) => room.get(key) ?? []);
      return [key, known.reduce((sum, amount) => sum + amount, 0) / Math.max(1, known.length)];
    }),
  );
  const roomy = nodes.map((node, index) => {
    const room = said[index] ?? new Map<string, number>();
    const missing = keys.find((key) => !room.has(key));
    if (missing !== undefined) {
      faults.set(
        node.name,
        `${node.name} does not say its room for the capacity key "${missing}": neither its INSTANCE_CAPACITY_MAP nor DEFAULT_INSTANCE_CAPACITY_MAP of the cluster names it. It keeps what it holds and takes no more`,
      );
    }
    const capacity = Object.fromEntries(keys.map((key) => [key, room.get(key) ?? held(node.name, key)]));
    const shares = keys.map((key) => (room.get(key) ?? 0) / Math.max(1, mean.get(key) ?? 0));
    const share = shares.reduce((sum, one) => sum + one, 0) / Math.max(1, shares.length);
    return {
      ...node,
      capacity,
      ...(share > 0 ? { share } : {}),
      ...(maxPartitionsPerInstance === Number.MAX_SAFE_INTEGER ? {} : { maxReplicas: maxPartitionsPerInstance }),
    };
  });
  return { nodes: roomy, faults };
}
