import { open, stat } from 'node:fs/promises';
import { damaged } from './embedded-error.ts';

/** What begins every LMDB page 0, and where, in bytes. */
const META_FLAGS_AT = 18;
const META_FLAG = 0x08;
const MAGIC_AT = 24;
const MAGIC = 0xbeefc0de;
const VERSION_AT = 28;
const DATA_VERSION = 2;
const META_BYTES = 168;

/**
 * Looks at the file before LMDB maps it into memory: of a file that is cut short or is no LMDB file at all, LMDB would read
 * what is not there, which ends the process without a word. Throws `E_STORE_DAMAGED`.
 */
export async function checkFile(path: string, directory: string): Promise<void> {
  const { size } = await stat(path);
  if (size < META_BYTES) throw damaged(`its file has only ${size} bytes`, { directory });
  const handle = await open(path, 'r');
  try {
    const head = Buffer.alloc(META_BYTES);
    await handle.read(head, 0, META_BYTES, 0);
    if ((head.readUInt16LE(META_FLAGS_AT) & META_FLAG) === 0 || head.readUInt32LE(MAGIC_AT) !== MAGIC)
      throw damaged('its file is not an LMDB file', { directory });
    if (head.readUInt16LE(VERSION_AT) !== DATA_VERSION)
      throw damaged('its file is of an LMDB version this one cannot read', { directory });
  } finally {
    await handle.close();
  }
}
