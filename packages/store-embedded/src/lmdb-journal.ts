import type { Commit, Journal, RevisionId } from '@keelson/store/mvcc';
import { BatchBuffer } from './batch-buffer.ts';
import type { LmdbFile } from './lmdb-file.ts';
import {
  COMPACT_KEY,
  encodeNumber,
  encodeVersion,
  leaseKey,
  recordBytes,
  versionKey,
  writeVersionKey,
} from './record.ts';

/** Least number of versions erased along with one batch of commits: little enough not to delay it. */
const ERASED_PER_BATCH = 1_000;

/** What the journal asks of whoever owns the file. */
export interface JournalFile {
  /** The file as it is open now; another one after a defragmentation. */
  readonly current: LmdbFile;
  close(): Promise<void>;
  sizeBytes(): { readonly totalBytes: number; readonly usedBytes: number };
  snapshot(): AsyncIterable<Uint8Array>;
  /** Called while no batch is being written. */
  defragment(): Promise<void>;
}

/** Commits as LMDB transactions: one for each batch, so each commit is there entirely or not at all, and in order. */
export class LmdbJournal implements Journal {
  readonly #file: JournalFile;
  /** Versions compaction dropped. Erased piecemeal: recovery drops again what is left. */
  #garbage: RevisionId[];
  /** Records of the batch under way. lmdb reads them from here until the batch has settled; only then is the next one encoded. */
  readonly #buffer = new BatchBuffer();
  /** lmdb copies keys at once. */
  readonly #key: Buffer = versionKey({ main: 0, sub: 0 });
  /** Everything that needs the file to itself, one after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(file: JournalFile, garbage: readonly RevisionId[]) {
    this.#file = file;
    this.#garbage = [...garbage];
  }

  persist(commits: readonly Commit[]): Promise<void> {
    return this.#inTurn(() => settledBatch(this.#file.current.batch(() => this.#writeAll(commits))));
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#file.close());
  }

  sizeBytes(): { readonly totalBytes: number; readonly usedBytes: number } {
    return this.#file.sizeBytes();
  }

  snapshot(): AsyncIterable<Uint8Array> {
    return this.#file.snapshot();
  }

  defragment(): Promise<void> {
    return this.#inTurn(() => this.#file.defragment());
  }

  #writeAll(commits: readonly Commit[]): void {
    this.#buffer.reset();
    let written = 0;
    for (const commit of commits) {
      this.#write(commit);
      written += commit.versions.length;
    }
    // Faster than they are made, or the file would grow with the load.
    this.#erase(Math.max(ERASED_PER_BATCH, 2 * written));
  }

  // Within a batch plain `put` and `remove` give one shared promise that never rejects (with options they would not): the batch is what is awaited.
  #write(commit: Commit): void {
    const file = this.#file.current;
    for (const version of commit.versions) {
      const key = writeVersionKey(this.#key, version);
      const record = this.#buffer.take(recordBytes(version));
      encodeVersion(key, version, record);
      void file.put(key, record);
    }
    const { grantedLease, revokedLease, compaction } = commit;
    if (grantedLease !== undefined) void file.put(leaseKey(grantedLease.id), encodeNumber(grantedLease.ttlMs));
    if (revokedLease !== undefined) void file.remove(leaseKey(revokedLease));
    if (compaction === undefined) return;
    void file.put(COMPACT_KEY, encodeNumber(compaction.revision));
    this.#garbage.push(...compaction.dropped);
  }

  #erase(count: number): void {
    for (const id of this.#garbage.splice(0, count)) void this.#file.current.remove(writeVersionKey(this.#key, id));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.then(
      () => {},
      () => {},
    );
    return result;
  }
}

/**
 * Settles as the batch does, with the system's error. lmdb rejects a batch with an error that only refers to a second promise, which
 * holds the reason; left alone, that one would end the process as an unhandled rejection.
 */
async function settledBatch(batch: Promise<unknown>): Promise<void> {
  try {
    await batch;
  } catch (error) {
    let reason: unknown = error;
    if (error instanceof Error && 'commitError' in error && error.commitError instanceof Promise)
      error.commitError.catch((cause: unknown) => {
        reason = cause;
      });
    // It is rejected in the same turn as the batch, so its reason is there after the reactions already queued.
    await Promise.resolve();
    await Promise.resolve();
    throw reason;
  }
}
