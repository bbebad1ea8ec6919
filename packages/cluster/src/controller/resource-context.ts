import type { IdealState, ResourceConfig, StateModelDefinition } from '../model/index.ts';
import type { ClusterSnapshot } from '../snapshot/index.ts';
import { type DisabledAt, disabledAt, type NodeSets } from './node-sets.ts';
import { type ReplicaReason, reason } from './replica-reason.ts';

/** State model whose resources are the task framework's, not the controller's. */
const TASK_MODEL = 'Task';

const WAGED = 'org.apache.helix.controller.rebalancer.waged.WagedRebalancer';

/** Rebalancers of FULL_AUTO whose place our placement takes. Others are classes of somebody's own, which only Java can load. */
const knownRebalancers: ReadonlySet<string> = new Set([
  'org.apache.helix.controller.rebalancer.AutoRebalancer',
  'org.apache.helix.controller.rebalancer.DelayedAutoRebalancer',
  WAGED,
]);

/** One resource with what its partitions have in common. */
export interface ResourceContext {
  readonly resource: string;
  /** Absent once the resource was dropped. */
  readonly ideal: IdealState | undefined;
  readonly config: ResourceConfig | undefined;
  readonly model: StateModelDefinition;
  readonly enabled: boolean;
  readonly nodes: NodeSets;
  readonly disabledAt: DisabledAt;
  readonly paused: boolean;
  readonly maintenance: boolean;
}

/** A resource about which nothing can be decided, and why. Its replicas stay as they are. */
export interface UnusableResource {
  readonly resource: string;
  readonly reason: ReplicaReason;
}

const unusable = (resource: string, text: string): UnusableResource => ({
  resource,
  reason: reason('RESOURCE_UNUSABLE', text),
});

function rebalancerFault(ideal: IdealState): string | undefined {
  const name = ideal.rebalancerClass;
  if (ideal.mode === 'USER_DEFINED')
    return `rebalance mode USER_DEFINED needs the Java class ${name ?? '(none named)'}`;
  if (ideal.mode !== 'FULL_AUTO' || name === undefined || knownRebalancers.has(name)) return undefined;
  return `its REBALANCER_CLASS_NAME ${name} is not known here`;
}

/**
 * What a resource's partitions have in common; why nothing can be decided about it; `undefined` where it is not the
 * controller's: resources of the task framework.
 */
export function resourceContext(
  snapshot: ClusterSnapshot,
  nodes: NodeSets,
  resource: string,
): ResourceContext | UnusableResource | undefined {
  const ideal = snapshot.idealStates.get(resource);
  const modelName = ideal?.stateModel ?? snapshot.stateModelOf.get(resource) ?? '';
  if (modelName === TASK_MODEL || ideal?.mode === 'TASK') return undefined;
  const model = snapshot.stateModels.get(modelName);
  if (model === undefined) return unusable(resource, `The cluster has no state model "${modelName}".`);
  const fault = ideal?.fault ?? (ideal === undefined ? undefined : rebalancerFault(ideal));
  if (fault !== undefined) return unusable(resource, `Its ideal state cannot be used: ${fault}.`);
  const config = snapshot.resourceConfigs.get(resource);
  return {
    resource,
    ideal,
    config,
    model,
    enabled: config?.enabled ?? ideal?.enabled ?? true,
    nodes,
    disabledAt: disabledAt(nodes, resource),
    paused: snapshot.pause !== undefined,
    maintenance: snapshot.maintenance !== undefined,
  };
}

/** Whether the resource shares the room of the instances with the other WAGED resources, and is placed together with them. */
export function isWaged({ ideal }: ResourceContext): boolean {
  return ideal?.mode === 'FULL_AUTO' && ideal.rebalancerClass === WAGED;
}
