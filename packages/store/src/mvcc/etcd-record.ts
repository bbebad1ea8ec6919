import type { Version } from './version.ts';

/** A revision as the key of a record in etcd's file: main and sub big-endian with `_` between, and `t` behind a tombstone. */
export function encodeRevision(version: Version): Uint8Array {
  const bytes = new Uint8Array(version.isTombstone ? 18 : 17);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(version.main));
  bytes[8] = 0x5f;
  view.setBigUint64(9, BigInt(version.sub));
  if (version.isTombstone) bytes[17] = 0x74;
  return bytes;
}

/** The protobuf `mvccpb.KeyValue` of a version as etcd stores it: fields in order, zero ones left out, a tombstone with its key only. */
export function encodeKeyValue(version: Version): Uint8Array {
  const { key } = version.entry;
  const value = version.value;
  const out = new RecordWriter(key.length + value.length + 64);
  out.latin1(0x0a, key);
  if (!version.isTombstone) {
    out.varint(0x10, BigInt(version.create));
    out.varint(0x18, BigInt(version.main));
    out.varint(0x20, BigInt(version.version));
    out.bytes(0x2a, value);
    out.varint(0x30, version.lease);
  }
  return out.finish();
}

class RecordWriter {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  latin1(tag: number, text: string): void {
    this.#head(tag, text.length);
    for (let i = 0; i < text.length; i += 1) this.#byte(text.charCodeAt(i));
  }

  bytes(tag: number, value: Uint8Array): void {
    if (value.length === 0) return;
    this.#head(tag, value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  varint(tag: number, value: bigint): void {
    if (value === 0n) return;
    this.#byte(tag);
    this.#raw(BigInt.asUintN(64, value));
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #head(tag: number, length: number): void {
    this.#byte(tag);
    this.#raw(BigInt(length));
  }

  #raw(value: bigint): void {
    let rest = value;
    while (rest > 0x7fn) {
      this.#byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
  }

  #byte(value: number): void {
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }
}
