import type { PlacementNode, Topology } from '@keelson/placement';
import type { ClusterConfig, InstanceConfig } from '../../model/index.ts';
import type { ClusterSnapshot } from '../../snapshot/index.ts';
import type { NodeSets } from '../node-sets.ts';

/** Level of the one domain there is where TOPOLOGY does not say more. */
const ZONE = 'zone';

/** The levels that count: TOPOLOGY down to the zone of faults. */
function levelsOf(config: ClusterConfig): readonly string[] {
  const levels = config.topologyLevels;
  const zone = levels.indexOf(config.faultZoneType ?? '');
  return zone < 0 ? [ZONE] : levels.slice(0, zone + 1);
}

/** How the instances hang together; `undefined` where the cluster does not care, and each is a zone of its own. */
export function topologyOf(config: ClusterConfig): Topology | undefined {
  if (!config.topologyAware) return undefined;
  const levels = levelsOf(config);
  return { levels, faultZone: levels.at(-1) ?? ZONE };
}

/** `/eu/eu-1`. A wider level that is not said is Helix's default; without a zone an instance is one of its own. */
function domainOf(config: ClusterConfig, instance: InstanceConfig): string {
  const wider = levelsOf(config).slice(0, -1);
  const values = wider.map((level) => instance.domainValue(level) ?? `Helix_default_${level}`);
  const zone = instance.zone(config.faultZoneType) ?? `instance:${instance.instance}`;
  return `/${[...values, zone].map((value) => value.replaceAll('/', ':')).join('/')}`;
}

/** For one resource: which instances count for its placement. Those that are away but in here keep their places. */
export interface ResourceNodes {
  readonly resource: string;
  readonly active: ReadonlySet<string>;
}

/** What a node may do: away within every delay it keeps its place; alive but not to be used, it keeps replicas until they stand elsewhere. */
function stateOf(instance: InstanceConfig, nodes: NodeSets, held: boolean): Partial<PlacementNode> {
  const name = instance.instance;
  if (nodes.enabledLive.has(name)) return {};
  if (held) return { state: 'offline', offlineSinceMs: 0 };
  return { state: nodes.live.has(name) ? 'draining' : 'offline' };
}

/**
 * The instances as the solver sees them: those that may hold replicas, alive or not, and those that are being evacuated. To be
 * placed with `nowMs: 0` and any grace: whether an away node is within its delay has been decided per resource.
 *
 * @param resources Whose replicas are placed together. A node that is away too long for some of them is closed to these.
 */
export function placementNodes(
  snapshot: ClusterSnapshot,
  nodes: NodeSets,
  resources: readonly ResourceNodes[],
): readonly PlacementNode[] {
  const { config } = snapshot;
  const evacuated = [...snapshot.instances.values()].filter(
    ({ operation, instance }) => operation === 'EVACUATE' && nodes.live.has(instance),
  );
  return [...nodes.assignable, ...evacuated].map((instance) => {
    const name = instance.instance;
    const away = !nodes.enabledLive.has(name);
    const holding = away ? resources.filter(({ active }) => active.has(name)) : resources;
    const held = away && holding.length > 0;
    const closed = held ? resources.filter((one) => !holding.includes(one)) : [];
    return {
      name,
      tags: instance.tags,
      ...(config.topologyAware ? { domain: domainOf(config, instance) } : {}),
      ...stateOf(instance, nodes, held),
      ...(closed.length === 0 ? {} : { disabled: closed.map(({ resource }) => ({ resource })) }),
    };
  });
}
