import { NEVER, type Schedule } from './schedule.ts';
import { SeenConfigurations } from './seen-configurations.ts';

/**
 * Which operations have taken effect, as the search goes forth and back, and which such sets it has been in, each with its state.
 * Only what can still matter is compared: of the required, those around the first that is missing; of the bounded, those that have not
 * ended before the latest invocation among all that took effect (`floor`).
 */
export class Configuration {
  readonly #required: Uint32Array;
  readonly #bounded: Uint32Array;
  readonly #unbounded: Uint32Array;
  readonly #schedule: Schedule<unknown, unknown>;
  readonly #seen = new SeenConfigurations();
  #row = new Int32Array(64);
  /** Rank of the first required operation that is missing. */
  #low = 0;
  /** One more than the highest rank of a required operation that took effect. */
  #high = 0;
  /** The same of the bounded. */
  #highBounded = 0;
  /** `high` and `highBounded` before each `take`, to go back to. */
  readonly #past: number[] = [];

  constructor(schedule: Schedule<unknown, unknown>) {
    this.#schedule = schedule;
    this.#required = new Uint32Array((schedule.requiredCount >> 5) + 1);
    this.#bounded = new Uint32Array((schedule.boundedEnds.length >> 5) + 1);
    this.#unbounded = new Uint32Array((schedule.unboundedCount >> 5) + 1);
  }

  get seen(): number {
    return this.#seen.size;
  }

  get complete(): boolean {
    return this.#low === this.#schedule.requiredCount;
  }

  take(operation: number): void {
    const rank = this.#schedule.rank[operation] ?? 0;
    const set = this.#setOf(operation);
    flip(set, rank);
    this.#past.push(this.#high, this.#highBounded);
    if (set === this.#bounded) this.#highBounded = Math.max(this.#highBounded, rank + 1);
    if (set !== this.#required) return;
    while (this.#low < this.#schedule.requiredCount && has(this.#required, this.#low)) this.#low += 1;
    this.#high = Math.max(this.#high, rank + 1);
  }

  /** Takes the last `take` back. */
  giveBack(operation: number): void {
    const rank = this.#schedule.rank[operation] ?? 0;
    const set = this.#setOf(operation);
    flip(set, rank);
    this.#highBounded = this.#past.pop() ?? 0;
    this.#high = this.#past.pop() ?? 0;
    if (set === this.#required) this.#low = Math.min(this.#low, rank);
  }

  /** True the first time that these operations and this state come together. */
  visit(state: number, floor: number): boolean {
    let length = 0;
    const row = this.#rowOf(5 + this.#required.length + this.#bounded.length + this.#unbounded.length);
    row[length++] = state;
    row[length++] = this.#low;
    row[length++] = this.#high;
    for (let word = this.#low >> 5; word <= this.#high >> 5; word += 1) row[length++] = this.#required[word] ?? 0;
    if (this.#schedule.unboundedCount > 0) {
      for (const word of this.#unbounded) row[length++] = word;
    }
    if (this.#highBounded > 0) length = this.#addBounded(row, length, floor);
    return this.#seen.add(row, length);
  }

  /** Leaves out those that ended before the floor, and trailing words in which none took effect. */
  #addBounded(row: Int32Array, start: number, floor: number): number {
    const live = lowerBound(this.#schedule.boundedEnds, floor);
    const first = live >> 5;
    let length = start;
    for (let word = first; word <= this.#highBounded >> 5; word += 1) {
      const bits = this.#bounded[word] ?? 0;
      row[length++] = word === first ? bits & ~((1 << (live & 31)) - 1) : bits;
    }
    while (length > start && row[length - 1] === 0) length -= 1;
    if (length > start) row[length++] = first;
    return length;
  }

  #setOf(operation: number): Uint32Array {
    if (this.#schedule.required[operation] === 1) return this.#required;
    return (this.#schedule.endPlace[operation] ?? 0) < NEVER ? this.#bounded : this.#unbounded;
  }

  #rowOf(length: number): Int32Array {
    if (this.#row.length < length) this.#row = new Int32Array(length * 2);
    return this.#row;
  }
}

const has = (set: Uint32Array, rank: number): boolean => (((set[rank >> 5] ?? 0) >>> (rank & 31)) & 1) === 1;

function flip(set: Uint32Array, rank: number): void {
  set[rank >> 5] = (set[rank >> 5] ?? 0) ^ (1 << (rank & 31));
}

/** Index of the first element that is not below `bound`. */
export function lowerBound(ascending: Int32Array, bound: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
