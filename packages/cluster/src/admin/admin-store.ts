import { type CallOptions, KeelsonError, type Runtime } from '@keelson/runtime';
import type { Comparison, Entry, Operation, Store, StorePath } from '@keelson/store';
import { type ClusterPaths, clusterPaths, encodeRecord, readRecord, type ZNRecord } from '../model/index.ts';
import { type ChangeOptions, callOf } from './versioned.ts';

/** What an administrative call works with. */
export interface AdminContext {
  readonly store: Store;
  readonly runtime: Runtime;
}

/** A record as it was read. */
export interface ReadRecord {
  readonly entry: Entry;
  readonly record: ZNRecord;
}

/** Times a change is made anew upon what another has written meanwhile. */
const MAX_ATTEMPTS = 20;

/** What is named in messages: "instance", and its name. */
export interface Named {
  readonly kind: string;
  readonly name: string;
  readonly cluster: string;
}

const notFound = ({ kind, name, cluster }: Named): KeelsonError =>
  new KeelsonError('E_NOT_FOUND', `Cluster "${cluster}" has no ${kind} "${name}".`, {
    details: { cluster, kind, name },
  });

/** That it was changed by somebody else. */
export function conflict({ kind, name }: Named, expect: number, version: number): KeelsonError {
  return new KeelsonError(
    'E_VERSION_CONFLICT',
    `The ${kind} "${name}" has version ${version}, not ${expect}: it was changed since you read it.`,
    { details: { kind, name, expected: expect, version } },
  );
}

/** That something of the name is there. */
export function alreadyThere({ kind, name, cluster }: Named): KeelsonError {
  const text =
    kind === 'cluster'
      ? `There is a cluster "${name}" already.`
      : `Cluster "${cluster}" has ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} "${name}" already.`;
  return new KeelsonError('E_ALREADY_EXISTS', text, { details: { cluster, kind, name } });
}

/** The entry of the cluster's own config: that it is there means that the cluster is. */
export async function requireCluster(
  { store }: AdminContext,
  cluster: string,
  options: CallOptions,
): Promise<{ readonly paths: ClusterPaths; readonly guard: Comparison; readonly entry: Entry }> {
  const paths = clusterPaths(cluster);
  const entry = await store.get(paths.clusterConfig, callOf(options));
  if (entry === undefined) {
    throw new KeelsonError('E_NOT_FOUND', `There is no cluster "${cluster}". Create it first.`, {
      details: { cluster },
    });
  }
  return { paths, entry, guard: { path: paths.clusterConfig, createRevision: entry.createRevision } };
}

/** Reads one record; `undefined` where there is none. Throws `E_INTERNAL` where there is one that cannot be read. */
export async function findRecord(
  { store }: AdminContext,
  path: StorePath,
  options: CallOptions,
): Promise<ReadRecord | undefined> {
  const entry = await store.get(path, callOf(options));
  if (entry === undefined) return undefined;
  const reading = readRecord(entry.value);
  if (reading.kind === 'empty') return undefined;
  if (reading.kind === 'record') return { entry, record: reading.record };
  throw new KeelsonError('E_INTERNAL', `The record at ${path} cannot be read: ${reading.reason}.`, {
    details: { path },
  });
}

/** Reads one record that must be there. */
export async function requireRecord(
  context: AdminContext,
  path: StorePath,
  named: Named,
  options: CallOptions,
): Promise<ReadRecord> {
  const found = await findRecord(context, path, options);
  if (found === undefined) throw notFound(named);
  return found;
}

/** The record as one put. Too large a one is refused before anything is written. */
export function putRecord({ store }: AdminContext, path: StorePath, record: ZNRecord): Operation {
  return { type: 'put', path, value: encodeRecord(record, Math.min(1000 * 1024, store.capabilities.maxValueBytes)) };
}

/** What editing a record came to. */
export interface Edit {
  readonly record: ZNRecord;
  /** Written or deleted in the same transaction. */
  readonly besides?: readonly Operation[];
}

/** Changes one record in one transaction: as it was when it was read, or, unless a version is asked for, as it is by then. */
export async function editRecord(
  context: AdminContext,
  path: StorePath,
  named: Named,
  edit: (record: ZNRecord) => Edit | Promise<Edit>,
  options: ChangeOptions,
): Promise<{ readonly record: ZNRecord; readonly version: number }> {
  for (let attempt = 1; ; attempt++) {
    const { entry, record } = await requireRecord(context, path, named, options);
    if (options.expect !== undefined && options.expect !== entry.version) {
      throw conflict(named, options.expect, entry.version);
    }
    const { record: changed, besides = [] } = await edit(record);
    const result = await context.store.transact(
      { if: [{ path, modifyRevision: entry.modifyRevision }], then: [putRecord(context, path, changed), ...besides] },
      callOf(options),
    );
    const [written] = result.results;
    if (result.succeeded && written?.type === 'put') return { record: changed, version: written.written.version };
    if (attempt >= MAX_ATTEMPTS) throw conflict(named, entry.version, entry.version + 1);
  }
}
