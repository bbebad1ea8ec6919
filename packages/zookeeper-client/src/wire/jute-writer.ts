import { KeelsonError } from '@keelson/runtime';

/** Bytes a fresh chunk has; many small requests share one. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Writes frames in jute, ZooKeeper's encoding: big-endian numbers, strings and buffers after their length. Frames of one tick lie
 * one after the other in one chunk, so that they leave in one write without being copied; what was taken is never written again.
 */
export class JuteWriter {
  readonly #maxFrameBytes: number;
  #chunk: Buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  /** Where the bytes not taken yet begin. */
  #start = 0;
  #end = 0;
  #frameStart = 0;

  /** `maxFrameBytes`: what the server takes at most (`jute.maxbuffer`), the frame's length field not counted. */
  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Bytes written and not taken. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** Writes one frame. Where `fill` throws, or the frame is larger than allowed (`E_TOO_LARGE`), nothing of it stays. */
  frame(fill: (writer: JuteWriter) => void): void {
    this.#reserve(4);
    const before = this.#end - this.#start;
    this.#frameStart = before;
    this.#end += 4;
    try {
      fill(this);
      const sizeBytes = this.#end - this.#start - before - 4;
      this.#checkSize(sizeBytes);
      this.#chunk.writeInt32BE(sizeBytes, this.#start + before);
    } catch (error) {
      this.#end = this.#start + before;
      throw error;
    }
  }

  /** Everything written since the last call. */
  take(): Buffer {
    const taken = this.#chunk.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return taken;
  }

  /** Forgets what was written and not taken. */
  clear(): void {
    this.#end = this.#start;
  }

  bool(value: boolean): void {
    this.#reserve(1);
    this.#chunk[this.#end] = value ? 1 : 0;
    this.#end += 1;
  }

  int(value: number): void {
    this.#reserve(4);
    this.#chunk.writeInt32BE(value, this.#end);
    this.#end += 4;
  }

  long(value: bigint): void {
    this.#reserve(8);
    this.#chunk.writeBigInt64BE(value, this.#end);
    this.#end += 8;
  }

  text(value: string): void {
    this.#reserve(4 + value.length * 3);
    const sizeBytes = this.#chunk.write(value, this.#end + 4, 'utf8');
    this.#chunk.writeInt32BE(sizeBytes, this.#end);
    this.#end += 4 + sizeBytes;
  }

  bytes(value: Uint8Array): void {
    // A value that cannot fit must not first claim memory of its own size.
    this.#checkSize(this.#end - this.#start - this.#frameStart - 4 + value.byteLength);
    this.#reserve(4 + value.byteLength);
    this.#chunk.writeInt32BE(value.byteLength, this.#end);
    this.#chunk.set(value, this.#end + 4);
    this.#end += 4 + value.byteLength;
  }

  vector<T>(items: readonly T[], write: (item: T) => void): void {
    this.int(items.length);
    for (const item of items) write(item);
  }

  #checkSize(sizeBytes: number): void {
    if (sizeBytes <= this.#maxFrameBytes) return;
    throw new KeelsonError(
      'E_TOO_LARGE',
      `The request has at least ${sizeBytes} bytes; the server takes ${this.#maxFrameBytes} (jute.maxbuffer).`,
      { details: { sizeBytes, limitBytes: this.#maxFrameBytes } },
    );
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#chunk.length) return;
    const pending = this.#chunk.subarray(this.#start, this.#end);
    const chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, 2 * (pending.length + bytes)));
    chunk.set(pending);
    this.#chunk = chunk;
    this.#start = 0;
    this.#end = pending.length;
  }
}
