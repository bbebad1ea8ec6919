import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isKeelsonError, KeelsonError, type Runtime } from '@keelson/runtime';
import { kvStore, type Store } from '@keelson/store';
import {
  DEFAULT_OPERATION_LIMITS,
  type HistoryLimits,
  MvccBackend,
  type MvccEngine,
  type OperationLimits,
  type RevisionId,
} from '@keelson/store/mvcc';
import { checkFile } from './check-file.ts';
import { damaged } from './embedded-error.ts';
import { ownFolder } from './folder-owner.ts';
import { checkFormat, writeFormat } from './format.ts';
import { DATA_FILE, type LmdbFile, openLmdb } from './lmdb-file.ts';
import { LmdbJournal } from './lmdb-journal.ts';
import { recover } from './recovery.ts';
import { StoreFile, syncPath } from './store-file.ts';

/** How an embedded store is opened. */
export interface EmbeddedOptions {
  /** Folder for its files, made where there is none. On a local disk: LMDB does not work over a network file system. */
  readonly directory: string;
  readonly runtime: Runtime;
  /** How much history is kept for watches that were away and reads of the past. Default 25,000 writes and 16 MiB. */
  readonly history?: Partial<HistoryLimits>;
  /** Default: values to 1.5 MiB, 128 operations a transaction, as etcd. */
  readonly limits?: Partial<OperationLimits>;
  /** Shortest ttl granted to a lease, in milliseconds. Shorter finds crashes sooner, but a busy disk or a pause of the machine then ends healthy sessions. Default 500. */
  readonly minLeaseTtlMs?: number;
}

/** The embedded engine: `KvBackend`, and what else an endpoint of the etcd API needs. */
export type EmbeddedBackend = MvccBackend;

/** A lease ends at its ttl; what can come on top is one turn of a busy event loop, in milliseconds. */
const LEASE_EXPIRY_LAG_MS = 50;
const DEFAULT_MIN_LEASE_TTL_MS = 500;

/**
 * Opens the store in a data folder. Resolves when everything acknowledged before is there again; leases begin their full ttl anew.
 * Rejects with `E_STORE_LOCKED` (another process has it), `E_STORE_DAMAGED`, `E_STORE_FORMAT` (written by a newer version) or
 * `E_UNSUPPORTED` (a file system that cannot be locked).
 *
 * @example
 * const backend = await openEmbeddedBackend({ directory: './data', runtime: systemRuntime() });
 */
export async function openEmbeddedBackend(options: EmbeddedOptions): Promise<EmbeddedBackend> {
  const { runtime } = options;
  const directory = await ensureDirectory(options.directory);
  const ownership = await ownFolder(directory, runtime);
  try {
    await removeTemporaries(directory);
    const limits = { ...DEFAULT_OPERATION_LIMITS, ...options.limits };
    const { file, engine, dropped } = await openFile(directory, runtime, limits);
    const storeFile = new StoreFile(file, directory, runtime, () => ownership.release());
    return new MvccBackend({
      runtime,
      engineName: 'embedded',
      engine,
      journal: new LmdbJournal(storeFile, dropped),
      minLeaseTtlMs: options.minLeaseTtlMs ?? DEFAULT_MIN_LEASE_TTL_MS,
      leaseExpiryLagMs: LEASE_EXPIRY_LAG_MS,
      ...(options.history === undefined ? {} : { history: options.history }),
    });
  } catch (error) {
    await ownership.release();
    throw error;
  }
}

/** `openEmbeddedBackend` behind the store port. `prefix` is put before every path. */
export async function openEmbeddedStore(options: EmbeddedOptions & { readonly prefix?: string }): Promise<Store> {
  const backend = await openEmbeddedBackend(options);
  return kvStore(backend, options.runtime, options.prefix === undefined ? {} : { prefix: options.prefix });
}

async function ensureDirectory(directory: string): Promise<string> {
  try {
    await makeDirectory(directory);
    return await realpath(directory);
  } catch (cause) {
    throw new KeelsonError('E_INVALID_ARGUMENT', `The data folder ${directory} cannot be made or reached.`, { cause });
  }
}

/** As Node's own `recursive`, which never ends where a folder can neither be made nor be found to be there, as below `/proc`. */
async function makeDirectory(directory: string): Promise<void> {
  const make = async (): Promise<unknown> => {
    try {
      await mkdir(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !(await stat(directory)).isDirectory()) return error;
    }
    return undefined;
  };
  let failed = await make();
  if ((failed as NodeJS.ErrnoException | undefined)?.code === 'ENOENT' && dirname(directory) !== directory) {
    await makeDirectory(dirname(directory));
    failed = await make();
  }
  if (failed !== undefined) throw failed;
}

/** What a snapshot or a defragmentation left behind when its process died. */
async function removeTemporaries(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (/^(create|snapshot|defragment)-.*\.tmp(-lock)?$/.test(name)) await rm(join(directory, name), { force: true });
}

interface Opened {
  readonly file: LmdbFile;
  readonly engine: MvccEngine;
  readonly dropped: readonly RevisionId[];
}

async function openFile(directory: string, runtime: Runtime, limits: OperationLimits): Promise<Opened> {
  const path = join(directory, DATA_FILE);
  if (!existsSync(path)) await createFile(directory, runtime);
  checkFile(path, directory);
  const recovered = await asDamage(directory, async () => {
    const file = openLmdb(path);
    try {
      checkFormat(file, directory);
      return recover(file, runtime, limits);
    } finally {
      await file.close();
    }
  });
  // Opened anew: the pages that recovery read would stay mapped, and count as this process's memory, for as long as it is open.
  return { file: openLmdb(path), ...recovered };
}

/** Makes the file under another name first: a process that dies here leaves none, so that an unfinished one can only be a damaged one. */
async function createFile(directory: string, runtime: Runtime): Promise<void> {
  const temporary = join(directory, `create-${runtime.random.uuid()}.tmp`);
  const file = openLmdb(temporary);
  await writeFormat(file);
  await file.close();
  await syncPath(temporary);
  await rename(temporary, join(directory, DATA_FILE));
  await rm(`${temporary}-lock`, { force: true });
  await syncPath(directory);
}

/** LMDB's own errors while reading mean that the file is not what it wrote. */
async function asDamage<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isKeelsonError(cause) && cause.details?.directory !== undefined) throw cause;
    const what = isKeelsonError(cause) ? String(cause.details?.what) : String(cause);
    throw damaged(what, { directory, cause });
  }
}
