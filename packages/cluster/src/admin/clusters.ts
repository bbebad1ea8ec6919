import { type CallOptions, KeelsonError } from '@keelson/runtime';
import type { Operation } from '@keelson/store';
import {
  builtInStateModels,
  ClusterConfig,
  type ClusterPaths,
  clusterPaths,
  decodeRecord,
  emptyRecord,
  LiveInstance,
  nameFault,
  withListFields,
  withSimpleFields,
} from '../model/index.ts';
import {
  type AdminContext,
  alreadyThere,
  editRecord,
  findRecord,
  type Named,
  putRecord,
  requireCluster,
} from './admin-store.ts';
import { type ChangeOptions, callOf, type Versioned, versioned } from './versioned.ts';

/** What a new cluster may be told. */
export interface CreateClusterOptions extends CallOptions {
  /** Whether instances nobody has added may add themselves as they join. Default false. */
  readonly allowParticipantAutoJoin?: boolean;
  /** Further simple fields of the cluster's config, by Helix's names. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A cluster at a glance. */
export interface ClusterDescription {
  readonly cluster: string;
  readonly config: ClusterConfig;
  readonly instances: readonly string[];
  readonly liveInstances: readonly string[];
  readonly resources: readonly string[];
  readonly stateModels: readonly string[];
  /** Name of the leading controller. */
  readonly leader: string | undefined;
  readonly paused: boolean;
  readonly maintenance: boolean;
}

const named = (cluster: string): Named => ({ kind: 'cluster', name: cluster, cluster });

/** Names of all clusters in the store. */
export async function listClusters({ store }: AdminContext, options: CallOptions): Promise<readonly string[]> {
  const names = await store.children('/', callOf(options));
  const usable = names.filter((name) => nameFault(name) === undefined);
  const configs = await Promise.all(usable.map((name) => store.get(clusterPaths(name).clusterConfig, callOf(options))));
  return usable.filter((_, index) => configs[index] !== undefined);
}

/** Every entry of a new cluster: Helix's skeleton, the empty config and history, the built-in state models. */
function creation(
  context: AdminContext,
  paths: ClusterPaths,
  options: CreateClusterOptions,
  cluster: string,
): readonly Operation[] {
  const autoJoin = options.allowParticipantAutoJoin === true ? { allowParticipantAutoJoin: 'true' } : {};
  const config = withSimpleFields(emptyRecord(cluster), { ...options.settings, ...autoJoin });
  const history = withListFields(emptyRecord('HISTORY'), { [cluster]: [] });
  const folders = paths.skeleton().map((path): Operation => ({ type: 'put', path, value: new Uint8Array(0) }));
  return [
    ...folders,
    putRecord(context, paths.clusterConfig, config),
    putRecord(context, paths.controllerHistory, history),
    ...builtInStateModels.map(({ name, record }) => putRecord(context, paths.stateModelDefinition(name), record)),
  ];
}

/** Creates a cluster in one transaction. */
export async function createCluster(
  context: AdminContext,
  cluster: string,
  options: CreateClusterOptions,
): Promise<Versioned<ClusterConfig>> {
  const paths = clusterPaths(cluster);
  const result = await context.store.transact(
    {
      if: [
        { path: paths.root, version: 0 },
        { path: paths.clusterConfig, version: 0 },
      ],
      then: creation(context, paths, options, cluster),
    },
    callOf(options),
  );
  if (!result.succeeded) throw alreadyThere(named(cluster));
  return await readConfig(context, cluster, options);
}

/** The cluster's config. */
export async function readConfig(
  context: AdminContext,
  cluster: string,
  options: CallOptions,
): Promise<Versioned<ClusterConfig>> {
  const { entry } = await requireCluster(context, cluster, options);
  return versioned(entry, new ClusterConfig(decodeRecord(entry.value) ?? emptyRecord(cluster)));
}

/** Changes simple fields of the cluster's config. */
export async function updateConfig(
  context: AdminContext,
  cluster: string,
  settings: Readonly<Record<string, string | undefined>>,
  options: ChangeOptions,
): Promise<Versioned<ClusterConfig>> {
  const { paths } = await requireCluster(context, cluster, options);
  const edit = await editRecord(
    context,
    paths.clusterConfig,
    named(cluster),
    (record) => ({ record: withSimpleFields(record, settings) }),
    options,
  );
  return versioned(edit, new ClusterConfig(edit.record));
}

/** Deletes a cluster with all that is in it. Refused while an instance or a controller is alive in it. */
export async function dropCluster(context: AdminContext, cluster: string, options: CallOptions): Promise<void> {
  const { paths } = await requireCluster(context, cluster, options);
  const call = callOf(options);
  const [live, leader] = await Promise.all([
    context.store.children(paths.liveInstances, call),
    context.store.get(paths.leader, call),
  ]);
  if (live.length > 0 || leader !== undefined) {
    const who = live.length > 0 ? `instances ${live.slice(0, 5).join(', ')}` : 'a controller';
    throw new KeelsonError('E_IN_USE', `Cluster "${cluster}" cannot be dropped: ${who} still run in it.`, {
      details: { cluster, live, controller: leader !== undefined },
    });
  }
  await context.store.delete(paths.root, { ...call, recursive: true });
}

/** What there is in a cluster, by name. */
export async function describeCluster(
  context: AdminContext,
  cluster: string,
  options: CallOptions,
): Promise<ClusterDescription> {
  const { value: config } = await readConfig(context, cluster, options);
  const paths = clusterPaths(cluster);
  const call = callOf(options);
  const names = (path: string): Promise<readonly string[]> => context.store.children(path, call);
  const [instances, liveInstances, resources, stateModels, leader, pause, maintenance] = await Promise.all([
    names(paths.participantConfigs),
    names(paths.liveInstances),
    names(paths.idealStates),
    names(paths.stateModelDefinitions),
    findRecord(context, paths.leader, call),
    findRecord(context, paths.pause, call),
    findRecord(context, paths.maintenance, call),
  ]);
  return {
    cluster,
    config,
    instances,
    liveInstances,
    resources,
    stateModels,
    leader: leader === undefined ? undefined : new LiveInstance(leader.record).instance,
    paused: pause !== undefined,
    maintenance: maintenance !== undefined,
  };
}

/** Sets or takes away the signal by which the controller holds still (`PAUSE`) or places nothing anew (`MAINTENANCE`). */
export async function signalCluster(
  context: AdminContext,
  cluster: string,
  signal: 'pause' | 'maintenance',
  on: boolean,
  options: CallOptions & { readonly reason?: string },
): Promise<void> {
  const { paths, guard } = await requireCluster(context, cluster, options);
  const path = paths[signal];
  const timestamp = String(context.runtime.clock.wallMs());
  const record = withSimpleFields(emptyRecord(signal), {
    REASON: options.reason ?? '',
    ...(signal === 'maintenance' ? { TIMESTAMP: timestamp, TRIGGERED_BY: 'USER' } : {}),
  });
  const operation: Operation = on ? putRecord(context, path, record) : { type: 'delete', path };
  const result = await context.store.transact({ if: [guard], then: [operation] }, callOf(options));
  if (!result.succeeded) throw new KeelsonError('E_NOT_FOUND', `There is no cluster "${cluster}" any more.`);
}
