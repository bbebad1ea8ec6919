import { type CallOptions, KeelsonError } from '@keelson/runtime';
import {
  assertName,
  assertStateModel,
  builtInStateModel,
  decodeRecord,
  defineStateModel,
  IdealState,
  StateModelDefinition,
  type StateModelSpec,
} from '../model/index.ts';
import {
  type AdminContext,
  alreadyThere,
  conflict,
  type Named,
  putRecord,
  requireCluster,
  requireRecord,
} from './admin-store.ts';
import { type ChangeOptions, callOf, type Versioned, versioned } from './versioned.ts';

const named = (cluster: string, model: string): Named => ({ kind: 'state model', name: model, cluster });

/** A state model of the cluster. */
export async function getStateModel(
  context: AdminContext,
  cluster: string,
  model: string,
  options: CallOptions,
): Promise<Versioned<StateModelDefinition>> {
  assertName('state model', model);
  const { paths } = await requireCluster(context, cluster, options);
  const found = await requireRecord(context, paths.stateModelDefinition(model), named(cluster, model), options);
  return versioned(found.entry, new StateModelDefinition(found.record));
}

function checked(model: StateModelSpec | StateModelDefinition): StateModelDefinition {
  if (!(model instanceof StateModelDefinition)) return defineStateModel(model);
  assertStateModel(model);
  return model;
}

/** Built-in models are the same in every cluster: a leading controller writes them back. */
function assertOwn(model: string): void {
  if (builtInStateModel(model) === undefined) return;
  throw new KeelsonError('E_ALREADY_EXISTS', `"${model}" is built in and stays as it is. Choose another name.`, {
    details: { stateModel: model },
  });
}

/** Adds a state model, or, where `expect` is given, replaces that version of it. */
export async function putStateModel(
  context: AdminContext,
  cluster: string,
  model: StateModelSpec | StateModelDefinition,
  options: ChangeOptions,
): Promise<Versioned<StateModelDefinition>> {
  const definition = checked(model);
  assertOwn(definition.name);
  const { paths, guard } = await requireCluster(context, cluster, options);
  const path = paths.stateModelDefinition(definition.name);
  const { expect = 0 } = options;
  const result = await context.store.transact(
    {
      if: [guard, { path, version: expect }],
      then: [putRecord(context, path, definition.record)],
      else: [{ type: 'get', path }],
    },
    callOf(options),
  );
  if (result.succeeded) return { value: definition, version: expect + 1 };
  const [seen] = result.results;
  const version = seen?.type === 'get' ? (seen.entry?.version ?? 0) : 0;
  if (expect === 0 && version > 0) throw alreadyThere(named(cluster, definition.name));
  throw conflict(named(cluster, definition.name), expect, version);
}

/** Removes a state model that no resource uses. */
export async function removeStateModel(
  context: AdminContext,
  cluster: string,
  model: string,
  options: ChangeOptions,
): Promise<void> {
  assertOwn(model);
  const { version } = await getStateModel(context, cluster, model, options);
  if (options.expect !== undefined && options.expect !== version) {
    throw conflict(named(cluster, model), options.expect, version);
  }
  const { paths } = await requireCluster(context, cluster, options);
  const { entries } = await context.store.list(paths.idealStates, callOf(options));
  const users = entries
    .map(({ value }) => decodeRecord(value))
    .filter((record) => record !== undefined && new IdealState(record).stateModel === model);
  if (users.length > 0) {
    const names = users.map((record) => record?.id ?? '');
    throw new KeelsonError('E_IN_USE', `State model "${model}" cannot be removed: ${names.join(', ')} use it.`, {
      details: { cluster, stateModel: model, resources: names },
    });
  }
  const path = paths.stateModelDefinition(model);
  const result = await context.store.transact(
    { if: [{ path, version }], then: [{ type: 'delete', path }] },
    callOf(options),
  );
  if (!result.succeeded) throw conflict(named(cluster, model), version, version + 1);
}
