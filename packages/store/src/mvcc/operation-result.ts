import type { KeyValue, RangeResult } from '../kv/backend.ts';

/**
 * What one operation did, with the revision an etcd response header carries for it. Assignable to the port's `KvOperationResult`.
 * Values are views of the engine's memory: to be read, never written.
 */
export type MvccOperationResult = MvccRangeResult | MvccPutResult | MvccDeleteResult | MvccTxnOperationResult;

/** What a range found. */
export interface MvccRangeResult {
  readonly type: 'range';
  readonly result: RangeResult;
}

/** What a put replaced, where that was asked for, and the revision it made. */
export interface MvccPutResult {
  readonly type: 'put';
  readonly prevKv?: KeyValue;
  readonly revision: bigint;
}

/** What a delete-range took away. */
export interface MvccDeleteResult {
  readonly type: 'delete-range';
  readonly deleted: number;
  readonly prevKvs: readonly KeyValue[];
  /** The revision of the deletes; where there was nothing to delete, of the transaction so far. */
  readonly revision: bigint;
}

/** The outcome of a transaction, as one operation among others. */
export interface MvccTxnOperationResult {
  readonly type: 'txn';
  readonly result: MvccTxnResult;
}

/** Outcome of a transaction. In a nested one `revision` is that of the store at that point, though etcd leaves its header empty. */
export interface MvccTxnResult {
  readonly succeeded: boolean;
  readonly revision: bigint;
  readonly results: readonly MvccOperationResult[];
}
