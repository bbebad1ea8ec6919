import type { InstanceConfig } from '../model/index.ts';
import type { ClusterSnapshot } from '../snapshot/index.ts';

/** Who may hold what, of one moment. Helix's sets of nodes, by Helix's names. */
export interface NodeSets {
  /** Alive, added to the cluster and not of operation UNKNOWN: instance to session. */
  readonly live: ReadonlyMap<string, string>;
  /** Alive under any condition: the bound of states with count N, and the targets that messages can reach. */
  readonly allLive: ReadonlyMap<string, string>;
  /** May hold replicas, alive or not: operation ENABLE or DISABLE. In order of name. */
  readonly assignable: readonly InstanceConfig[];
  /** Alive and of operation ENABLE. */
  readonly enabledLive: ReadonlySet<string>;
  /** Of operation DISABLE. */
  readonly disabled: ReadonlySet<string>;
  /** Has partitions disabled, of any resource. */
  readonly withDisabledPartitions: readonly InstanceConfig[];
}

/** The sets of nodes of a snapshot. */
export function nodeSets(snapshot: ClusterSnapshot): NodeSets {
  const live = new Map<string, string>();
  const allLive = new Map<string, string>();
  const enabledLive = new Set<string>();
  const disabled = new Set<string>();
  for (const { instance, session } of snapshot.live.values()) {
    allLive.set(instance, session);
    const operation = snapshot.instances.get(instance)?.operation;
    if (operation === undefined || operation === 'UNKNOWN') continue;
    live.set(instance, session);
    if (operation === 'ENABLE') enabledLive.add(instance);
  }
  const configs = [...snapshot.instances.values()];
  for (const config of configs) if (config.operation === 'DISABLE') disabled.add(config.instance);
  const assignable = configs
    .filter(({ operation }) => operation === 'ENABLE' || operation === 'DISABLE')
    .sort((a, b) => (a.instance < b.instance ? -1 : 1));
  const withDisabledPartitions = configs.filter((config) => config.hasDisabledPartitions);
  return { live, allLive, assignable, enabledLive, disabled, withDisabledPartitions };
}

/** Whether a replica may not be in any but the initial state, and if so by whose word. */
export type DisabledAt = (instance: string, partition: string) => 'instance' | 'partition' | undefined;

/** For one resource: where its partitions are disabled. */
export function disabledAt(nodes: NodeSets, resource: string): DisabledAt {
  const partitions = new Map<string, ReadonlySet<string>>();
  for (const config of nodes.withDisabledPartitions) {
    const disabled = config.disabledPartitions(resource);
    if (disabled.size > 0) partitions.set(config.instance, disabled);
  }
  return (instance, partition) => {
    if (nodes.disabled.has(instance)) return 'instance';
    return partitions.get(instance)?.has(partition) ? 'partition' : undefined;
  };
}
