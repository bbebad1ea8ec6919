/** A binary heap of integers with keys, least key first, equal keys by the integer: the order out does not depend on the order in. */
export class MinHeap {
  readonly #keys: number[] = [];
  readonly #items: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The least key; Infinity where there is none. */
  get leastKey(): number {
    return this.#keys[0] ?? Number.POSITIVE_INFINITY;
  }

  push(key: number, item: number): void {
    let at = this.#items.length;
    this.#keys.push(key);
    this.#items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes out the item with the least key. */
  pop(): number | undefined {
    const first = this.#items[0];
    const key = this.#keys.pop();
    const item = this.#items.pop();
    if (first === undefined || key === undefined || item === undefined) return undefined;
    if (this.#items.length > 0) {
      this.#keys[0] = key;
      this.#items[0] = item;
      this.#down();
    }
    return first;
  }

  #down(): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#items.length) return;
      const right = left + 1;
      const child = right < this.#items.length && this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const first = this.#keys[a] as number;
    const second = this.#keys[b] as number;
    return first < second || (first === second && (this.#items[a] as number) < (this.#items[b] as number));
  }

  #swap(a: number, b: number): void {
    const key = this.#keys[a] as number;
    const item = this.#items[a] as number;
    this.#keys[a] = this.#keys[b] as number;
    this.#items[a] = this.#items[b] as number;
    this.#keys[b] = key;
    this.#items[b] = item;
  }
}
