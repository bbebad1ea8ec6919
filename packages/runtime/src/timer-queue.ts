/** A timer waiting for its time. */
export interface QueuedTimer {
  readonly id: number;
  dueMs: number;
  /** Order of arming; decides between timers due at one instant. */
  sequence: number;
  readonly run: () => void;
  /** Set for a repeating timer. */
  readonly periodMs: number | undefined;
  cancelled: boolean;
  /** Where the queue holds it; -1 where it does not. The queue's own. */
  at: number;
}

const before = (a: QueuedTimer, b: QueuedTimer): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);

/**
 * Timers by due time, then by order of arming: a binary heap, so that the order is the same in every run. A timer knows its place: one
 * that is taken back goes at once, with all it holds on to. Most timers are deadlines, and most of those are taken back.
 */
export class TimerQueue {
  readonly #heap: QueuedTimer[] = [];

  push(timer: QueuedTimer): void {
    this.#heap.push(timer);
    this.#rise(timer, this.#heap.length - 1);
  }

  /** The next timer, left in place. */
  peek(): QueuedTimer | undefined {
    return this.#heap[0];
  }

  /** Takes the next timer. */
  pop(): QueuedTimer | undefined {
    const first = this.#heap[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Takes a timer out. Does nothing where it is not held. */
  remove(timer: QueuedTimer): void {
    const { at } = timer;
    if (at < 0) return;
    timer.at = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === timer) return;
    this.#sink(last, at);
    if (last.at === at) this.#rise(last, at);
  }

  #rise(timer: QueuedTimer, from: number): void {
    const heap = this.#heap;
    let at = from;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || before(parent, timer)) break;
      heap[at] = parent;
      parent.at = at;
      at = parentAt;
    }
    heap[at] = timer;
    timer.at = at;
  }

  #sink(timer: QueuedTimer, from: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      const leftAt = 2 * at + 1;
      let child = heap[leftAt];
      if (child === undefined) break;
      let childAt = leftAt;
      const right = heap[leftAt + 1];
      if (right !== undefined && before(right, child)) {
        child = right;
        childAt = leftAt + 1;
      }
      if (before(timer, child)) break;
      heap[at] = child;
      child.at = at;
      at = childAt;
    }
    heap[at] = timer;
    timer.at = at;
  }
}
