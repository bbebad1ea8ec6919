import { malformed } from './jute-reader.ts';

const LENGTH_BYTES = 4;

/**
 * Cuts the bytes of a connection into frames. Frames that lie whole in a chunk are given as views of it; one that comes in parts is put
 * together in a buffer of its own size. Throws `E_UNAVAILABLE` for a length that no frame has, before any memory is taken for it.
 */
export class FrameSplitter {
  readonly #maxFrameBytes: number;
  /** The length field as far as it has come, while no frame is under way. */
  #head: Buffer = Buffer.alloc(0);
  #partial: Buffer | undefined;
  #filled = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Calls `onFrame` for each frame that is complete with `chunk`, in order. A frame is only valid during the call. */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    let rest = this.#finishPartial(chunk, onFrame);
    if (rest.length === 0) return;
    if (this.#head.length > 0) {
      rest = Buffer.concat([this.#head, rest]);
      this.#head = Buffer.alloc(0);
    }
    let at = 0;
    while (rest.length - at >= LENGTH_BYTES) {
      const sizeBytes = this.#checked(rest.readInt32BE(at));
      const end = at + LENGTH_BYTES + sizeBytes;
      if (end > rest.length) {
        this.#partial = Buffer.allocUnsafe(sizeBytes);
        this.#filled = rest.copy(this.#partial, 0, at + LENGTH_BYTES);
        return;
      }
      onFrame(rest.subarray(at + LENGTH_BYTES, end));
      at = end;
    }
    // A copy: the chunk may be large, and these are at most three bytes of it.
    this.#head = Buffer.from(rest.subarray(at));
  }

  /** Fills the frame under way; gives what of `chunk` lies behind it. */
  #finishPartial(chunk: Buffer, onFrame: (frame: Buffer) => void): Buffer {
    const partial = this.#partial;
    if (partial === undefined) return chunk;
    const copied = chunk.copy(partial, this.#filled);
    this.#filled += copied;
    if (this.#filled < partial.length) return chunk.subarray(chunk.length);
    this.#partial = undefined;
    onFrame(partial);
    return chunk.subarray(copied);
  }

  #checked(sizeBytes: number): number {
    if (sizeBytes < 0 || sizeBytes > this.#maxFrameBytes)
      throw malformed(`a frame of ${sizeBytes} bytes, where ${this.#maxFrameBytes} are allowed`);
    return sizeBytes;
  }
}
