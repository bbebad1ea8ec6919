import { KeelsonError } from '@keelson/runtime';
import { integerField, type SimpleFields, type ZNRecord } from './record.ts';

/** Partitions per bucket of a record, 0 where it is not bucketized. */
export function bucketSizeOf(record: ZNRecord): number {
  return Math.max(0, integerField(record, 'BUCKET_SIZE', 0));
}

/**
 * Name of the bucket that holds `partition`: `db_5` in buckets of 4 is in `db_p4-p7`.
 *
 * @throws `E_INVALID_ARGUMENT` where the name does not end in `_<number>`: such a resource cannot be bucketized.
 */
export function bucketName(partition: string, bucketSize: number): string {
  const cut = partition.lastIndexOf('_');
  const digits = partition.slice(cut + 1);
  if (cut < 0 || !/^\d{1,15}$/.test(digits)) {
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      `Partition "${partition}" cannot be put in a bucket: its name must end in "_" and a number.`,
      { details: { partition } },
    );
  }
  const start = Math.floor(Number(digits) / bucketSize) * bucketSize;
  return `${partition.slice(0, cut)}_p${start}-p${start + bucketSize - 1}`;
}

/** Whether the fields of a bucketized record were split: the head keeps the simple fields, each bucket a copy and its slice. */
export interface BucketizedRecord {
  readonly head: ZNRecord;
  readonly buckets: ReadonlyMap<string, ZNRecord>;
}

/** Splits a record by its partitions, as Helix does for ideal states, external views and current states with a bucket size. */
export function splitIntoBuckets(record: ZNRecord, bucketSize: number): BucketizedRecord {
  const maps = new Map<string, [string, SimpleFields][]>();
  const lists = new Map<string, [string, readonly string[]][]>();
  const add = <V>(groups: Map<string, [string, V][]>, partition: string, value: V): void => {
    const name = bucketName(partition, bucketSize);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [[partition, value]]);
    else group.push([partition, value]);
  };
  for (const [partition, map] of Object.entries(record.mapFields)) add(maps, partition, map);
  for (const [partition, list] of Object.entries(record.listFields)) add(lists, partition, list);
  const buckets = new Map<string, ZNRecord>();
  for (const name of new Set([...maps.keys(), ...lists.keys()])) {
    buckets.set(name, {
      id: name,
      simpleFields: record.simpleFields,
      mapFields: Object.fromEntries(maps.get(name) ?? []),
      listFields: Object.fromEntries(lists.get(name) ?? []),
    });
  }
  return { head: { ...record, mapFields: {}, listFields: {} }, buckets };
}

/** Puts a bucketized record together again: the head's id and simple fields, the maps and lists of all buckets. */
export function joinBuckets(head: ZNRecord, buckets: Iterable<ZNRecord>): ZNRecord {
  const maps: [string, SimpleFields][] = [];
  const lists: [string, readonly string[]][] = [];
  for (const bucket of buckets) {
    maps.push(...Object.entries(bucket.mapFields));
    lists.push(...Object.entries(bucket.listFields));
  }
  return { ...head, mapFields: Object.fromEntries(maps), listFields: Object.fromEntries(lists) };
}
