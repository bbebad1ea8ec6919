import { type CallOptions, KeelsonError } from '@keelson/runtime';
import type { Operation } from '@keelson/store';
import { clusterPaths } from '../model/index.ts';
import { type AdminContext, conflict } from './admin-store.ts';
import { getInstance } from './instances.ts';
import { type ChangeOptions, callOf } from './versioned.ts';

/** The deletes of an instance's subtree, children before parents. */
async function subtreeDeletes(
  { store }: AdminContext,
  root: string,
  options: CallOptions,
): Promise<readonly Operation[]> {
  const { entries } = await store.list(root, { ...callOf(options), recursive: true });
  const paths = [root, ...entries.map(({ path }) => path)].sort().toReversed();
  return paths.map((path): Operation => ({ type: 'delete', path }));
}

/**
 * Removes an instance that is not alive, with its config, messages, states and history: in one transaction where the engine
 * takes that many operations, else the config first, so that it is no instance any more from then on.
 */
export async function removeInstance(
  context: AdminContext,
  cluster: string,
  instance: string,
  options: ChangeOptions,
): Promise<void> {
  const named = { kind: 'instance', name: instance, cluster };
  const { version } = await getInstance(context, cluster, instance, options);
  if (options.expect !== undefined && options.expect !== version) throw conflict(named, options.expect, version);
  const paths = clusterPaths(cluster);
  const { store } = context;
  const call = callOf(options);
  const path = paths.participantConfig(instance);
  const deletes = await subtreeDeletes(context, paths.instance(instance), options);
  const fits = deletes.length < store.capabilities.maxTransactionOperations;
  const result = await store.transact(
    {
      if: [
        { path, version },
        { path: paths.liveInstance(instance), version: 0 },
      ],
      then: [{ type: 'delete', path }, ...(fits ? deletes : [])],
      else: [{ type: 'get', path: paths.liveInstance(instance) }],
    },
    call,
  );
  if (!result.succeeded) {
    const [live] = result.results;
    if (live?.type !== 'get' || live.entry === undefined) throw conflict(named, version, version + 1);
    throw new KeelsonError('E_IN_USE', `Instance "${instance}" cannot be removed: it is alive. Stop it first.`, {
      details: { cluster, instance },
    });
  }
  if (!fits) await store.delete(paths.instance(instance), { ...call, recursive: true });
}
