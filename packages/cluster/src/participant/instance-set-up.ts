import { type CallOptions, isKeelsonError, KeelsonError, type Runtime } from '@keelson/runtime';
import type { Entry, Operation, Store } from '@keelson/store';
import {
  ClusterConfig,
  type ClusterPaths,
  decodeRecord,
  emptyRecord,
  encodeRecord,
  InstanceConfig,
} from '../model/index.ts';

/** How the instance presents itself. */
export interface InstanceSetUp {
  readonly cluster: string;
  readonly instance: string;
  /** Where it is reached; by default what the instance's config says, and for a new one its name as `host_port`. */
  readonly host?: string;
  readonly port?: number;
  /** Whether it may add itself to the cluster. By default as the cluster's config says. */
  readonly autoJoin?: boolean;
}

/** The folders of an instance, in the order in which HelixAdmin creates them. */
const FOLDERS = ['MESSAGES', 'CURRENTSTATES', 'TASKCURRENTSTATES', 'CUSTOMIZEDSTATES', 'ERRORS', 'STATUSUPDATES'];

/**
 * Sees to it that the instance is part of the cluster and is found where it listens: adds it where nobody has and it may, and
 * corrects host and port in its config.
 *
 * @throws `E_NOT_FOUND` where there is no such cluster, or no such instance and it may not add itself.
 */
export async function setUpInstance(
  store: Store,
  runtime: Runtime,
  paths: ClusterPaths,
  setUp: InstanceSetUp,
  options: CallOptions,
): Promise<void> {
  const { cluster, instance } = setUp;
  for (;;) {
    const [clusterEntry, own] = await Promise.all([
      store.get(paths.clusterConfig, options),
      store.get(paths.participantConfig(instance), options),
    ]);
    if (clusterEntry === undefined) {
      const message = `There is no cluster "${cluster}". Create it first: keelson cluster create ${cluster}.`;
      throw new KeelsonError('E_NOT_FOUND', message, { details: { cluster } });
    }
    const operations = own === undefined ? addition(paths, setUp, clusterEntry) : correction(paths, setUp, own);
    if (operations.length === 0) return;
    const path = paths.participantConfig(instance);
    const expected = own === undefined ? { path, version: 0 } : { path, modifyRevision: own.modifyRevision };
    try {
      const result = await store.transact({ if: [expected], then: operations }, options);
      if (result.succeeded) return;
    } catch (error) {
      if (!isKeelsonError(error, 'E_OUTCOME_UNKNOWN')) throw error;
    }
    runtime.logger.debug({ instance }, 'the config of the instance changed while it was set up; looking again');
  }
}

function addition(paths: ClusterPaths, setUp: InstanceSetUp, clusterEntry: Entry): readonly Operation[] {
  const { cluster, instance } = setUp;
  const record = decodeRecord(clusterEntry.value);
  const allowed = setUp.autoJoin ?? (record !== undefined && new ClusterConfig(record).autoJoin);
  if (!allowed) {
    const message = `Cluster "${cluster}" has no instance "${instance}". Add it first, or allow instances to join by themselves.`;
    throw new KeelsonError('E_NOT_FOUND', message, { details: { cluster, instance } });
  }
  const config = InstanceConfig.create(instance, placeOf(setUp));
  return instanceOperations(paths, config);
}

/** What makes an instance part of a cluster: its config and its folders, in the order in which HelixAdmin creates them. */
export function instanceOperations(paths: ClusterPaths, config: InstanceConfig): readonly Operation[] {
  const { instance } = config;
  const root = paths.instance(instance);
  const empty = new Uint8Array(0);
  return [
    { type: 'put', path: paths.participantConfig(instance), value: encodeRecord(config.record) },
    { type: 'put', path: root, value: empty },
    ...FOLDERS.map((folder): Operation => ({ type: 'put', path: `${root}/${folder}`, value: empty })),
    { type: 'put', path: paths.participantHistory(instance), value: encodeRecord(emptyRecord(instance)) },
  ];
}

function correction(paths: ClusterPaths, setUp: InstanceSetUp, own: Entry): readonly Operation[] {
  const record = decodeRecord(own.value);
  if (record === undefined) return [];
  const config = new InstanceConfig(record);
  const host = setUp.host ?? config.host;
  const port = setUp.port === undefined ? config.port : String(setUp.port);
  if (host === config.host && port === config.port) return [];
  const changed = config.withSimple({ HELIX_HOST: host, HELIX_PORT: port });
  return [{ type: 'put', path: paths.participantConfig(setUp.instance), value: encodeRecord(changed.record) }];
}

const placeOf = ({ host, port }: InstanceSetUp): { readonly host?: string; readonly port?: number } => ({
  ...(host === undefined ? {} : { host }),
  ...(port === undefined ? {} : { port }),
});
