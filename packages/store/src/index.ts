export type {
  BackendCallOptions,
  ByteString,
  KeyRange,
  KeyValue,
  KvBackend,
  KvCompare,
  KvEvent,
  KvLease,
  KvOperation,
  KvOperationResult,
  KvWatch,
  KvWatchRequest,
  KvWatchSink,
  RangeRequest,
  RangeResult,
  TxnRequest,
  TxnResult,
} from './kv/backend.ts';
export { compareUtf8, textOfUtf8, utf8ByteString } from './kv/byte-string.ts';
export { leaseOfOwner } from './kv/entry.ts';
export { type KvStoreOptions, kvStore, type SessionListener } from './kv/kv-store.ts';
export {
  checkPath,
  isBelow,
  isPath,
  joinPath,
  lastSegment,
  MAX_PATH_BYTES,
  MAX_SEGMENT_BYTES,
  parentPath,
} from './path.ts';
export type {
  ChildrenOptions,
  CreateOptions,
  DeleteOptions,
  Entry,
  Expectation,
  Listing,
  PutOptions,
  ReadOptions,
  Revision,
  Store,
  StoreCapabilities,
  StorePath,
  StoreStatus,
  Written,
} from './port.ts';
export type { Session, SessionOptions } from './session.ts';
export type { Comparison, Operation, OperationResult, Transaction, TransactionResult } from './transaction.ts';
export type { Change, SnapshotReason, Watch, WatchEvent, WatchOptions } from './watch.ts';
