/** Something due at an instant of the monotonic clock, in milliseconds. */
interface Due<T> {
  readonly dueMs: number;
  readonly item: T;
}

/** Items by the instant they are due, the earliest first. A binary heap: 10,000 leases cost 14 comparisons a change. */
export class DeadlineHeap<T> {
  readonly #heap: Due<T>[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest instant, in milliseconds. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.dueMs;
  }

  push(dueMs: number, item: T): void {
    const heap = this.#heap;
    const added: Due<T> = { dueMs, item };
    let at = heap.push(added) - 1;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || parent.dueMs <= dueMs) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = added;
  }

  /** Takes the earliest item that is due at `nowMs`; `undefined` where none is. */
  popDue(nowMs: number): T | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
    return first.item;
  }

  #sink(moved: Due<T>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const leftAt = 2 * at + 1;
      const left = heap[leftAt];
      if (left === undefined) break;
      const right = heap[leftAt + 1];
      const [child, childAt] = right !== undefined && right.dueMs < left.dueMs ? [right, leftAt + 1] : [left, leftAt];
      if (moved.dueMs <= child.dueMs) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = moved;
  }
}
