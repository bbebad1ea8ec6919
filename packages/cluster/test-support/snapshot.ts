import type { Entry } from '@keelson/store';
import {
  builtInStateModels,
  CurrentState,
  clusterPaths,
  emptyRecord,
  encodeRecord,
  IdealState,
  InstanceConfig,
  LiveInstance,
  Message,
  type ZNRecord,
} from '../src/model/index.ts';
import { ClusterMirror, type ClusterSnapshot } from '../src/snapshot/index.ts';

/** A small cluster, described. */
export interface ClusterSketch {
  /** Instances that were added; those in `dead` are not alive. */
  readonly instances: readonly string[];
  readonly dead?: readonly string[];
  readonly configs?: (config: InstanceConfig) => InstanceConfig;
  readonly resources: readonly IdealState[];
  /** By resource and partition: state by instance. */
  readonly states?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
  readonly messages?: readonly Message[];
  readonly extra?: readonly (readonly [path: string, record: ZNRecord])[];
}

/** Session of an instance in a sketch. */
export const sessionOf = (instance: string): string => `5e55${instance.charCodeAt(0).toString(16)}`;

/** Wall time in milliseconds since which replicas of a sketch are in their states. */
export const SKETCH_SINCE_MS = 1_000;

function currentStates({ states = {} }: ClusterSketch): Map<string, CurrentState> {
  const found = new Map<string, CurrentState>();
  for (const [resource, partitions] of Object.entries(states)) {
    for (const [partition, replicas] of Object.entries(partitions)) {
      for (const [instance, state] of Object.entries(replicas)) {
        const session = sessionOf(instance);
        const path = clusterPaths('c').currentState(instance, session, resource);
        const before = found.get(path) ?? CurrentState.create({ resource, session, stateModel: 'MasterSlave' });
        const update = { state, previousState: 'OFFLINE', startedMs: 0, endedMs: SKETCH_SINCE_MS, triggeredBy: 'c0' };
        found.set(path, before.withReplica(partition, update));
      }
    }
  }
  return found;
}

/** The snapshot of a sketched cluster. */
export function sketch(cluster: ClusterSketch): ClusterSnapshot {
  const paths = clusterPaths('c');
  const entries: Entry[] = [];
  const put = (path: string, record: ZNRecord, owner?: string): void => {
    const revision = BigInt(entries.length + 1);
    const entry = { path, value: encodeRecord(record), createRevision: revision, modifyRevision: revision, version: 1 };
    entries.push(owner === undefined ? entry : { ...entry, owner });
  };
  put(paths.clusterConfig, emptyRecord('c'));
  for (const model of builtInStateModels) put(paths.stateModelDefinition(model.name), model.record);
  for (const instance of cluster.instances) {
    const config = InstanceConfig.create(instance);
    put(paths.participantConfig(instance), (cluster.configs?.(config) ?? config).record);
    put(paths.participantHistory(instance), emptyRecord(instance));
    if (cluster.dead?.includes(instance)) continue;
    const session = sessionOf(instance);
    put(paths.liveInstance(instance), LiveInstance.participant(instance, session, '1@host').record, session);
  }
  for (const ideal of cluster.resources) put(paths.idealState(ideal.resource), ideal.record);
  for (const [path, state] of currentStates(cluster)) put(path, state.record);
  for (const message of cluster.messages ?? []) put(paths.message(message.targetName, message.id), message.record);
  for (const [path, record] of cluster.extra ?? []) put(path, record);
  const mirror = new ClusterMirror('c');
  mirror.reset(entries, BigInt(entries.length));
  return mirror.snapshot;
}

/** A SEMI_AUTO MasterSlave resource with these preference lists. */
export function semiAuto(resource: string, lists: Readonly<Record<string, readonly string[]>>): IdealState {
  const replicas = Math.max(0, ...Object.values(lists).map((list) => list.length));
  const partitions = Object.keys(lists).length;
  const options = { resource, partitions, replicas, stateModel: 'MasterSlave', mode: 'SEMI_AUTO' } as const;
  return IdealState.create(options).withPreferenceLists(lists);
}

/** A FULL_AUTO MasterSlave resource. */
export function fullAuto(resource: string, partitions: number, replicas: number): IdealState {
  const ideal = IdealState.create({ resource, partitions, replicas, stateModel: 'MasterSlave', mode: 'FULL_AUTO' });
  const names = Array.from({ length: partitions }, (_, index) => `${resource}_${index}`);
  return ideal.withPreferenceLists(Object.fromEntries(names.map((name) => [name, []])));
}

/** A message about a replica of a sketch. */
export function asked(instance: string, partition: string, fromState: string, toState: string, id = 'm1'): Message {
  return Message.stateTransition({
    id,
    sourceName: 'c0',
    sourceSession: '1',
    targetName: instance,
    targetSession: sessionOf(instance),
    resource: partition.slice(0, partition.lastIndexOf('_')),
    partition,
    stateModel: 'MasterSlave',
    fromState,
    toState,
    createdMs: 5,
    activeReplicas: -1,
    eventName: 'MessageChange',
  });
}
