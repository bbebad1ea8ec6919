import { open, type RootDatabase } from 'lmdb';

/** The one file of the store in its data folder. LMDB keeps its reader table beside it, in a file whose name ends in `-lock`. */
export const DATA_FILE = 'keelson.mdb';

/** Address space reserved at first, in bytes; neither memory nor disk. It grows by itself when the data outgrows it. */
const MAP_BYTES = 4 * 1024 ** 3;

/** Keys and values as bytes. */
export type LmdbFile = RootDatabase<Buffer, Buffer>;

/**
 * Opens the file, made where there is none. `overlappingSync` is off: a transaction is then settled only after its pages were
 * synced and its meta page was written through (docs/decisions/0002-embedded-engine.md), so "settled" means "on disk".
 */
export function openLmdb(path: string): LmdbFile {
  return open<Buffer, Buffer>({
    path,
    noSubdir: true,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
    mapSize: MAP_BYTES,
    maxDbs: 1,
  });
}
