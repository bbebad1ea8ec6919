import { damaged } from './embedded-error.ts';
import { readMeta } from './lmdb-meta.ts';
import { whatIsWrongWithPages } from './lmdb-walk.ts';
import { PageReader } from './page-reader.ts';

/**
 * Looks through the whole file before LMDB maps it into memory: of a file that was cut short or overwritten LMDB reads what is not
 * there, which ends the process without a word. Takes about a millisecond per megabyte. Throws `E_STORE_DAMAGED`.
 */
export function checkFile(path: string, directory: string): void {
  const reader = new PageReader(path);
  try {
    const meta = readMeta(reader);
    const wrong = typeof meta === 'string' ? meta : whatIsWrongWithPages(reader, meta);
    if (wrong !== undefined) throw damaged(wrong, { directory });
  } finally {
    reader.close();
  }
}
