import { Buffer } from 'node:buffer';
import { highOfLast, lowHalf } from './int64.ts';

const CHUNK_BYTES = 64 * 1024;

/**
 * Writes Protocol Buffers from the last byte to the first: when the length prefix of an embedded message is due, its body is
 * already there and nothing has to be measured or moved. Finished messages are cut from one chunk that is handed out once and
 * never written again, so they stay valid as long as anybody holds them.
 */
export class Writer {
  #chunk: Buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  /** One past the last byte of the message being written. */
  #end = CHUNK_BYTES;
  /** Position of its first byte so far. */
  #start = CHUNK_BYTES;

  /** Bytes written of the current message. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Returns the message and begins the next. */
  finish(): Buffer {
    const message = this.#chunk.subarray(this.#start, this.#end);
    this.#end = this.#start;
    return message;
  }

  /** Throws away the message being written. For use after an encoder threw. */
  discard(): void {
    this.#start = this.#end;
  }

  byte(value: number): void {
    const at = this.#take(1);
    this.#chunk[at] = value;
  }

  /** An unsigned number below 2^32 as a varint. */
  varint32(value: number): void {
    if (value < 0x80) {
      this.byte(value);
      return;
    }
    const size = value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
    let at = this.#take(size);
    const chunk = this.#chunk;
    let rest = value >>> 0;
    while (rest >= 0x80) {
      chunk[at] = (rest & 0x7f) | 0x80;
      at += 1;
      rest >>>= 7;
    }
    chunk[at] = rest;
  }

  /** A 64-bit varint, given as `bigint` modulo 2^64. */
  varint64(value: bigint): void {
    const low = lowHalf(value);
    this.halves(low, highOfLast());
  }

  /** A 64-bit varint, given as a whole number; negative ones take ten bytes as in two's complement. */
  varintNumber(value: number): void {
    if (value >= 0 && value <= 0xffff_ffff) this.varint32(value);
    else this.halves(value >>> 0, Math.floor(value / 0x1_0000_0000) >>> 0);
  }

  halves(low: number, high: number): void {
    if (high === 0) {
      this.varint32(low);
      return;
    }
    let size = 5;
    for (let rest = high >>> 3; rest !== 0; rest >>>= 7) size += 1;
    let at = this.#take(size);
    const chunk = this.#chunk;
    let restLow = low >>> 0;
    let restHigh = high >>> 0;
    for (let i = 1; i < size; i++) {
      chunk[at] = (restLow & 0x7f) | 0x80;
      at += 1;
      restLow = ((restLow >>> 7) | (restHigh << 25)) >>> 0;
      restHigh >>>= 7;
    }
    chunk[at] = restLow;
  }

  /** Big-endian 32-bit, as in the gRPC message prefix. */
  uint32BigEndian(value: number): void {
    const at = this.#take(4);
    this.#chunk.writeUInt32BE(value, at);
  }

  /** The bytes alone, without their length. */
  bytes(value: Uint8Array): void {
    const at = this.#take(value.length);
    this.#chunk.set(value, at);
  }

  /** One byte per code unit. Code units above 255 lose their upper half. */
  latin1(value: string): void {
    const at = this.#take(value.length);
    const chunk = this.#chunk;
    // For short strings a loop is faster than the call into the runtime.
    if (value.length > 24) chunk.write(value, at, value.length, 'latin1');
    else for (let i = 0; i < value.length; i++) chunk[at + i] = value.charCodeAt(i);
  }

  /** UTF-8; lone surrogates become U+FFFD. Returns the number of bytes. */
  utf8(value: string): number {
    const size = Buffer.byteLength(value, 'utf8');
    const at = this.#take(size);
    this.#chunk.write(value, at, size, 'utf8');
    return size;
  }

  #take(size: number): number {
    if (this.#start < size) this.#grow(size);
    this.#start -= size;
    return this.#start;
  }

  #grow(size: number): void {
    const written = this.length;
    const capacity = written + size <= CHUNK_BYTES / 2 ? CHUNK_BYTES : (written + size) * 2;
    const next = Buffer.allocUnsafeSlow(capacity);
    this.#chunk.copy(next, capacity - written, this.#start, this.#end);
    this.#chunk = next;
    this.#end = capacity;
    this.#start = capacity - written;
  }
}
