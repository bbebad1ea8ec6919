/** A list of 32-bit integers that grows: no object per item, one copy at the end. */
export class IntList {
  #items: Int32Array;
  #length = 0;

  constructor(expected = 16) {
    this.#items = new Int32Array(Math.max(16, expected));
  }

  get length(): number {
    return this.#length;
  }

  push(item: number): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[this.#length] = item;
    this.#length += 1;
  }

  at(index: number): number {
    return this.#items[index] ?? 0;
  }

  set(index: number, item: number): void {
    this.#items[index] = item;
  }

  /** The items, in an array of exactly their number. */
  toArray(): Int32Array {
    return this.#items.slice(0, this.#length);
  }

  #grow(): void {
    const larger = new Int32Array(this.#items.length * 2);
    larger.set(this.#items);
    this.#items = larger;
  }
}
