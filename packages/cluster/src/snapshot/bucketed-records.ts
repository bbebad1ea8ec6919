import { bucketSizeOf, joinBuckets, type ZNRecord } from '../model/index.ts';

interface Parts {
  head: ZNRecord | undefined;
  readonly buckets: Map<string, ZNRecord>;
}

/** Records that may be stored in buckets, by key. Buckets without a head are kept but make no record, as the head alone says that there is one. */
export class BucketedRecords {
  readonly #parts = new Map<string, Parts>();

  /** Sets or, where `undefined`, removes the head or one bucket; answers the whole record as it is then. */
  set(key: string, bucket: string | undefined, record: ZNRecord | undefined): ZNRecord | undefined {
    const parts = this.#parts.get(key) ?? { head: undefined, buckets: new Map<string, ZNRecord>() };
    if (bucket === undefined) parts.head = record;
    else if (record === undefined) parts.buckets.delete(bucket);
    else parts.buckets.set(bucket, record);
    if (parts.head === undefined && parts.buckets.size === 0) this.#parts.delete(key);
    else this.#parts.set(key, parts);
    if (parts.head === undefined || bucketSizeOf(parts.head) === 0) return parts.head;
    return joinBuckets(parts.head, parts.buckets.values());
  }

  /** Names of the buckets that are stored. */
  bucketsOf(key: string): ReadonlySet<string> {
    return new Set(this.#parts.get(key)?.buckets.keys() ?? []);
  }
}
