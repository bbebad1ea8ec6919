import { KeelsonError } from '@keelson/runtime';
import { damaged } from './embedded-error.ts';
import type { LmdbFile } from './lmdb-file.ts';
import { FORMAT_KEY } from './record.ts';

/** The format this version writes. It reads this one only; a later version that changes it reads both. */
export const STORE_FORMAT = 1;

/** Marks a new file. */
export async function writeFormat(file: LmdbFile): Promise<void> {
  await file.put(FORMAT_KEY, Buffer.from(JSON.stringify({ product: 'keelson', format: STORE_FORMAT })));
}

/** Throws `E_STORE_FORMAT` where the file was written by a newer version, `E_STORE_DAMAGED` where it does not say. */
export function checkFormat(file: LmdbFile, directory: string): void {
  const record = file.getBinary(FORMAT_KEY);
  const format = record === undefined ? undefined : formatOf(record);
  if (typeof format !== 'number' || !Number.isInteger(format) || format < 1)
    throw damaged('it does not say what format it has', { directory });
  if (format <= STORE_FORMAT) return;
  throw new KeelsonError(
    'E_STORE_FORMAT',
    `The data folder ${directory} is of format ${format}, this version reads up to ${STORE_FORMAT}. Start a newer version of Keelson on it, or choose another folder.`,
    { details: { directory, format, supported: STORE_FORMAT } },
  );
}

function formatOf(record: Buffer): unknown {
  try {
    const parsed: unknown = JSON.parse(record.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && 'format' in parsed ? parsed.format : undefined;
  } catch {
    // Anything but our JSON says nothing; the caller reports it.
    return undefined;
  }
}
