import { gunzipSync, gzipSync } from 'node:zlib';
import { KeelsonError } from '@keelson/runtime';
import { booleanField, integerField, type ZNRecord } from './record.ts';
import { recordFromJson, recordToJson } from './record-json.ts';

/** Largest record that is written, in bytes as stored: Helix's default, below ZooKeeper's own limit of 1 MiB. */
export const MAX_RECORD_BYTES: number = 1000 * 1024;

/** Largest text that a compressed record may unpack to, in bytes. Guards readers against a small value that unpacks without end. */
export const MAX_UNPACKED_BYTES: number = 64 * 1024 * 1024;

/** What the bytes at a path turned out to be. Helix treats an unreadable record as absent; callers here can also say so. */
export type RecordReading =
  | { readonly kind: 'empty' }
  | { readonly kind: 'record'; readonly record: ZNRecord }
  | { readonly kind: 'unreadable'; readonly reason: string };

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Reads what is stored at a path: JSON or gzip of it, told apart by the first two bytes. Never throws. */
export function readRecord(bytes: Uint8Array): RecordReading {
  if (bytes.length === 0) return { kind: 'empty' };
  try {
    const plain = isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }) : bytes;
    return { kind: 'record', record: recordFromJson(decoder.decode(plain)) };
  } catch (error) {
    return { kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The record in `bytes`; `undefined` where there are none or they are no record, which Helix treats alike. */
export function decodeRecord(bytes: Uint8Array): ZNRecord | undefined {
  const reading = readRecord(bytes);
  return reading.kind === 'record' ? reading.record : undefined;
}

/** `listField.bound`: each list is cut to its first n entries as the record is written. */
function boundLists(record: ZNRecord): ZNRecord {
  const bound = integerField(record, 'listField.bound', -1);
  if (bound < 0) return record;
  const cut = Object.entries(record.listFields).map(([key, list]) => [key, list.slice(0, bound)] as const);
  return { ...record, listFields: Object.fromEntries(cut) };
}

/**
 * The bytes Helix would store: pretty-printed JSON, gzip where the simple field `enableCompression` says so or the text is
 * larger than the limit.
 *
 * @throws `E_TOO_LARGE` where even the compressed record is over `maxBytes`; nothing should then be written.
 */
export function encodeRecord(record: ZNRecord, maxBytes: number = MAX_RECORD_BYTES): Uint8Array {
  const plain = encoder.encode(recordToJson(boundLists(record)));
  const compress = booleanField(record, 'enableCompression', false) || plain.length > maxBytes;
  const bytes = compress ? new Uint8Array(gzipSync(plain)) : plain;
  if (bytes.length > maxBytes) {
    throw new KeelsonError(
      'E_TOO_LARGE',
      `Record "${record.id}" has ${bytes.length} bytes compressed; the limit is ${maxBytes}. Split the resource or set a bucket size.`,
      { details: { id: record.id, bytes: bytes.length, limit: maxBytes } },
    );
  }
  return bytes;
}
