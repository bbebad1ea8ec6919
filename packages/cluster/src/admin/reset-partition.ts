import { hostname } from 'node:os';
import { KeelsonError } from '@keelson/runtime';
import type { Comparison } from '@keelson/store';
import {
  assertName,
  bucketName,
  CurrentState,
  decodeRecord,
  ERROR_STATE,
  IdealState,
  LiveInstance,
  Message,
  mapValue,
  StateModelDefinition,
} from '../model/index.ts';
import { type AdminContext, findRecord, putRecord, requireCluster, requireRecord } from './admin-store.ts';
import { type ChangeOptions, callOf } from './versioned.ts';

/** Replicas to bring out of ERROR. */
export interface ResetTarget {
  readonly instance: string;
  readonly resource: string;
  readonly partitions: readonly string[];
}

const refused = (text: string, details: Readonly<Record<string, unknown>>): KeelsonError =>
  new KeelsonError('E_INVALID_ARGUMENT', text, { details });

/**
 * Asks an instance to bring replicas out of ERROR into the initial state, from where the controller takes them on. All or none:
 * one transaction.
 *
 * @throws `E_INVALID_ARGUMENT` where the instance is not alive or a replica is not in ERROR; `E_NOT_FOUND` for unknown names;
 * `E_ALREADY_EXISTS` where a replica was asked for a transition already.
 */
export async function resetPartition(
  context: AdminContext,
  cluster: string,
  target: ResetTarget,
  options: ChangeOptions,
): Promise<void> {
  const { instance, resource, partitions } = target;
  assertName('instance', instance);
  assertName('resource', resource);
  const { paths } = await requireCluster(context, cluster, options);
  const call = callOf(options);
  const ideal = new IdealState(
    (await requireRecord(context, paths.idealState(resource), { kind: 'resource', name: resource, cluster }, call))
      .record,
  );
  const live = await findRecord(context, paths.liveInstance(instance), call);
  if (live === undefined)
    throw refused(`Instance "${instance}" is not alive; it starts afresh when it joins.`, { instance });
  const session = new LiveInstance(live.record).sessionOf(live.entry.owner);
  const statePath = paths.currentState(instance, session, resource);
  const head = await findRecord(context, statePath, call);
  const guards: Comparison[] = [{ path: paths.liveInstance(instance), createRevision: live.entry.createRevision }];
  const stateModel = ideal.stateModel;
  const model = await requireRecord(
    context,
    paths.stateModelDefinition(stateModel),
    { kind: 'state model', name: stateModel, cluster },
    call,
  );
  const { initialState } = new StateModelDefinition(model.record);
  await assertNothingWaits(context, paths.messages(instance), target, options);
  const bucketSize = head === undefined ? 0 : new CurrentState(head.record).bucketSize;
  const messages: Message[] = [];
  for (const partition of partitions) {
    const place = bucketSize === 0 ? statePath : `${statePath}/${bucketName(partition, bucketSize)}`;
    const found = bucketSize === 0 ? head : await findRecord(context, place, call);
    const state = found === undefined ? undefined : mapValue(found.record, partition, 'CURRENT_STATE');
    if (state !== ERROR_STATE || found === undefined) {
      const text = `${partition} is ${state ?? 'not'} on "${instance}"; only a replica in ERROR can be reset.`;
      throw refused(text, { instance, resource, partition, state });
    }
    if (!guards.some((guard) => guard.path === place)) {
      guards.push({ path: place, modifyRevision: found.entry.modifyRevision });
    }
    messages.push(
      Message.reset({
        id: context.runtime.random.uuid(),
        sourceName: `${hostname()}-ADMIN`,
        targetName: instance,
        targetSession: session,
        resource,
        partition,
        stateModel,
        stateModelFactory: ideal.stateModelFactory,
        fromState: ERROR_STATE,
        toState: initialState,
        createdMs: context.runtime.clock.wallMs(),
        ...(bucketSize === 0 ? {} : { bucketSize }),
      }),
    );
  }
  const then = messages.map((message) => putRecord(context, paths.message(instance, message.id), message.record));
  const result = await context.store.transact({ if: guards, then }, call);
  if (!result.succeeded) {
    const text = `The replicas of "${resource}" on "${instance}" changed while they were looked at; nothing was asked for.`;
    throw new KeelsonError('E_VERSION_CONFLICT', text, { details: { instance, resource } });
  }
}

async function assertNothingWaits(
  { store }: AdminContext,
  path: string,
  { instance, resource, partitions }: ResetTarget,
  options: ChangeOptions,
): Promise<void> {
  const { entries } = await store.list(path, callOf(options));
  for (const { value } of entries) {
    const record = decodeRecord(value);
    if (record === undefined) continue;
    const message = new Message(record);
    if (!message.isTransition || message.resource !== resource || !partitions.includes(message.partition)) continue;
    const text = `${message.partition} on "${instance}" was asked already to go from ${message.fromState} to ${message.toState}.`;
    throw new KeelsonError('E_ALREADY_EXISTS', text, { details: { instance, resource, message: message.id } });
  }
}
