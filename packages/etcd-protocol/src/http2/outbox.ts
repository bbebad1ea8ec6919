import { Buffer } from 'node:buffer';
import { FRAME_HEADER_BYTES } from './frame.ts';

const CHUNK_BYTES = 32 * 1024;
/** Payloads up to this size are copied beside their frame header; larger ones are sent from where they are. */
const COPIED_BYTES = 4 * 1024;

/**
 * What a connection is about to send. Many small frames become one piece of memory and one write. Memory handed out is never
 * written again, so nobody has to wait for the socket.
 */
export class Outbox {
  #chunk: Buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #start = 0;
  #at = 0;
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  /** Bytes waiting. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a frame. */
  frame(type: number, flags: number, streamId: number, payload: Uint8Array): void {
    this.header(payload.length, type, flags, streamId);
    this.#append(payload, 0, payload.length);
  }

  /** Adds a frame whose payload is a part of `bytes`. */
  frameOf(type: number, flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    this.header(end - start, type, flags, streamId);
    this.#append(bytes, start, end);
  }

  /** Adds a frame of one 32-bit number. */
  frameOfNumber(type: number, streamId: number, value: number): void {
    this.header(4, type, 0, streamId);
    this.#claim(4);
    this.#chunk.writeUInt32BE(value >>> 0, this.#at);
    this.#at += 4;
    this.#bytes += 4;
  }

  /** Adds the header of a frame whose payload follows. */
  header(length: number, type: number, flags: number, streamId: number): void {
    this.#claim(FRAME_HEADER_BYTES);
    const chunk = this.#chunk;
    const at = this.#at;
    chunk[at] = length >>> 16;
    chunk[at + 1] = length >>> 8;
    chunk[at + 2] = length;
    chunk[at + 3] = type;
    chunk[at + 4] = flags;
    chunk[at + 5] = streamId >>> 24;
    chunk[at + 6] = streamId >>> 16;
    chunk[at + 7] = streamId >>> 8;
    chunk[at + 8] = streamId;
    this.#at = at + FRAME_HEADER_BYTES;
    this.#bytes += FRAME_HEADER_BYTES;
  }

  /** Takes everything, in order. */
  take(): readonly Uint8Array[] {
    this.#seal();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    return pieces;
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#bytes += length;
    if (length > COPIED_BYTES) {
      this.#seal();
      this.#pieces.push(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
      return;
    }
    this.#claim(length);
    if (length === bytes.length) this.#chunk.set(bytes, this.#at);
    else this.#chunk.set(bytes.subarray(start, end), this.#at);
    this.#at += length;
  }

  #claim(length: number): void {
    if (this.#at + length <= CHUNK_BYTES) return;
    this.#seal();
    this.#chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    this.#start = 0;
    this.#at = 0;
  }

  #seal(): void {
    if (this.#at > this.#start) this.#pieces.push(this.#chunk.subarray(this.#start, this.#at));
    this.#start = this.#at;
  }
}
