import { KeelsonError } from '@keelson/runtime';

/** The error of bytes that are not what ZooKeeper's protocol has in their place. */
export function malformed(what: string): KeelsonError {
  return new KeelsonError('E_UNAVAILABLE', `The server sent what is not ZooKeeper's protocol: ${what}.`, {
    details: { protocolError: what },
  });
}

/** Reads one frame in jute. Every read checks that the frame has the bytes: `E_UNAVAILABLE` where it has not. */
export class JuteReader {
  readonly #frame: Buffer;
  #at = 0;

  constructor(frame: Buffer) {
    this.#frame = frame;
  }

  /** Bytes not read yet. */
  get leftBytes(): number {
    return this.#frame.length - this.#at;
  }

  bool(): boolean {
    return this.#frame[this.#advance(1)] !== 0;
  }

  int(): number {
    return this.#frame.readInt32BE(this.#advance(4));
  }

  long(): bigint {
    return this.#frame.readBigInt64BE(this.#advance(8));
  }

  /** A long that is a time in milliseconds: exact as a number for the next 285,000 years. */
  longAsNumber(): number {
    const at = this.#advance(8);
    return this.#frame.readInt32BE(at) * 0x1_0000_0000 + this.#frame.readUInt32BE(at + 4);
  }

  text(): string {
    const sizeBytes = this.#size();
    if (sizeBytes === 0) return '';
    const at = this.#advance(sizeBytes);
    return this.#frame.toString('utf8', at, at + sizeBytes);
  }

  /** A copy, which the caller owns. A missing buffer is empty. */
  bytes(): Uint8Array {
    const sizeBytes = this.#size();
    const at = this.#advance(sizeBytes);
    const copy = new Uint8Array(sizeBytes);
    copy.set(this.#frame.subarray(at, at + sizeBytes));
    return copy;
  }

  vector<T>(read: () => T): T[] {
    const count = this.int();
    // Every item has at least four bytes, so a count that does not fit is garbage, not a reason to allocate.
    if (count * 4 > this.leftBytes) throw malformed(`a vector of ${count} items in ${this.leftBytes} bytes`);
    const items: T[] = [];
    for (let index = 0; index < count; index += 1) items.push(read());
    return items;
  }

  /** A length field; −1 stands for "none". */
  #size(): number {
    const sizeBytes = this.int();
    if (sizeBytes < -1) throw malformed(`a length of ${sizeBytes}`);
    return Math.max(0, sizeBytes);
  }

  #advance(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#frame.length)
      throw malformed(`a frame of ${this.#frame.length} bytes that should have ${at + bytes}`);
    this.#at = at + bytes;
    return at;
  }
}
