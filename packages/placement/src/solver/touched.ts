/** A set of indices, each noted once, in whatever order: O(1) to add, O(noted) to clear. */
export class Touched {
  readonly #marks: Uint8Array;
  readonly #list: Int32Array;
  size = 0;

  /** Of indices from 0 up to `length`. */
  constructor(length: number) {
    this.#marks = new Uint8Array(length);
    this.#list = new Int32Array(length);
  }

  add(index: number): void {
    if (this.#marks[index] === 1) return;
    this.#marks[index] = 1;
    this.#list[this.size++] = index;
  }

  has(index: number): boolean {
    return this.#marks[index] === 1;
  }

  /** A copy, ascending. */
  sorted(): Int32Array {
    // Beyond a few, one look at every mark is sooner done than a sort.
    if (this.size * 16 < this.#marks.length) return this.#list.slice(0, this.size).sort();
    const sorted = new Int32Array(this.size);
    for (let index = 0, at = 0; at < sorted.length; index++) if (this.#marks[index] === 1) sorted[at++] = index;
    return sorted;
  }

  clear(): void {
    for (let at = 0; at < this.size; at++) this.#marks[this.#list[at] as number] = 0;
    this.size = 0;
  }
}
