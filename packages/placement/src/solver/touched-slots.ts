import { NONE } from '../model/compiled.ts';
import type { SolverState } from './state.ts';

/** Where more than one in so many partitions were touched, nobody saves anything by looking at these alone. */
const FEW = 8;

/** By node, the replicas there of partitions that were touched, while only roles change: who has which slot, but not where replicas stand. */
export class TouchedSlots {
  readonly #state: SolverState;
  readonly #areFew: boolean;
  /** Partitions by node, once anybody has asked. */
  #on: Map<number, number[]> | undefined;
  readonly #noted = new Set<number>();

  constructor(state: SolverState) {
    this.#state = state;
    this.#areFew = state.touched.size * FEW < state.layout.problem.P;
  }

  /** Slots on the node; `undefined` where they are not few. */
  on(n: number): readonly number[] | undefined {
    if (!this.#areFew) return undefined;
    if (this.#on === undefined) {
      this.#on = new Map();
      for (const p of this.#state.touched.sorted()) this.#note(p, this.#on);
    }
    const { node, layout } = this.#state;
    const { slotsFrom } = layout.problem;
    const slots: number[] = [];
    for (const p of this.#on.get(n) ?? []) {
      for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) if (node[s] === n) slots.push(s);
    }
    return slots;
  }

  /** To be called once a partition is touched. */
  add(p: number): void {
    if (this.#on !== undefined) this.#note(p, this.#on);
  }

  #note(p: number, on: Map<number, number[]>): void {
    if (this.#noted.has(p)) return;
    this.#noted.add(p);
    const { slotsFrom } = this.#state.layout.problem;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const n = this.#state.node[s] as number;
      if (n === NONE) continue;
      const known = on.get(n);
      if (known === undefined) on.set(n, [p]);
      else known.push(p);
    }
  }
}
