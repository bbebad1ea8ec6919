/** Bytes of a block, in bytes: the records of some thousand small writes. */
const BLOCK_BYTES = 1 << 20;

/**
 * Memory for the records of one batch, used again for the next: a buffer for each record would cost more than the record, and
 * leave the process's heap in pieces.
 */
export class BatchBuffer {
  readonly #kept: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #block: Buffer = this.#kept;
  #used = 0;

  /** A part of `length` bytes, valid until `reset`. */
  take(length: number): Buffer {
    if (this.#used + length > this.#block.length) {
      // A large batch goes on in blocks of its own, which go when it is done.
      this.#block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, length));
      this.#used = 0;
    }
    const part = this.#block.subarray(this.#used, this.#used + length);
    this.#used += length;
    return part;
  }

  /** All parts are free again. */
  reset(): void {
    this.#block = this.#kept;
    this.#used = 0;
  }
}
