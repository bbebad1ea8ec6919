import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Runtime } from '@keelson/runtime';
import { DATA_FILE, type LmdbFile, openLmdb } from './lmdb-file.ts';
import type { JournalFile } from './lmdb-journal.ts';

/** The LMDB file of one data folder, which this process alone has open. */
export class StoreFile implements JournalFile {
  readonly #directory: string;
  readonly #runtime: Pick<Runtime, 'random'>;
  readonly #release: () => Promise<void>;
  #file: LmdbFile;

  /** `release` gives up the folder; it is called last in `close`. */
  constructor(file: LmdbFile, directory: string, runtime: Pick<Runtime, 'random'>, release: () => Promise<void>) {
    this.#file = file;
    this.#directory = directory;
    this.#runtime = runtime;
    this.#release = release;
  }

  get current(): LmdbFile {
    return this.#file;
  }

  async close(): Promise<void> {
    await this.#file.close();
    await this.#release();
  }

  sizeBytes(): { readonly totalBytes: number; readonly usedBytes: number } {
    const stats: unknown = this.#file.getStats();
    const { lastPageNumber, root } = stats as LmdbStats;
    const used = root.treeBranchPageCount + root.treeLeafPageCount + root.overflowPages;
    return { totalBytes: (lastPageNumber + 1) * root.pageSize, usedBytes: used * root.pageSize };
  }

  /** A copy as of one transaction, made beside the file so that writers wait for nobody, and gone when the reader is done. */
  async *snapshot(): AsyncGenerator<Uint8Array> {
    const path = this.#temporaryPath('snapshot');
    try {
      await this.#file.backup(path, true);
      for await (const chunk of createReadStream(path)) yield chunk as Buffer;
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Copies what is used into a new file and puts it in the place of the old one, which stays whole until the very rename. */
  async defragment(): Promise<void> {
    const path = join(this.#directory, DATA_FILE);
    const copy = this.#temporaryPath('defragment');
    try {
      await this.#file.backup(copy, true);
      await syncPath(copy);
      await this.#putInPlace(copy, path);
    } finally {
      await rm(copy, { force: true });
    }
  }

  async #putInPlace(copy: string, path: string): Promise<void> {
    await this.#file.close();
    try {
      await rename(copy, path);
      await syncPath(dirname(path));
    } finally {
      this.#file = openLmdb(path);
    }
  }

  #temporaryPath(purpose: string): string {
    return join(this.#directory, `${purpose}-${this.#runtime.random.uuid()}.tmp`);
  }
}

/** What lmdb's `getStats` holds of interest. */
interface LmdbStats {
  readonly lastPageNumber: number;
  readonly root: {
    readonly pageSize: number;
    readonly treeBranchPageCount: number;
    readonly treeLeafPageCount: number;
    readonly overflowPages: number;
  };
}

/** Puts a file, or the entries of a folder, on stable storage. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
