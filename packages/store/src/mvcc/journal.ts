import type { Commit } from './commit.ts';

/**
 * Where commits become durable. The backend hands over one batch at a time, in order, and collects what comes meanwhile into the
 * next: however many writers there are, they share one sync.
 */
export interface Journal {
  /**
   * Resolves when every commit of the batch is on stable storage; each commit must be there entirely or not at all, and none
   * without those before it. A rejection is final: the backend then takes no more writes.
   */
  persist(commits: readonly Commit[]): Promise<void>;
  /** Frees what the journal holds. Called once, after the last `persist` has settled. */
  close(): Promise<void>;
  /** Bytes on disk, and those of them that hold data. Absent where there is no disk. */
  sizeBytes?(): { readonly totalBytes: number; readonly usedBytes: number };
  /** A consistent copy of what is durable, in chunks. */
  snapshot?(): AsyncIterable<Uint8Array>;
  /** Gives unused space back to the file system. */
  defragment?(): Promise<void>;
}
