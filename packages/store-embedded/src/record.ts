import { crc32c, type LeaseGrant, type RevisionId, type StoredVersion, type Version } from '@keelson/store/mvcc';
import { damaged } from './embedded-error.ts';

/**
 * Layout, big-endian. Keys begin with one byte for the kind, so that the kinds sort apart and the history lies at the right end,
 * where LMDB appends:
 *
 *     01                       → format record, JSON
 *     02                       → compact revision (8)
 *     03 lease id (8)          → ttl in ms (8)
 *     10 main (8) sub (4)      → checksum (4) flags (1) create (8) version (8) lease (8) key length (4) key value
 *
 * The checksum is CRC-32C over the record's key and everything behind the checksum.
 */
export const FORMAT_KEY: Buffer = Buffer.from([0x01]);
export const COMPACT_KEY: Buffer = Buffer.from([0x02]);
export const LEASES_START: Buffer = Buffer.from([0x03]);
export const LEASES_END: Buffer = Buffer.from([0x04]);
export const VERSIONS_START: Buffer = Buffer.from([0x10]);
export const VERSIONS_END: Buffer = Buffer.from([0x11]);

const VERSION_KEY_BYTES = 13;
const HEADER_BYTES = 33;
const TOMBSTONE = 1;

/** The key of one version. */
export function versionKey(id: RevisionId): Buffer {
  return writeVersionKey(Buffer.alloc(VERSION_KEY_BYTES), id);
}

/** Bytes the record of a version takes. */
export function recordBytes(version: Version): number {
  return HEADER_BYTES + version.entry.key.length + version.length;
}

/** Writes the record of a version into `record`, which is `recordBytes` long; `key` is its key. */
export function encodeVersion(key: Buffer, version: Version, record: Buffer): void {
  const name = version.entry.key;
  record[4] = version.isTombstone ? TOMBSTONE : 0;
  writeNumber(record, 5, version.create);
  writeNumber(record, 13, version.version);
  record.writeBigInt64BE(BigInt.asIntN(64, version.lease), 21);
  record.writeUInt32BE(name.length, 29);
  record.write(name, HEADER_BYTES, 'latin1');
  record.set(version.value, HEADER_BYTES + name.length);
  record.writeUInt32BE(checksum(key, record), 0);
}

/** Writes the key of a version into a buffer that `versionKey` made, and gives it back. */
export function writeVersionKey(key: Buffer, id: RevisionId): Buffer {
  key[0] = 0x10;
  key.writeUIntBE(id.main, 3, 6);
  key.writeUInt32BE(id.sub, 9);
  return key;
}

/** The version a record holds; its value is a view of `record`. Throws `E_STORE_DAMAGED` where the checksum or the layout is wrong. */
export function decodeVersion(key: Buffer, record: Buffer): StoredVersion {
  if (key.length !== VERSION_KEY_BYTES || record.length < HEADER_BYTES) throw damaged('a history record is too short');
  const main = key.readUIntBE(3, 6);
  if (record.readUInt32BE(0) !== checksum(key, record))
    throw damaged(`the record of revision ${main} does not match its checksum`);
  const valueAt = HEADER_BYTES + record.readUInt32BE(29);
  if (valueAt > record.length) throw damaged(`the record of revision ${main} has a key longer than itself`);
  return {
    key: record.toString('latin1', HEADER_BYTES, valueAt),
    main,
    sub: key.readUInt32BE(9),
    create: readNumber(record, 5),
    version: record[4] === TOMBSTONE ? 0 : readNumber(record, 13),
    lease: record.readBigInt64BE(21),
    value: record.subarray(valueAt),
  };
}

/** The key of one lease. */
export function leaseKey(id: bigint): Buffer {
  const key = Buffer.allocUnsafe(9);
  key[0] = 0x03;
  key.writeBigInt64BE(BigInt.asIntN(64, id), 1);
  return key;
}

/** A whole number up to 2^53 in eight bytes. */
export function encodeNumber(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  writeNumber(bytes, 0, value);
  return bytes;
}

/** What `encodeNumber` wrote. Throws `E_STORE_DAMAGED` for any other length. */
export function decodeNumber(bytes: Buffer): number {
  if (bytes.length !== 8) throw damaged('a number has a wrong length');
  return readNumber(bytes, 0);
}

/** The lease of an entry. Throws `E_STORE_DAMAGED`. */
export function decodeLease(key: Buffer, value: Buffer): LeaseGrant {
  if (key.length !== 9) throw damaged('a lease record has a wrong length');
  return { id: key.readBigInt64BE(1), ttlMs: decodeNumber(value) };
}

function checksum(key: Buffer, record: Buffer): number {
  return crc32c(record.subarray(4), crc32c(key));
}

function writeNumber(bytes: Buffer, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  bytes.writeUInt32BE(high, at);
  bytes.writeUInt32BE(value - high * 0x1_0000_0000, at + 4);
}

function readNumber(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}
