export type { Commit, Compaction, LeaseGrant, RevisionId } from './commit.ts';
export { crc32c } from './crc32c.ts';
export { type Applied, DEFAULT_OPERATION_LIMITS, MvccEngine, type StoredState } from './engine.ts';
export type { StoredVersion } from './history.ts';
export { DEFAULT_HISTORY_LIMITS, type HistoryLimits } from './history-limits.ts';
export type { Journal } from './journal.ts';
export type { KvHash } from './kv-hash.ts';
export { type LeaseStatus, MAX_LEASE_TTL_MS } from './lease-table.ts';
export { MvccBackend, type MvccBackendOptions, type MvccStatus } from './mvcc-backend.ts';
export { type MvccReason, mvccError, mvccReason } from './mvcc-error.ts';
export type { OperationLimits } from './operation-check.ts';
export type {
  MvccDeleteResult,
  MvccOperationResult,
  MvccPutResult,
  MvccRangeResult,
  MvccTxnOperationResult,
  MvccTxnResult,
} from './operation-result.ts';
export type { Version } from './version.ts';
export type { MvccWatch } from './watcher.ts';
