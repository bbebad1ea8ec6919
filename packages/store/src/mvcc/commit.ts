import type { Version } from './version.ts';

/** A lease as it is kept over restarts: the time left is not, so that a restart gives every holder its full ttl again. */
export interface LeaseGrant {
  readonly id: bigint;
  /** In milliseconds. */
  readonly ttlMs: number;
}

/** Identifies one version in the history. */
export interface RevisionId {
  readonly main: number;
  readonly sub: number;
}

/** What compaction took away. */
export interface Compaction {
  /** History below this main revision is gone, but for the newest version of each key. */
  readonly revision: number;
  /** Versions that nothing can ask for any more. They may be erased at leisure: recovery drops them again. */
  readonly dropped: readonly RevisionId[];
}

/**
 * One atomic step of the store: the writes of one transaction, or a lease given or taken, or a compaction. Commits are numbered
 * without a gap and must become durable in that order.
 */
export interface Commit {
  readonly sequence: number;
  /** Main revision of the store after this commit. */
  readonly revision: number;
  /** Versions written, by sub revision; tombstones among them. Empty where the commit wrote no key. */
  readonly versions: readonly Version[];
  readonly grantedLease?: LeaseGrant;
  readonly revokedLease?: bigint;
  readonly compaction?: Compaction;
}
