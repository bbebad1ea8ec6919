import { NONE } from '../model/compiled.ts';
import { leadersOf } from '../score/standing.ts';
import type { Ranges } from './ranges.ts';
import type { SolverState } from './state.ts';

/** Who has leads to give away to newcomers, beyond those that are as good as given already. */
export class SpareLeads {
  readonly #state: SolverState;
  readonly #ranges: Ranges;
  /** [n] leads of there that newcomers are to take over. */
  readonly #promised: Int32Array;
  /** [p] newcomers that got a replica of it, and the first of them. */
  readonly #takers: Uint16Array;
  readonly #taker: Int32Array;

  constructor(state: SolverState, ranges: Ranges) {
    this.#state = state;
    this.#ranges = ranges;
    const { N, P } = state.layout.problem;
    this.#promised = new Int32Array(N);
    this.#takers = new Uint16Array(P);
    this.#taker = new Int32Array(P).fill(NONE);
  }

  /** The slot that leads the partition, and stands somewhere; NONE where nothing does. */
  leaderSlot(p: number): number {
    const { layout, node } = this.#state;
    const { slotsFrom } = layout.problem;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++)
      if (layout.leads[this.#state.kindOf(s)] === 1) return node[s] === NONE ? NONE : s;
    return NONE;
  }

  /** How many replicas a newcomer needs beyond those there to lead as much as it is to lead at least. */
  lackingOn(n: number): number {
    return Math.max(0, (this.#ranges.leastLeaders[n] as number) - this.#ableOn(n));
  }

  /** Replicas on the node that it could lead: those of partitions of which no other newcomer takes the lead. */
  #ableOn(n: number): number {
    const { head, next, layout } = this.#state;
    let able = 0;
    for (let s = head[n] as number; s !== NONE; s = next[s] as number) {
      const p = layout.partitionOf[s] as number;
      if (this.leaderSlot(p) === NONE) continue;
      if (this.#taker[p] === n || (this.#takers[p] as number) <= leadersOf(this.#state.layout.problem, p)) able += 1;
    }
    return able;
  }

  /** Whether newcomers take all leads of the partition, or who leads it has none left to give away: a newcomer full of such partitions would lead none. */
  isTight(p: number): boolean {
    const n = this.#leaderOf(p);
    if (n === NONE) return false;
    if ((this.#takers[p] as number) >= leadersOf(this.#state.layout.problem, p)) return true;
    return (
      (this.#state.leaders[n] as number) - (this.#promised[n] as number) <= (this.#ranges.leastLeaders[n] as number)
    );
  }

  /** A newcomer got a replica of the partition: one of its leads is as good as given to it. */
  promise(p: number, newcomer: number): void {
    const n = this.#leaderOf(p);
    if (this.#takers[p] === 0) this.#taker[p] = newcomer;
    if (n !== NONE && (this.#takers[p] as number) < leadersOf(this.#state.layout.problem, p))
      this.#promised[n] = (this.#promised[n] as number) + 1;
    this.#takers[p] = (this.#takers[p] as number) + 1;
  }

  /** The newcomer is to lose its replica again, before that happens. */
  takeBack(p: number, newcomer: number): void {
    const n = this.#leaderOf(p);
    const left = (this.#takers[p] as number) - 1;
    this.#takers[p] = left;
    if (this.#taker[p] === newcomer) this.#taker[p] = NONE;
    if (n !== NONE && left < leadersOf(this.#state.layout.problem, p))
      this.#promised[n] = (this.#promised[n] as number) - 1;
  }

  #leaderOf(p: number): number {
    const s = this.leaderSlot(p);
    return s === NONE ? NONE : (this.#state.node[s] as number);
  }
}
