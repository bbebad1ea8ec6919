import { NODE_LIVE, NONE } from '../model/compiled.ts';
import { isPinned, stoodOn } from './rules.ts';
import type { SolverState } from './state.ts';

/**
 * Slots that have to be copied as things stand and may as well go elsewhere, by resource and, for the one resource at hand, by node.
 *
 * Layout: `slots` ascending, so that those of a resource stand together, from `begin[i]` to `begin[i + 1]` for `resources[i]`. The lists by node run through
 * the indices of `slots`: first and last by node, then the next by index, in the order in which they came there.
 */
export class AwaySlots {
  /** Slots, ascending. */
  readonly slots: Int32Array;
  /** Resources that have any, ascending, and where those of each begin. */
  readonly resources: readonly number[];
  readonly begin: readonly number[];
  /** [n] how many of all resources are there. */
  readonly on: Int32Array;
  /** [s] 1 where the slot is one of them. */
  readonly #isAway: Uint8Array;
  /** [n] first and last index on the node, of the resource at hand; [i] the next one on the same node, or NONE. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  readonly #next: Int32Array;

  constructor(state: SolverState) {
    const { N, S } = state.layout.problem;
    this.slots = slotsAway(state);
    this.on = new Int32Array(N);
    this.#isAway = new Uint8Array(this.slots.length > 0 ? S : 0);
    this.#first = new Int32Array(N);
    this.#last = new Int32Array(N);
    this.#next = new Int32Array(this.slots.length);
    const resources: number[] = [];
    const begin: number[] = [];
    for (let i = 0, end = 0; i < this.slots.length; i++) {
      const s = this.slots[i] as number;
      if (s >= end) {
        const { partitionsFrom, resourceOf, slotsFrom } = state.layout.problem;
        const k = resourceOf[state.layout.partitionOf[s] as number] as number;
        end = slotsFrom[partitionsFrom[k + 1] as number] as number;
        resources.push(k);
        begin.push(i);
      }
      const n = state.node[s] as number;
      this.#isAway[s] = 1;
      this.on[n] = (this.on[n] as number) + 1;
    }
    begin.push(this.slots.length);
    this.resources = resources;
    this.begin = begin;
  }

  isAway(s: number): boolean {
    return this.#isAway[s] === 1;
  }

  /** From here on the lists are those of `resources[at]`. */
  take(at: number, node: Int32Array): void {
    this.#first.fill(NONE);
    for (let i = this.begin[at] as number; i < (this.begin[at + 1] as number); i++)
      this.#append(i, node[this.slots[i] as number] as number);
  }

  /** The first index on the node, or NONE. */
  firstOn(n: number): number {
    return this.#first[n] as number;
  }

  /** The one after it. */
  after(i: number): number {
    return this.#next[i] as number;
  }

  /** Index `i` goes from one node to the other; `before` is the one in front of it there, or NONE. */
  shift(i: number, before: number, from: number, to: number): void {
    const after = this.#next[i] as number;
    if (before === NONE) this.#first[from] = after;
    else this.#next[before] = after;
    if (after === NONE) this.#last[from] = before;
    this.#append(i, to);
  }

  #append(i: number, n: number): void {
    this.#next[i] = NONE;
    if (this.#first[n] === NONE) this.#first[n] = i;
    else this.#next[this.#last[n] as number] = i;
    this.#last[n] = i;
  }
}

function slotsAway(state: SolverState): Int32Array {
  const { slotsFrom, nodeState } = state.layout.problem;
  const partitions = state.touched.sorted();
  let most = 0;
  for (const p of partitions) most += (slotsFrom[p + 1] as number) - (slotsFrom[p] as number);
  const away = new Int32Array(most);
  let count = 0;
  for (const p of partitions) {
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const n = state.node[s] as number;
      if (n !== NONE && nodeState[n] === NODE_LIVE && !stoodOn(state, p, n) && !isPinned(state, p, n))
        away[count++] = s;
    }
  }
  return away.subarray(0, count);
}
