import { NONE } from '../model/compiled.ts';
import type { Imbalance } from './imbalance.ts';
import type { Ranges } from './ranges.ts';
import type { SolverState } from './state.ts';
import type { WishCosts } from './wish-costs.ts';

/** Less than this is no progress. */
export const NOTHING = 1e-9;

/** Trying something for a wish: it is done, looked at, and undone unless it pays and takes no node further out of its range. */
export class WishTrials {
  readonly #state: SolverState;
  readonly #ranges: Ranges;
  readonly #imbalance: Imbalance;
  readonly #costs: WishCosts;
  /** [d] what a replica weighs, or weighs more than its partner. */
  readonly #amount: Float64Array;
  readonly #other: Float64Array;

  constructor(state: SolverState, ranges: Ranges, imbalance: Imbalance, costs: WishCosts) {
    const { D } = state.layout.problem;
    this.#state = state;
    this.#ranges = ranges;
    this.#imbalance = imbalance;
    this.#costs = costs;
    this.#amount = new Float64Array(D);
    this.#other = new Float64Array(D);
  }

  /** Whether neither node's load gets further out of its range when slot `s` goes to `n`, and `t` (or NONE) from there to its place. Cheap, to be asked first. */
  loadsAllow(s: number, n: number, t: number): boolean {
    const state = this.#state;
    const from = state.node[s] as number;
    state.amountOf(s, this.#amount);
    if (t === NONE) this.#other.fill(0);
    else state.amountOf(t, this.#other);
    for (let d = 0; d < this.#amount.length; d++)
      this.#amount[d] = (this.#amount[d] as number) - (this.#other[d] as number);
    const after = this.#imbalance.with(from, this.#amount, -1) + this.#imbalance.with(n, this.#amount, 1);
    return after <= NOTHING || after <= this.#imbalance.of(from) + this.#imbalance.of(n) + NOTHING;
  }

  /** Does it; true where penalties fall by more than `atLeast` with it (which may be less than nothing), else all is as before. `act(true)` undoes it. */
  try(
    partitions: readonly number[],
    nodes: readonly [number, number],
    act: (back: boolean) => void,
    atLeast: number = NOTHING,
  ): boolean {
    const before = this.#costOf(partitions) + this.#costs.shared;
    const outside = this.#outside(nodes);
    const changes = this.#state.changes;
    for (const p of partitions) this.#costs.leave(p);
    act(false);
    for (const p of partitions) this.#costs.enter(p);
    if (this.#outside(nodes) <= outside + NOTHING && before - this.#costOf(partitions) - this.#costs.shared > atLeast)
      return true;
    for (const p of partitions) this.#costs.leave(p);
    act(true);
    for (const p of partitions) this.#costs.enter(p);
    this.#state.changes = changes;
    return false;
  }

  #costOf(partitions: readonly number[]): number {
    let sum = 0;
    for (const p of partitions) sum += this.#costs.of(p);
    return sum;
  }

  #outside(nodes: readonly [number, number]): number {
    const { leastLeaders, mostLeaders } = this.#ranges;
    let sum = 0;
    for (const n of nodes) {
      const leaders = this.#state.leaders[n] as number;
      sum += this.#imbalance.of(n);
      sum += Math.max(0, leaders - (mostLeaders[n] as number), (leastLeaders[n] as number) - leaders);
    }
    return sum;
  }
}
