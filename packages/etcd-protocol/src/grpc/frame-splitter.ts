import { Buffer } from 'node:buffer';
import { GrpcError, GrpcStatus } from './status.ts';

const PREFIX_BYTES = 5;

/**
 * Cuts a stream of bytes into the messages of gRPC: each has one byte "compressed" and four of length before it. Throws
 * `GrpcError`: RESOURCE_EXHAUSTED above the limit (before the message is read), INTERNAL for a compressed message, as no
 * compression was agreed on.
 */
export class FrameSplitter {
  readonly #maxMessageBytes: number;
  readonly #onMessage: (message: Buffer) => void;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Bytes needed before there is anything to do. */
  #wanted = PREFIX_BYTES;

  constructor(maxMessageBytes: number, onMessage: (message: Buffer) => void) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#onMessage = onMessage;
  }

  /** Whether a message has been begun and not ended. */
  get incomplete(): boolean {
    return this.#pendingBytes > 0;
  }

  push(chunk: Buffer): void {
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < this.#wanted) {
      this.#pending.push(chunk);
      return;
    }
    let bytes = this.#pending.length === 0 ? chunk : Buffer.concat([...this.#pending, chunk]);
    this.#wanted = PREFIX_BYTES;
    while (bytes.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + this.#messageBytes(bytes);
      if (bytes.length < end) {
        this.#wanted = end;
        break;
      }
      const message = bytes.subarray(PREFIX_BYTES, end);
      bytes = bytes.subarray(end);
      this.#onMessage(message);
    }
    this.#pending = bytes.length === 0 ? [] : [bytes];
    this.#pendingBytes = bytes.length;
  }

  #messageBytes(bytes: Buffer): number {
    const length = bytes.readUInt32BE(1);
    if (length > this.#maxMessageBytes) {
      const text = `grpc: received message larger than max (${length} vs. ${this.#maxMessageBytes})`;
      throw new GrpcError(GrpcStatus.resourceExhausted, text);
    }
    if (bytes[0] !== 0) {
      const text = 'grpc: compressed flag set with identity or empty encoding';
      throw new GrpcError(GrpcStatus.internal, text);
    }
    return length;
  }
}
