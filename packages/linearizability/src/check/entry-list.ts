/**
 * Invocations and returns in their order, as a doubly linked list in two arrays: what the search has dealt with is taken out and put back
 * in reverse order. Node 0 is the head; an operation's invocation is node `2 × index + 1`, its return `2 × index + 2`.
 */
export class EntryList {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;

  /** @param entries - By place: `+(index + 1)` for an invocation, `-(index + 1)` for a return. */
  constructor(entries: Int32Array, operations: number) {
    this.#next = new Int32Array(2 * operations + 1);
    this.#previous = new Int32Array(2 * operations + 1);
    let last = 0;
    for (const entry of entries) {
      const node = entry > 0 ? 2 * entry - 1 : -2 * entry;
      this.#next[last] = node;
      this.#previous[node] = last;
      last = node;
    }
    this.#next[last] = 0;
    this.#previous[0] = last;
  }

  /** The node behind, 0 at the end. */
  after(node: number): number {
    return this.#next[node] ?? 0;
  }

  remove(node: number): void {
    const [before, behind] = [this.#previous[node] ?? 0, this.#next[node] ?? 0];
    this.#next[before] = behind;
    this.#previous[behind] = before;
  }

  /** Puts back the node that was removed last. */
  restore(node: number): void {
    this.#next[this.#previous[node] ?? 0] = node;
    this.#previous[this.#next[node] ?? 0] = node;
  }
}

/** Node of an operation's invocation. */
export const callNode = (operation: number): number => 2 * operation + 1;
/** Node of an operation's return. */
export const returnNode = (operation: number): number => 2 * operation + 2;
/** Whether a node is a return. The head is none. */
export const isReturn = (node: number): boolean => node !== 0 && (node & 1) === 0;
/** The operation of a node. */
export const operationOf = (node: number): number => (node - 1) >> 1;
