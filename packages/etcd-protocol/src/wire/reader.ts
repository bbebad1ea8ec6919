import { Buffer, isUtf8 } from 'node:buffer';
import { KeelsonError } from '@keelson/runtime';

/** How a field's value is laid out. Groups (3 and 4) are skipped, 6 and 7 do not exist. */
export const WireType = { varint: 0, fixed64: 1, length: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

/** Deepest nesting of messages and groups that a reader follows. */
export const MAX_DEPTH = 100;

/** The error of every malformed message. */
export function malformed(what: string): KeelsonError {
  return new KeelsonError('E_INVALID_ARGUMENT', `malformed Protocol Buffers message: ${what}`);
}

/** Reads Protocol Buffers from one piece of memory. Every method throws `E_INVALID_ARGUMENT` where the bytes end too soon. */
export class Reader {
  readonly #bytes: Buffer;
  readonly #views: boolean;
  #position = 0;
  /** Halves of the varint that `varint64` read last. */
  low = 0;
  high = 0;

  /** `views`: bytes are given as views of `bytes` instead of copies. */
  constructor(bytes: Uint8Array, views: boolean) {
    this.#views = views;
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get position(): number {
    return this.#position;
  }

  get end(): number {
    return this.#bytes.length;
  }

  /** A varint into `low` and `high`. Bits beyond 64 are refused. */
  varint64(): void {
    const bytes = this.#bytes;
    let at = this.#position;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at];
      if (byte === undefined) throw malformed('it ends inside a number');
      at += 1;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        if (shift === 63 && byte > 1) break;
        this.#position = at;
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw malformed('a number is longer than 64 bits');
  }

  /** The low 32 bits of a varint, unsigned. */
  uint32(): number {
    const first = this.#bytes[this.#position];
    if (first !== undefined && first < 0x80) {
      this.#position += 1;
      return first;
    }
    this.varint64();
    return this.low;
  }

  /** Field number × 8 + wire type. */
  tag(): number {
    const first = this.#bytes[this.#position];
    if (first !== undefined && first >= 8 && first < 0x80) {
      this.#position += 1;
      return first;
    }
    this.varint64();
    if (this.high !== 0 || this.low >>> 3 === 0) throw malformed('a field number is out of range');
    return this.low;
  }

  /** Reads a length and returns the position just past that many bytes, which must exist before `limit`. */
  lengthEnd(limit: number): number {
    const length = this.uint32();
    const end = this.#position + length;
    if (end > limit) throw malformed('a length runs past the end');
    return end;
  }

  boolean(): boolean {
    this.varint64();
    return this.low !== 0 || this.high !== 0;
  }

  /** The bytes up to `end`: a copy in memory of its own, which pins nothing of what was read, unless views were asked for. */
  bytesTo(end: number): Uint8Array {
    if (this.#views) {
      const view = this.#bytes.subarray(this.#position, end);
      this.#position = end;
      return view;
    }
    const copy = new Uint8Array(end - this.#position);
    copy.set(this.#bytes.subarray(this.#position, end));
    this.#position = end;
    return copy;
  }

  latin1To(end: number): string {
    const text = this.#bytes.toString('latin1', this.#position, end);
    this.#position = end;
    return text;
  }

  utf8To(end: number): string {
    const piece = this.#bytes.subarray(this.#position, end);
    if (!isUtf8(piece)) throw malformed('a string is not UTF-8');
    this.#position = end;
    return piece.toString('utf8');
  }

  /** Passes over one value of `tag`'s wire type. */
  skip(tag: number, limit: number, depth: number): void {
    switch (tag & 7) {
      case WireType.varint:
        this.varint64();
        return;
      case WireType.fixed64:
        this.#advance(8, limit);
        return;
      case WireType.length:
        this.#position = this.lengthEnd(limit);
        return;
      case WireType.groupStart:
        this.#skipGroup(tag >>> 3, limit, depth + 1);
        return;
      case WireType.fixed32:
        this.#advance(4, limit);
        return;
      default:
        throw malformed('a wire type is unknown');
    }
  }

  #skipGroup(fieldNumber: number, limit: number, depth: number): void {
    if (depth > MAX_DEPTH) throw malformed('it is nested too deeply');
    while (this.#position < limit) {
      const tag = this.tag();
      if ((tag & 7) !== WireType.groupEnd) this.skip(tag, limit, depth);
      else if (tag >>> 3 === fieldNumber) return;
      else throw malformed('a group ends that was not begun');
    }
    throw malformed('a group does not end');
  }

  #advance(size: number, limit: number): void {
    if (this.#position + size > limit) throw malformed('a value runs past the end');
    this.#position += size;
  }
}
