/** A timer waiting for its time. */
export interface QueuedTimer {
  readonly id: number;
  readonly dueMs: number;
  /** Order of arming; decides between timers due at one instant. */
  readonly sequence: number;
  readonly run: () => void;
  /** Set for a repeating timer. */
  readonly periodMs: number | undefined;
  cancelled: boolean;
}

const before = (a: QueuedTimer, b: QueuedTimer): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);

/** Timers by due time, then by order of arming: a binary heap, so that the order is the same in every run. */
export class TimerQueue {
  readonly #heap: QueuedTimer[] = [];

  push(timer: QueuedTimer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || before(parent, timer)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = timer;
  }

  /** The next timer that was not cancelled, left in place. */
  peek(): QueuedTimer | undefined {
    while (this.#heap[0]?.cancelled === true) this.#removeFirst();
    return this.#heap[0];
  }

  /** Takes the next timer that was not cancelled. */
  pop(): QueuedTimer | undefined {
    const first = this.peek();
    if (first !== undefined) this.#removeFirst();
    return first;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const leftAt = 2 * at + 1;
      const left = heap[leftAt];
      if (left === undefined) break;
      const right = heap[leftAt + 1];
      const [child, childAt] = right !== undefined && before(right, left) ? [right, leftAt + 1] : [left, leftAt];
      if (before(last, child)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = last;
  }
}
