/**
 * A binary heap of small integers, least key first, whose keys may change while they are in it. The first 2^k - 1 entries of `items`
 * always hold the k least.
 */
export class IndexHeap {
  readonly items: Int32Array;
  readonly #keys: Float64Array;
  /** [item] its position in `items`. */
  readonly #at: Int32Array;

  /** `keys` by item: shared, to be followed by `update` after each change. */
  constructor(items: Int32Array, keys: Float64Array, positions: Int32Array) {
    this.items = items;
    this.#keys = keys;
    this.#at = positions;
    for (let i = 0; i < items.length; i++) positions[items[i] as number] = i;
    for (let i = (items.length >> 1) - 1; i >= 0; i--) this.#down(i);
  }

  /** After the item's key has changed. */
  update(item: number): void {
    this.#down(this.#up(this.#at[item] as number));
  }

  #up(start: number): number {
    const { items } = this;
    const item = items[start] as number;
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(item, items[parent] as number)) break;
      this.#put(items[parent] as number, at);
      at = parent;
    }
    this.#put(item, at);
    return at;
  }

  #down(start: number): void {
    const { items } = this;
    const item = items[start] as number;
    let at = start;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#before(items[child + 1] as number, items[child] as number)) child += 1;
      if (!this.#before(items[child] as number, item)) break;
      this.#put(items[child] as number, at);
      at = child;
    }
    this.#put(item, at);
  }

  #put(item: number, at: number): void {
    this.items[at] = item;
    this.#at[item] = at;
  }

  /** Equal keys go by index, so that the order is the same on every machine. */
  #before(a: number, b: number): boolean {
    const difference = (this.#keys[a] as number) - (this.#keys[b] as number);
    return difference < 0 || (difference === 0 && a < b);
  }
}
