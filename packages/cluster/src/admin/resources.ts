import { type CallOptions, KeelsonError } from '@keelson/runtime';
import type { Comparison, Operation } from '@keelson/store';
import {
  assertName,
  type ClusterPaths,
  clusterPaths,
  IdealState,
  StateModelDefinition,
  withSimpleFields,
} from '../model/index.ts';
import { type AdminContext, alreadyThere, conflict, editRecord, findRecord, requireCluster } from './admin-store.ts';
import {
  assertResourceSpec,
  idealStateOf,
  patchedSpec,
  type ResourcePatch,
  type ResourceSpec,
  specOf,
} from './resource-spec.ts';
import { idealStateWrites, readIdealState, readWhole, resourceNamed } from './stored-ideal-state.ts';
import { type ChangeOptions, callOf, type Versioned, versioned } from './versioned.ts';

/** The state model a resource names; one that the cluster does not have is a fault of the caller's. */
async function modelOf(
  context: AdminContext,
  paths: ClusterPaths,
  name: string,
  options: CallOptions,
): Promise<StateModelDefinition> {
  assertName('state model', name);
  const found = await findRecord(context, paths.stateModelDefinition(name), options);
  if (found !== undefined) return new StateModelDefinition(found.record);
  throw new KeelsonError('E_INVALID_ARGUMENT', `The cluster has no state model "${name}". Add it first.`, {
    details: { stateModel: name },
  });
}

/** The ideal state of a spec, refused where no controller could carry it out. */
async function declared(
  context: AdminContext,
  paths: ClusterPaths,
  resource: string,
  spec: ResourceSpec,
  options: CallOptions,
): Promise<IdealState> {
  assertResourceSpec(resource, spec, await modelOf(context, paths, spec.stateModel, options));
  const needsInstances = spec.mode === 'SEMI_AUTO' && spec.preferenceLists === undefined;
  const instances = needsInstances ? await context.store.children(paths.participantConfigs, callOf(options)) : [];
  return idealStateOf(resource, spec, instances);
}

/** Declares a new resource in one transaction. */
export async function addResource(
  context: AdminContext,
  cluster: string,
  resource: string,
  spec: ResourceSpec,
  options: CallOptions,
): Promise<Versioned<IdealState>> {
  assertName('resource', resource);
  const { paths, guard } = await requireCluster(context, cluster, options);
  const ideal = await declared(context, paths, resource, spec, options);
  const result = await context.store.transact(
    {
      if: [guard, { path: paths.idealState(resource), version: 0 }],
      then: idealStateWrites(context, paths, ideal, []),
    },
    callOf(options),
  );
  if (!result.succeeded) throw alreadyThere(resourceNamed(cluster, resource));
  return { value: ideal, version: 1 };
}

/** Fields that a spec speaks of: one that the changed spec leaves out was taken back. */
const DECLARED_FIELDS: ReadonlySet<string> = new Set([
  'HELIX_ENABLED',
  'INSTANCE_GROUP_TAG',
  'REBALANCER_CLASS_NAME',
  'REBALANCE_STRATEGY',
  'MIN_ACTIVE_REPLICAS',
  'REBALANCE_DELAY',
  'MAX_PARTITIONS_PER_INSTANCE',
  'BUCKET_SIZE',
]);

/** Replaces what is declared of a resource. Fields that a spec does not know stay. */
export async function updateResource(
  context: AdminContext,
  cluster: string,
  resource: string,
  patch: ResourcePatch,
  options: ChangeOptions,
): Promise<Versioned<IdealState>> {
  assertName('resource', resource);
  const { paths } = await requireCluster(context, cluster, options);
  const name = resourceNamed(cluster, resource);
  const before = await readIdealState(context, paths, name, options);
  if (options.expect !== undefined && options.expect !== before.version)
    throw conflict(name, options.expect, before.version);
  const spec = { ...patchedSpec(specOf(before.value), patch) };
  // Lists and maps of another mode, or for another number of partitions, do not outlive the change.
  if (spec.mode !== 'SEMI_AUTO') delete spec.preferenceLists;
  if (spec.mode !== 'CUSTOMIZED') delete spec.instanceStates;
  const resized = spec.partitions !== before.value.partitionCount || spec.replicas !== specOf(before.value).replicas;
  if (resized && patch.preferenceLists === undefined) delete spec.preferenceLists;
  const ideal = await declared(context, paths, resource, spec, options);
  const foreign = Object.entries(before.value.record.simpleFields).filter(
    ([key]) => !(key in ideal.record.simpleFields),
  );
  const kept = Object.fromEntries(foreign.filter(([key]) => !DECLARED_FIELDS.has(key)));
  const whole = new IdealState(withSimpleFields(ideal.record, kept));
  const guard: Comparison = { path: paths.idealState(resource), version: before.version };
  const then = idealStateWrites(context, paths, whole, before.stored);
  const result = await context.store.transact({ if: [guard], then }, callOf(options));
  if (!result.succeeded) throw conflict(name, before.version, before.version + 1);
  return { value: whole, version: before.version + 1 };
}

/** Enables or disables a resource: disabled, its replicas wait in the initial state. */
export async function enableResource(
  context: AdminContext,
  cluster: string,
  resource: string,
  enabled: boolean,
  options: ChangeOptions,
): Promise<Versioned<IdealState>> {
  assertName('resource', resource);
  const { paths } = await requireCluster(context, cluster, options);
  const change = { HELIX_ENABLED: String(enabled) };
  const edit = await editRecord(
    context,
    paths.idealState(resource),
    resourceNamed(cluster, resource),
    (record) => ({ record: withSimpleFields(record, change) }),
    options,
  );
  return versioned(edit, new IdealState(edit.record));
}

/** Takes a resource back in one transaction: ideal state and config. Its replicas are dropped by the controller. */
export async function dropResource(
  context: AdminContext,
  cluster: string,
  resource: string,
  options: ChangeOptions,
): Promise<void> {
  assertName('resource', resource);
  await requireCluster(context, cluster, options);
  const paths = clusterPaths(cluster);
  const name = resourceNamed(cluster, resource);
  const { entry, stored } = await readWhole(context, paths, name, options);
  if (options.expect !== undefined && options.expect !== entry.version) {
    throw conflict(name, options.expect, entry.version);
  }
  const path = paths.idealState(resource);
  const deletes = [...stored.map((bucket) => `${path}/${bucket}`), path, paths.resourceConfig(resource)];
  const result = await context.store.transact(
    {
      if: [{ path, modifyRevision: entry.modifyRevision }],
      then: deletes.map((place): Operation => ({ type: 'delete', path: place })),
    },
    callOf(options),
  );
  if (!result.succeeded) throw conflict(name, entry.version, entry.version + 1);
}
