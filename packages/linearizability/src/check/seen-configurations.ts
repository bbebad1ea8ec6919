const FIRST_SLOTS = 1 << 10;

/** A set of short rows of 32-bit words, exact and compact: the configurations that the search has been in. */
export class SeenConfigurations {
  #arena = new Int32Array(1 << 12);
  #used = 1;
  /** Offset of a row in the arena; 0 is free. A row is its hash, its length, its words. */
  #slots = new Int32Array(FIRST_SLOTS);
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** Adds the first `length` words of `row`; false where they are in it already. */
  add(row: Int32Array, length: number): boolean {
    const hash = hashOf(row, length);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let offset = this.#slots[slot] ?? 0; offset !== 0; offset = this.#slots[slot] ?? 0) {
      if (this.#arena[offset] === hash && this.#isAt(offset, row, length)) return false;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.#append(hash, row, length);
    this.#count += 1;
    if (this.#count * 2 > this.#slots.length) this.#grow();
    return true;
  }

  #isAt(offset: number, row: Int32Array, length: number): boolean {
    if (this.#arena[offset + 1] !== length) return false;
    for (let at = 0; at < length; at += 1) if (this.#arena[offset + 2 + at] !== row[at]) return false;
    return true;
  }

  #append(hash: number, row: Int32Array, length: number): number {
    const offset = this.#used;
    this.#used += length + 2;
    if (this.#used > this.#arena.length) {
      const larger = new Int32Array(Math.max(this.#arena.length * 2, this.#used));
      larger.set(this.#arena);
      this.#arena = larger;
    }
    this.#arena[offset] = hash;
    this.#arena[offset + 1] = length;
    for (let at = 0; at < length; at += 1) this.#arena[offset + 2 + at] = row[at] ?? 0;
    return offset;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (const offset of this.#slots) {
      if (offset === 0) continue;
      let slot = (this.#arena[offset] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = offset;
    }
    this.#slots = slots;
  }
}

function hashOf(row: Int32Array, length: number): number {
  let hash = length;
  for (let at = 0; at < length; at += 1) {
    hash = Math.imul(hash ^ (row[at] ?? 0), 0x9e3779b1);
    hash = (hash << 15) | (hash >>> 17);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
