import type { CallOptions, Runtime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import {
  type ClusterConfig,
  clusterPaths,
  type IdealState,
  type InstanceConfig,
  type StateModelDefinition,
  type StateModelSpec,
} from '../model/index.ts';
import { type AdminContext, requireCluster } from './admin-store.ts';
import * as clusters from './clusters.ts';
import * as instances from './instances.ts';
import { removeInstance } from './remove-instance.ts';
import { type ResetTarget, resetPartition } from './reset-partition.ts';
import type { ResourcePatch, ResourceSpec } from './resource-spec.ts';
import * as resources from './resources.ts';
import * as stateModels from './state-models.ts';
import { getResource } from './stored-ideal-state.ts';
import { type ChangeOptions, callOf, type Versioned } from './versioned.ts';

/** What takes a reason. */
export interface ReasonOptions extends ChangeOptions {
  /** For those who look later why. */
  readonly reason?: string;
}

/** How many replicas to spread, and over whom. */
export interface RebalanceOptions extends ChangeOptions {
  readonly replicas: number;
  readonly tag?: string;
}

/**
 * Creates, describes, changes and drops clusters, instances, resources and state models: writes what Apache HelixAdmin writes.
 *
 * Each change is one transaction (what differs is said at the method) and is refused whole: `E_NOT_FOUND` for an unknown cluster or
 * name, `E_INVALID_PATH` for a name that cannot be one, `E_INVALID_ARGUMENT` for a value that cannot be, with every fault named,
 * `E_ALREADY_EXISTS`, `E_VERSION_CONFLICT` where `expect` is not met, `E_IN_USE`, `E_TOO_LARGE`. Default time limit 5 s.
 */
export interface ClusterAdmin {
  listClusters(options?: CallOptions): Promise<readonly string[]>;
  createCluster(cluster: string, options?: clusters.CreateClusterOptions): Promise<Versioned<ClusterConfig>>;
  /** Deletes everything of the cluster. `E_IN_USE` while an instance or a controller runs in it. */
  dropCluster(cluster: string, options?: CallOptions): Promise<void>;
  describeCluster(cluster: string, options?: CallOptions): Promise<clusters.ClusterDescription>;
  getClusterConfig(cluster: string, options?: CallOptions): Promise<Versioned<ClusterConfig>>;
  /** Sets simple fields of the cluster's config, by Helix's names; `undefined` removes one. */
  updateClusterConfig(
    cluster: string,
    settings: Readonly<Record<string, string | undefined>>,
    options?: ChangeOptions,
  ): Promise<Versioned<ClusterConfig>>;
  /** Has the controller hold still, or go on. */
  pauseCluster(cluster: string, paused: boolean, options?: ReasonOptions): Promise<void>;
  /** Has the controller place nothing anew, or do so again. */
  setMaintenance(cluster: string, on: boolean, options?: ReasonOptions): Promise<void>;

  listInstances(cluster: string, options?: CallOptions): Promise<readonly string[]>;
  getInstance(cluster: string, instance: string, options?: CallOptions): Promise<Versioned<InstanceConfig>>;
  addInstance(
    cluster: string,
    instance: string,
    options?: instances.AddInstanceOptions,
  ): Promise<Versioned<InstanceConfig>>;
  updateInstance(
    cluster: string,
    instance: string,
    patch: instances.InstancePatch,
    options?: ChangeOptions,
  ): Promise<Versioned<InstanceConfig>>;
  /** Disabled, an instance keeps its replicas' places but serves none. */
  enableInstance(
    cluster: string,
    instance: string,
    enabled: boolean,
    options?: ReasonOptions,
  ): Promise<Versioned<InstanceConfig>>;
  /** `E_IN_USE` while it is alive. In one transaction where the engine takes as many operations, else the config goes first. */
  removeInstance(cluster: string, instance: string, options?: ChangeOptions): Promise<void>;
  enablePartition(
    cluster: string,
    target: instances.PartitionTarget,
    enabled: boolean,
    options?: ChangeOptions,
  ): Promise<Versioned<InstanceConfig>>;
  /** Brings replicas out of ERROR. */
  resetPartition(cluster: string, target: ResetTarget, options?: ChangeOptions): Promise<void>;

  listResources(cluster: string, options?: CallOptions): Promise<readonly string[]>;
  getResource(cluster: string, resource: string, options?: CallOptions): Promise<Versioned<IdealState>>;
  addResource(
    cluster: string,
    resource: string,
    spec: ResourceSpec,
    options?: CallOptions,
  ): Promise<Versioned<IdealState>>;
  /** Changes what is named and keeps the rest, fields that are not known here too. */
  updateResource(
    cluster: string,
    resource: string,
    patch: ResourcePatch,
    options?: ChangeOptions,
  ): Promise<Versioned<IdealState>>;
  enableResource(
    cluster: string,
    resource: string,
    enabled: boolean,
    options?: ChangeOptions,
  ): Promise<Versioned<IdealState>>;
  /** Sets the number of replicas; in SEMI_AUTO spreads new preference lists over the instances. */
  rebalance(cluster: string, resource: string, options: RebalanceOptions): Promise<Versioned<IdealState>>;
  /** Takes the resource back; the controller has its replicas dropped. */
  dropResource(cluster: string, resource: string, options?: ChangeOptions): Promise<void>;

  listStateModels(cluster: string, options?: CallOptions): Promise<readonly string[]>;
  getStateModel(cluster: string, model: string, options?: CallOptions): Promise<Versioned<StateModelDefinition>>;
  /** Adds a state model, or, where `expect` is given, replaces that version of it. Built-in ones stay as they are. */
  addStateModel(
    cluster: string,
    model: StateModelSpec | StateModelDefinition,
    options?: ChangeOptions,
  ): Promise<Versioned<StateModelDefinition>>;
  /** `E_IN_USE` while a resource uses it. */
  removeStateModel(cluster: string, model: string, options?: ChangeOptions): Promise<void>;
}

/**
 * The administration of all clusters in a store.
 *
 * @example
 * const admin = createAdmin({ store, runtime });
 * await admin.createCluster('shop', { allowParticipantAutoJoin: true });
 * await admin.addResource('shop', 'orders', { partitions: 16, replicas: 3, stateModel: 'MasterSlave', mode: 'FULL_AUTO' });
 */
export function createAdmin(options: { readonly store: Store; readonly runtime: Runtime }): ClusterAdmin {
  const context: AdminContext = options;
  const children = async (
    cluster: string,
    path: 'participantConfigs' | 'idealStates' | 'stateModelDefinitions',
    call: CallOptions,
  ): Promise<readonly string[]> => {
    await requireCluster(context, cluster, call);
    return await context.store.children(clusterPaths(cluster)[path], callOf(call));
  };
  return {
    listClusters: (call = {}) => clusters.listClusters(context, call),
    createCluster: (cluster, create = {}) => clusters.createCluster(context, cluster, create),
    dropCluster: (cluster, call = {}) => clusters.dropCluster(context, cluster, call),
    describeCluster: (cluster, call = {}) => clusters.describeCluster(context, cluster, call),
    getClusterConfig: (cluster, call = {}) => clusters.readConfig(context, cluster, call),
    updateClusterConfig: (cluster, settings, change = {}) => clusters.updateConfig(context, cluster, settings, change),
    pauseCluster: (cluster, on, change = {}) => clusters.signalCluster(context, cluster, 'pause', on, change),
    setMaintenance: (cluster, on, change = {}) => clusters.signalCluster(context, cluster, 'maintenance', on, change),

    listInstances: (cluster, call = {}) => children(cluster, 'participantConfigs', call),
    getInstance: (cluster, instance, call = {}) => instances.getInstance(context, cluster, instance, call),
    addInstance: (cluster, instance, add = {}) => instances.addInstance(context, cluster, instance, add),
    updateInstance: (cluster, instance, patch, change = {}) =>
      instances.updateInstance(context, cluster, instance, patch, change),
    enableInstance: (cluster, instance, enabled, { reason, ...change } = {}) =>
      instances.updateInstance(
        context,
        cluster,
        instance,
        { enabled, ...(reason === undefined ? {} : { reason }) },
        change,
      ),
    removeInstance: (cluster, instance, change = {}) => removeInstance(context, cluster, instance, change),
    enablePartition: (cluster, target, enabled, change = {}) =>
      instances.enablePartition(context, cluster, target, enabled, change),
    resetPartition: (cluster, target, change = {}) => resetPartition(context, cluster, target, change),

    listResources: (cluster, call = {}) => children(cluster, 'idealStates', call),
    getResource: (cluster, resource, call = {}) => getResource(context, cluster, resource, call),
    addResource: (cluster, resource, spec, call = {}) => resources.addResource(context, cluster, resource, spec, call),
    updateResource: (cluster, resource, patch, change = {}) =>
      resources.updateResource(context, cluster, resource, patch, change),
    enableResource: (cluster, resource, enabled, change = {}) =>
      resources.enableResource(context, cluster, resource, enabled, change),
    rebalance: (cluster, resource, { replicas, tag, ...change }) =>
      resources.updateResource(context, cluster, resource, { replicas, ...(tag === undefined ? {} : { tag }) }, change),
    dropResource: (cluster, resource, change = {}) => resources.dropResource(context, cluster, resource, change),

    listStateModels: (cluster, call = {}) => children(cluster, 'stateModelDefinitions', call),
    getStateModel: (cluster, model, call = {}) => stateModels.getStateModel(context, cluster, model, call),
    addStateModel: (cluster, model, change = {}) => stateModels.putStateModel(context, cluster, model, change),
    removeStateModel: (cluster, model, change = {}) => stateModels.removeStateModel(context, cluster, model, change),
  };
}
