import { NONE } from '../model/compiled.ts';
import type { Imbalance } from './imbalance.ts';
import type { SolverState } from './state.ts';
import { copiesOfMove, mayChangePlaces } from './trades.ts';

/** Two slots that are to exchange their nodes. */
export interface Swap {
  readonly first: number;
  readonly second: number;
}

/** Replicas of a node that are tried against replicas of another. */
const TRIED = 160;
/** Partners among the neighbours. */
const PARTNERS = 8;

/**
 * Finds two replicas of different partitions on different nodes that had better change places: what a single move cannot do
 * without taking one of the nodes out of its range or beyond its capacity.
 */
export class SwapSearch {
  readonly #state: SolverState;
  readonly #imbalance: Imbalance;
  readonly #own: Float64Array;
  readonly #other: Float64Array;
  readonly #difference: Float64Array;

  constructor(state: SolverState, imbalance: Imbalance) {
    const { D } = state.layout.problem;
    this.#state = state;
    this.#imbalance = imbalance;
    this.#own = new Float64Array(D * TRIED);
    this.#other = new Float64Array(D);
    this.#difference = new Float64Array(D);
  }

  /** The exchange with one of the neighbours that mends most for what it costs. */
  find(n: number, neighbours: readonly number[]): Swap | undefined {
    const own = this.#slotsOf(n);
    for (const [i, s] of own.entries()) this.#keepAmount(s, i);
    let best: Swap | undefined;
    let most = 1e-9;
    for (const other of neighbours.slice(0, PARTNERS)) {
      const before = this.#imbalance.of(n) + this.#imbalance.of(other);
      for (const t of this.#slotsOf(other)) {
        this.#state.amountOf(t, this.#other);
        for (let i = 0; i < own.length; i++) {
          const mends = this.#mends(i, n, other, before);
          if (mends <= most) continue;
          const s = own[i] as number;
          const value = mends / (1 + copiesOfMove(this.#state, s, n, other) + copiesOfMove(this.#state, t, other, n));
          if (value <= most || !mayChangePlaces(this.#state, s, t)) continue;
          most = value;
          best = { first: s, second: t };
        }
      }
    }
    return best;
  }

  apply({ first, second }: Swap): void {
    const a = this.#state.node[first] as number;
    const b = this.#state.node[second] as number;
    this.#state.remove(first);
    this.#state.remove(second);
    this.#state.place(first, b);
    this.#state.place(second, a);
  }

  /** Some of a node's slots, spread over its list. */
  #slotsOf(n: number): number[] {
    const state = this.#state;
    const stride = Math.ceil((state.count[n] as number) / TRIED);
    const slots: number[] = [];
    let i = 0;
    for (let s = state.head[n] as number; s !== NONE; s = state.next[s] as number, i++)
      if (i % stride === 0) slots.push(s);
    return slots;
  }

  #keepAmount(s: number, i: number): void {
    this.#state.amountOf(s, this.#other);
    this.#own.set(this.#other, i * this.#other.length);
  }

  /** What the exchange of own slot i with the other at hand mends. */
  #mends(i: number, n: number, other: number, before: number): number {
    const D = this.#difference.length;
    for (let d = 0; d < D; d++) this.#difference[d] = (this.#own[i * D + d] as number) - (this.#other[d] as number);
    return before - this.#imbalance.with(n, this.#difference, -1) - this.#imbalance.with(other, this.#difference, 1);
  }
}
