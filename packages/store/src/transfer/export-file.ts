import { createHash } from 'node:crypto';
import { KeelsonError } from '@keelson/runtime';
import { isPath } from '../path.ts';
import type { Store, StorePath } from '../port.ts';
import type { Holdings } from './differences.ts';
import { compareWith, readHoldings, writeDifferences } from './reconcile.ts';

/** Version of the format; a reader refuses any other. docs/reference/export-file.md describes it. */
export const EXPORT_FORMAT = 1;

const CALL_TIMEOUT_MS = 60_000;

interface Header {
  readonly 'keelson-export': number;
  readonly engine: string;
  readonly path: StorePath;
  readonly entries: number;
}

/**
 * The entries of a store at and below `path` as lines of text, each with its end: a header, the entries in order of path, and a checksum over
 * all before it. Entries of sessions are left out.
 */
export async function* exportStore(store: Store, options: { readonly path?: StorePath } = {}): AsyncGenerator<string> {
  const { path = '/' } = options;
  const holdings = await readHoldings(store, path, { timeoutMs: CALL_TIMEOUT_MS });
  const hash = createHash('sha256');
  const line = (body: object): string => {
    const text = `${JSON.stringify(body)}\n`;
    hash.update(text);
    return text;
  };
  const header: Header = {
    'keelson-export': EXPORT_FORMAT,
    engine: store.capabilities.engine,
    path,
    entries: holdings.size,
  };
  yield line(header);
  for (const [entry, value] of [...holdings].sort(([a], [b]) => (a < b ? -1 : 1)))
    yield line({ path: entry, value: Buffer.from(value).toString('base64') });
  yield `${JSON.stringify({ sha256: hash.digest('hex') })}\n`;
}

/** What an export holds. */
export interface ReadExport {
  /** Where it was taken from. */
  readonly engine: string;
  readonly path: StorePath;
  readonly holdings: Holdings;
}

/**
 * Reads an export, whole, and checks it: format, order, number of entries, every path, the checksum. Rejects with `E_EXPORT_DAMAGED` for one that is
 * damaged or cut off, and with `E_UNSUPPORTED` for a format of another version. Nothing is written anywhere.
 */
export async function readExport(lines: AsyncIterable<string> | Iterable<string>): Promise<ReadExport> {
  const hash = createHash('sha256');
  const holdings = new Map<StorePath, Uint8Array>();
  let header: Header | undefined;
  let sum: string | undefined;
  let number = 0;
  for await (const text of lines) {
    number += 1;
    if (sum !== undefined) throw damaged(number, 'there is more after the checksum');
    const body = parse(text, number);
    if (header === undefined) header = headerOf(body, number);
    else if ('sha256' in body) sum = String(body.sha256);
    else addEntry(holdings, body, number, header.path);
    if (sum === undefined) hash.update(`${text}\n`);
  }
  if (header === undefined || sum === undefined) throw damaged(number, 'it ends before its checksum');
  if (holdings.size !== header.entries)
    throw damaged(number, `it holds ${holdings.size} entries and announces ${header.entries}`);
  if (hash.digest('hex') !== sum) throw damaged(number, 'its checksum is another');
  return { engine: header.engine, path: header.path, holdings };
}

function damaged(line: number, why: string): KeelsonError {
  return new KeelsonError('E_EXPORT_DAMAGED', `The export is damaged at line ${line}: ${why}. Nothing was written.`, {
    details: { line },
  });
}

function parse(text: string, line: number): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    // Told below, with the line.
  }
  throw damaged(line, 'it is no JSON object');
}

function headerOf(body: Readonly<Record<string, unknown>>, line: number): Header {
  const { 'keelson-export': format, engine, path, entries } = body;
  if (typeof format !== 'number') throw damaged(line, 'it does not begin as an export of Keelson does');
  if (format !== EXPORT_FORMAT)
    throw new KeelsonError('E_UNSUPPORTED', `The export is of format ${format}; this version reads ${EXPORT_FORMAT}.`, {
      details: { format },
    });
  if (typeof engine !== 'string' || typeof path !== 'string' || typeof entries !== 'number')
    throw damaged(line, 'its header is not complete');
  return { 'keelson-export': format, engine, path, entries };
}

function addEntry(
  holdings: Map<StorePath, Uint8Array>,
  { path, value }: Readonly<Record<string, unknown>>,
  line: number,
  root: StorePath,
): void {
  if (typeof path !== 'string' || typeof value !== 'string' || !isPath(path))
    throw damaged(line, 'it is no entry with a path and a value');
  if (root !== '/' && path !== root && !path.startsWith(`${root}/`))
    throw damaged(line, `${path} is not below ${root}`);
  if (holdings.has(path)) throw damaged(line, `${path} is there twice`);
  holdings.set(path, Buffer.from(value, 'base64'));
}

/** What an import came to. */
export interface ImportReport {
  readonly entries: number;
  readonly written: number;
}

/**
 * Writes what an export holds. Where the store holds something at or below the export's path already, it rejects with `E_ALREADY_EXISTS` and changes nothing, unless
 * `merge`: then what the export names is written over, the rest stays. Reads back what it wrote; `E_INTERNAL` where that is not what the export holds.
 */
export async function importStore(
  store: Store,
  { path, holdings }: ReadExport,
  options: { readonly merge?: boolean } = {},
): Promise<ImportReport> {
  const limits = { timeoutMs: CALL_TIMEOUT_MS };
  const before = await readHoldings(store, path, limits);
  if (before.size > 0 && options.merge !== true)
    throw new KeelsonError('E_ALREADY_EXISTS', `The store holds ${before.size} entries at or below ${path} already.`, {
      details: { path, entries: before.size },
    });
  let written = 0;
  for (let round = 0; round < 5; round += 1) {
    const { puts } = await compareWith(store, path, holdings, limits);
    if (puts.length === 0) return { entries: holdings.size, written };
    await writeDifferences(store, holdings, { puts, deletes: [] }, limits);
    written += puts.length;
  }
  throw new KeelsonError(
    'E_INTERNAL',
    'The store does not hold what was written: somebody else writes to it, or refuses.',
  );
}
