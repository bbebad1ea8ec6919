import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Imbalance } from './imbalance.ts';
import { stoodOn } from './rules.ts';
import type { SolverState } from './state.ts';

/**
 * Weight that is looked at for each unit that is lacking: the heaviest are not all where they may be taken from, and the more nodes there
 * are the fewer each may give.
 */
const spareFor = (nodes: number): number => Math.min(64, 24 + nodes / 12);

/** Slots by a value that only gets less, the greatest first. */
export class CandidateHeap {
  readonly #slots: Int32Array;
  readonly #values: Float64Array;
  size: number;

  constructor(slots: Int32Array, values: Float64Array) {
    this.#slots = slots;
    this.#values = values;
    this.size = slots.length;
    for (let i = (this.size >> 1) - 1; i >= 0; i--) this.#down(i);
  }

  /** The slot of the greatest value. */
  get first(): number {
    return this.#slots[0] as number;
  }

  /** The greatest value but one. */
  get second(): number {
    const left = this.size > 1 ? (this.#values[1] as number) : Number.NEGATIVE_INFINITY;
    const right = this.size > 2 ? (this.#values[2] as number) : Number.NEGATIVE_INFINITY;
    return Math.max(left, right);
  }

  /** Takes the first out. */
  drop(): void {
    this.size -= 1;
    this.#slots[0] = this.#slots[this.size] as number;
    this.#values[0] = this.#values[this.size] as number;
    this.#down(0);
  }

  /** Gives the first a lower value. */
  lower(value: number): void {
    this.#values[0] = value;
    this.#down(0);
  }

  #down(start: number): void {
    const slot = this.#slots[start] as number;
    const value = this.#values[start] as number;
    let at = start;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.#before(child + 1, this.#slots[child] as number, this.#values[child] as number))
        child += 1;
      if (!this.#before(child, slot, value)) break;
      this.#slots[at] = this.#slots[child] as number;
      this.#values[at] = this.#values[child] as number;
      at = child;
    }
    this.#slots[at] = slot;
    this.#values[at] = value;
  }

  #before(i: number, slot: number, value: number): boolean {
    const difference = (this.#values[i] as number) - value;
    return difference > 0 || (difference === 0 && (this.#slots[i] as number) < slot);
  }
}

/** How a node may give: not at all, to whoever needs it, or rather than not. */
const GIVES_NOT = 0;
const GIVES = 1;
const GIVES_GLADLY = 2;

/**
 * The slots that may fill `newcomers`, on all other live nodes: the heaviest by their weight over the dimensions, as many as weigh
 * several times `lack`, and all on nodes outside their ranges. O(S · D): a histogram says from which weight on, then these are gathered.
 */
export function heaviestSlots(
  state: SolverState,
  imbalance: Imbalance,
  newcomers: readonly number[],
  lack: number,
): CandidateHeap {
  const { S, D } = state.layout.problem;
  const gives = giversOf(state, imbalance, newcomers);
  const unit = imbalance.meanScale(newcomers);
  const weights = new Float64Array(S);
  const sums = new Float64Array(BUCKETS);
  const amount = new Float64Array(D);
  for (let s = 0; s < S; s++) {
    const n = state.node[s] as number;
    if (n === NONE || gives[n] === GIVES_NOT) continue;
    state.amountOf(s, amount);
    let weight = 0;
    for (let d = 0; d < D; d++) weight += (amount[d] as number) * (unit[d] as number);
    weights[s] = weight;
    sums[bucketOf(weight)] = (sums[bucketOf(weight)] as number) + weight;
  }
  const spare = spareFor(gives.length);
  let from = BUCKETS - 1;
  for (let sum = 0; from > 0; from--) {
    sum += sums[from] as number;
    if (sum >= lack * spare) break;
  }
  return gather(state, gives, weights, from);
}

function giversOf(state: SolverState, imbalance: Imbalance, newcomers: readonly number[]): Uint8Array {
  const { N, nodeState } = state.layout.problem;
  const gives = new Uint8Array(N);
  for (let n = 0; n < N; n++) {
    if (nodeState[n] === NODE_LIVE) gives[n] = imbalance.of(n) > 0 ? GIVES_GLADLY : GIVES;
  }
  for (const n of newcomers) gives[n] = GIVES_NOT;
  return gives;
}

/** What weighs enough, with the most that moving it could be worth: double on nodes that give gladly, and if it is to be copied anyway. */
function gather(state: SolverState, gives: Uint8Array, weights: Float64Array, from: number): CandidateHeap {
  const slots: number[] = [];
  const values: number[] = [];
  for (let s = 0; s < weights.length; s++) {
    const weight = weights[s] as number;
    if (weight <= 0) continue;
    const n = state.node[s] as number;
    const gladly = gives[n] === GIVES_GLADLY;
    if (!gladly && bucketOf(weight) < from) continue;
    slots.push(s);
    values.push(weight * (gladly ? 2 : 1) * (stoodOn(state, state.layout.partitionOf[s] as number, n) ? 1 : 2));
  }
  return new CandidateHeap(Int32Array.from(slots), Float64Array.from(values));
}

const BUCKETS = 2048;

/** Linear in the weight below a node's whole fair share: fine where it matters. */
function bucketOf(weight: number): number {
  return Math.min(BUCKETS - 1, Math.floor(weight * (BUCKETS / 2)));
}
