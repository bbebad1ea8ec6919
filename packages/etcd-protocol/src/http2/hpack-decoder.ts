import type { Buffer } from 'node:buffer';
import { compressionError, decodeHuffman } from './huffman.ts';
import { staticTable } from './static-table.ts';

/** One header as it came. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** What every entry of the dynamic table costs besides its text, by RFC 7541. */
const ENTRY_OVERHEAD_BYTES = 32;
/** The table size that both sides start from; we never allow more. */
const TABLE_BYTES = 4_096;
/** Longest name or value of a header, in bytes, and most digits of a number. */
const MAX_INTEGER = 1 << 24;

/** Decodes the header blocks of one connection, in order (RFC 7541). Throws COMPRESSION_ERROR, after which the connection is lost. */
export class HpackDecoder {
  /** Newest first. */
  readonly #dynamic: HeaderField[] = [];
  #dynamicBytes = 0;
  #maxBytes = TABLE_BYTES;
  #bytes: Buffer | undefined;
  #at = 0;
  #end = 0;

  /** Calls `onField` with each header of the block in `bytes` from `start` to `end`. */
  decode(bytes: Buffer, start: number, end: number, onField: (name: string, value: string) => void): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    let first = true;
    while (this.#at < end) {
      const byte = bytes[this.#at] as number;
      if ((byte & 0xe0) === 0x20) {
        if (!first) throw compressionError('the table size changes inside a block');
        this.#resize(this.#integer(5));
        continue;
      }
      first = false;
      if (byte >= 0x80) {
        const field = this.#field(this.#integer(7));
        onField(field.name, field.value);
      } else this.#literal(byte, onField);
    }
    this.#bytes = undefined;
  }

  #literal(byte: number, onField: (name: string, value: string) => void): void {
    const indexed = byte >= 0x40;
    const index = this.#integer(indexed ? 6 : 4);
    const name = index === 0 ? this.#string() : this.#field(index).name;
    const value = this.#string();
    if (indexed) this.#add({ name, value });
    onField(name, value);
  }

  /** An integer whose first byte gives it `prefixBits` bits. */
  #integer(prefixBits: number): number {
    const full = (1 << prefixBits) - 1;
    const first = this.#byte() & full;
    if (first < full) return first;
    let value = full;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (value > MAX_INTEGER) break;
      if (byte < 0x80) return value;
    }
    throw compressionError('a number is too large');
  }

  #string(): string {
    const huffman = (this.#peek() & 0x80) !== 0;
    const length = this.#integer(7);
    const start = this.#at;
    const end = start + length;
    const bytes = this.#bytes;
    if (end > this.#end || bytes === undefined) throw compressionError('a string runs past the end');
    this.#at = end;
    return huffman ? decodeHuffman(bytes, start, end) : bytes.toString('latin1', start, end);
  }

  #peek(): number {
    const byte = this.#at < this.#end ? this.#bytes?.[this.#at] : undefined;
    if (byte === undefined) throw compressionError('it ends too soon');
    return byte;
  }

  #byte(): number {
    const byte = this.#peek();
    this.#at += 1;
    return byte;
  }

  #field(index: number): HeaderField {
    const field = index < staticTable.length ? staticTable[index] : this.#dynamic[index - staticTable.length];
    if (field === undefined || index === 0) throw compressionError('an index is out of range');
    return field;
  }

  #add(field: HeaderField): void {
    const size = sizeOf(field);
    this.#evict(this.#maxBytes - size);
    if (size > this.#maxBytes) return;
    this.#dynamic.unshift(field);
    this.#dynamicBytes += size;
  }

  #resize(maxBytes: number): void {
    if (maxBytes > TABLE_BYTES) throw compressionError('the table size is above what was allowed');
    this.#maxBytes = maxBytes;
    this.#evict(maxBytes);
  }

  #evict(maxBytes: number): void {
    while (this.#dynamicBytes > maxBytes) {
      const last = this.#dynamic.pop();
      if (last === undefined) return;
      this.#dynamicBytes -= sizeOf(last);
    }
  }
}

function sizeOf({ name, value }: HeaderField): number {
  return name.length + value.length + ENTRY_OVERHEAD_BYTES;
}
