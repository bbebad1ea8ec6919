import type { CallOptions } from '@keelson/runtime';

/**
 * Bytes held in a JavaScript string, one byte (0–255) per code unit ("latin1"). Compares and sorts as bytes do and can be a `Map`
 * key, which a `Uint8Array` cannot. Keys of the etcd model are kept in this form everywhere below the port.
 */
export type ByteString = string;

/** One key as the etcd model stores it. */
export interface KeyValue {
  readonly key: ByteString;
  readonly value: Uint8Array;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  readonly version: number;
  /** Lease id, 0 for none. Signed 64-bit on the wire. */
  readonly lease: bigint;
}

/** `end` absent: the one key. `end` = `'\0'`: every key from `key` on. Else [key, end). As etcd's range_end. */
export interface KeyRange {
  readonly key: ByteString;
  readonly end?: ByteString;
}

/** A range read. Fields as in etcd's RangeRequest. */
export interface RangeRequest extends KeyRange {
  /** 0 or absent: no limit. */
  readonly limit?: number;
  /** 0 or absent: the newest. */
  readonly revision?: bigint;
  readonly sortTarget?: 'key' | 'version' | 'create' | 'mod' | 'value';
  readonly sortOrder?: 'none' | 'ascend' | 'descend';
  readonly serializable?: boolean;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  readonly minModRevision?: bigint;
  readonly maxModRevision?: bigint;
  readonly minCreateRevision?: bigint;
  readonly maxCreateRevision?: bigint;
}

/** What a range read found. */
export interface RangeResult {
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  readonly count: number;
  /** Revision of the store when the answer was made (the header's). */
  readonly revision: bigint;
}

/** One comparison of a transaction; over a range it must hold for every key of it, and for no key as for one that does not exist. */
export interface KvCompare extends KeyRange {
  readonly target: 'version' | 'create' | 'mod' | 'value' | 'lease';
  readonly result: 'equal' | 'greater' | 'less' | 'not-equal';
  /** bigint for create, mod, lease, version; bytes for value. */
  readonly operand: bigint | Uint8Array;
}

/** One step of a transaction. */
export type KvOperation =
  | { readonly type: 'range'; readonly request: RangeRequest }
  | {
      readonly type: 'put';
      readonly key: ByteString;
      readonly value: Uint8Array;
      readonly lease?: bigint;
      readonly prevKv?: boolean;
      readonly ignoreValue?: boolean;
      readonly ignoreLease?: boolean;
    }
  | { readonly type: 'delete-range'; readonly range: KeyRange; readonly prevKv?: boolean }
  | { readonly type: 'txn'; readonly request: TxnRequest };

/** If all comparisons hold, `success`, otherwise `failure`; in one revision. */
export interface TxnRequest {
  readonly compare: readonly KvCompare[];
  readonly success: readonly KvOperation[];
  readonly failure: readonly KvOperation[];
}

/** The outcome of one step. */
export type KvOperationResult =
  | { readonly type: 'range'; readonly result: RangeResult }
  | { readonly type: 'put'; readonly prevKv?: KeyValue }
  | { readonly type: 'delete-range'; readonly deleted: number; readonly prevKvs: readonly KeyValue[] }
  | { readonly type: 'txn'; readonly result: TxnResult };

/** The outcome of a transaction; `results` in the order of the branch carried out. */
export interface TxnResult {
  readonly succeeded: boolean;
  readonly revision: bigint;
  readonly results: readonly KvOperationResult[];
}

/** One change, as a watch tells it. */
export interface KvEvent {
  readonly type: 'put' | 'delete';
  /** On a delete: key and modRevision only are meaningful. */
  readonly kv: KeyValue;
  readonly prevKv?: KeyValue;
}

/** What is to be watched, and from when. */
export interface KvWatchRequest extends KeyRange {
  /** First revision wanted; absent: from the next write on. */
  readonly startRevision?: bigint;
  readonly prevKv?: boolean;
}

/** Called in order; never after `cancel` returned. */
export interface KvWatchSink {
  /**
   * The watch is in place; every event after `revision` (or from startRevision) will come. After an interruption: events missed
   * follow at once, and once all up to `revision` have been given, `onProgress` says so.
   */
  onCreated(revision: bigint): void;
  /** Events of whole revisions, ascending. */
  onEvents(events: readonly KvEvent[], revision: bigint): void;
  onProgress(revision: bigint): void;
  /** startRevision is no longer kept. The watch has ended; `compactRevision` is the oldest kept. */
  onCompacted(compactRevision: bigint): void;
  /** The stream broke. The backend re-creates the watch at the next revision by itself; `onCreated` says when. */
  onInterrupted(error: Error): void;
}

/** A watch in place. */
export interface KvWatch {
  cancel(): void;
}

/** A lease as granted. */
export interface KvLease {
  readonly id: bigint;
  /** Granted, in milliseconds. */
  readonly ttlMs: number;
}

/** What ends a call of a backend. */
export interface BackendCallOptions extends CallOptions {
  /**
   * All that ends the call besides its time, for a backend that keeps `timeoutMs` by itself: often one signal for all calls, where `signal` would be made for this one.
   * Absent: `signal`.
   */
  readonly untimed?: AbortSignal | undefined;
}

/**
 * The etcd model, on which the port is built once (`kvStore`) for every engine that has it: the MVCC tree in this process
 * (memory, embedded) and etcd or our endpoint over the network. Rejections are `KeelsonError`s of the port's codes.
 */
export interface KvBackend {
  readonly engine: string;
  readonly limits: {
    readonly maxValueBytes: number;
    readonly maxTransactionOperations: number;
    readonly minLeaseTtlMs: number;
    readonly leaseExpiryLagMs: number;
  };
  readonly status: { readonly connected: boolean; readonly sinceMs: number };
  /** Rejects with `E_COMPACTED` where `request.revision` is no longer kept. */
  range(request: RangeRequest, options?: BackendCallOptions): Promise<RangeResult>;
  /** Rejects with `E_SESSION_EXPIRED`, nothing written, where a put names a lease that is gone. */
  txn(request: TxnRequest, options?: BackendCallOptions): Promise<TxnResult>;
  watch(request: KvWatchRequest, sink: KvWatchSink): KvWatch;
  grantLease(ttlMs: number, options?: CallOptions): Promise<KvLease>;
  /** Renews once; resolves with the granted ttl in milliseconds, or rejects with `E_SESSION_EXPIRED` where the lease is gone. */
  keepLeaseAlive(id: bigint, options?: CallOptions): Promise<number>;
  revokeLease(id: bigint, options?: CallOptions): Promise<void>;
  close(): Promise<void>;
}
