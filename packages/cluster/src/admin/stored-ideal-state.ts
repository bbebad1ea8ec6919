import type { CallOptions } from '@keelson/runtime';
import type { Operation } from '@keelson/store';
import {
  assertName,
  type ClusterPaths,
  decodeRecord,
  IdealState,
  joinBuckets,
  splitIntoBuckets,
  type ZNRecord,
} from '../model/index.ts';
import {
  type AdminContext,
  type Named,
  putRecord,
  type ReadRecord,
  requireCluster,
  requireRecord,
} from './admin-store.ts';
import { callOf, type Versioned, versioned } from './versioned.ts';

/** How a resource is called in messages. */
export const resourceNamed = (cluster: string, resource: string): Named => ({
  kind: 'resource',
  name: resource,
  cluster,
});

/** An ideal state as it is stored: in one record, or in a head and its buckets; buckets it has no more are deleted. */
export function idealStateWrites(
  context: AdminContext,
  paths: ClusterPaths,
  ideal: IdealState,
  stored: readonly string[],
): readonly Operation[] {
  const path = paths.idealState(ideal.resource);
  const parts: [string, ZNRecord][] = [];
  if (ideal.bucketSize === 0) parts.push([path, ideal.record]);
  else {
    const { head, buckets } = splitIntoBuckets(ideal.record, ideal.bucketSize);
    parts.push([path, head], ...[...buckets].map(([name, record]): [string, ZNRecord] => [`${path}/${name}`, record]));
  }
  const kept = new Set(parts.map(([place]) => place));
  const stale = stored.map((name) => `${path}/${name}`).filter((place) => !kept.has(place));
  return [
    ...parts.map(([place, record]) => putRecord(context, place, record)),
    ...stale.map((place): Operation => ({ type: 'delete', path: place })),
  ];
}

/** The ideal state of a resource, put together from its buckets where it is kept in some. */
export async function getResource(
  context: AdminContext,
  cluster: string,
  resource: string,
  options: CallOptions,
): Promise<Versioned<IdealState>> {
  assertName('resource', resource);
  const { paths } = await requireCluster(context, cluster, options);
  const { value, version } = await readIdealState(context, paths, resourceNamed(cluster, resource), options);
  return { value, version };
}

/** An ideal state as it is stored: whole, its version, and the names of its buckets. Each record is read once. */
export async function readIdealState(
  context: AdminContext,
  paths: ClusterPaths,
  name: Named,
  options: CallOptions,
): Promise<Versioned<IdealState> & { readonly stored: readonly string[] }> {
  const path = paths.idealState(name.name);
  const { entry, record } = await requireRecord(context, path, name, options);
  const head = new IdealState(record);
  if (head.bucketSize === 0) return { ...versioned(entry, head), stored: [] };
  const { entries } = await context.store.list(path, callOf(options));
  const buckets = entries.map(({ value }) => decodeRecord(value)).filter((bucket) => bucket !== undefined);
  const whole = entries.length === 0 ? head : new IdealState(joinBuckets(record, buckets));
  return { ...versioned(entry, whole), stored: entries.map((bucket) => bucket.path.slice(path.length + 1)) };
}

/** The head of an ideal state and the names of its buckets. */
export async function readWhole(
  context: AdminContext,
  paths: ClusterPaths,
  name: Named,
  options: CallOptions,
): Promise<ReadRecord & { readonly stored: readonly string[] }> {
  const path = paths.idealState(name.name);
  const found = await requireRecord(context, path, name, options);
  const bucketized = new IdealState(found.record).bucketSize > 0;
  return { ...found, stored: bucketized ? await context.store.children(path, callOf(options)) : [] };
}
