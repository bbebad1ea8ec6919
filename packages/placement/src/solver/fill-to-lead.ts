import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Budget } from './budget.ts';
import type { Imbalance } from './imbalance.ts';
import type { Ranges } from './ranges.ts';
import { isPinned, mayMoveTo, stoodOn } from './rules.ts';
import { SpareLeads } from './spare-leads.ts';
import type { SolverState } from './state.ts';

/**
 * Newcomers that few heavy replicas have filled get lighter ones as well, until each holds as many as it is to lead at least: who leads needs a
 * replica for every lead. Each may take an equal part of the room that is left within the range. Where that is too little, the heaviest
 * go back where they came from, one, then more, and lighter ones take their place as well. A newcomer for which nothing of this helps gets as many as fit.
 */
export function fillToLead(
  state: SolverState,
  ranges: Ranges,
  imbalance: Imbalance,
  newcomers: readonly number[],
  budget: Budget,
): void {
  if (newcomers.length === 0) return;
  const filler = new LeadFiller(state, ranges, imbalance, newcomers, budget);
  for (const n of newcomers) filler.fill(n);
}

/** Walks over all partitions that do not bring what is wanted, for all newcomers together: where leads are short everywhere none would. */
const WALKS_IN_VAIN = 64;

/** A slot that went to a newcomer, or back, and where it came from. */
interface Moved {
  readonly slot: number;
  readonly from: number;
}

class LeadFiller {
  readonly #state: SolverState;
  readonly #ranges: Ranges;
  readonly #imbalance: Imbalance;
  readonly #budget: Budget;
  readonly #spare: SpareLeads;
  readonly #isNew: Uint8Array;
  readonly #amount: Float64Array;
  #walksLeft = WALKS_IN_VAIN;

  constructor(state: SolverState, ranges: Ranges, imbalance: Imbalance, newcomers: readonly number[], budget: Budget) {
    this.#state = state;
    this.#ranges = ranges;
    this.#imbalance = imbalance;
    this.#budget = budget;
    this.#spare = new SpareLeads(state, ranges);
    this.#isNew = new Uint8Array(state.layout.problem.N);
    this.#amount = new Float64Array(state.layout.problem.D);
    for (const n of newcomers) {
      this.#isNew[n] = 1;
      for (const s of this.#slotsOn(n)) this.#spare.promise(state.layout.partitionOf[s] as number, n);
    }
  }

  fill(n: number): void {
    if (this.#spare.lackingOn(n) === 0) return;
    const heaviest = this.#returnable(n);
    const outside = this.#outside();
    for (let back = 0; back <= heaviest.length; back += 1 + (back >> 1)) {
      const moved = heaviest.slice(0, back).flatMap((s) => this.#sendBack(s));
      if (back > 0) moved.push(...this.#walk(n, true));
      moved.push(...this.#walk(n, false));
      if (this.#spare.lackingOn(n) === 0 && this.#outside() <= outside + 1e-9) return;
      for (const { slot, from } of moved.toReversed()) this.#move(slot, from);
    }
    this.#walk(n, false);
  }

  /** How far all nodes together are outside their ranges. */
  #outside(): number {
    let outside = 0;
    for (const [n, is] of this.#state.layout.problem.nodeState.entries())
      if (is === NODE_LIVE) outside += this.#imbalance.of(n);
    return outside;
  }

  /** One walk over all partitions: of each a replica comes that is as light as it takes and as heavy as it takes, at first only from nodes that have too much. */
  #walk(n: number, gladly: boolean): readonly Moved[] {
    const { P } = this.#state.layout.problem;
    const moved: Moved[] = [];
    const wanted = this.#walksLeft > 0 ? this.#spare.lackingOn(n) : 0;
    for (let p = 0; p < P && moved.length < wanted; p++) {
      const leader = this.#spare.leaderSlot(p);
      if (leader === NONE || this.#spare.isTight(p) || !this.#isEqualPart(leader, n, wanted - moved.length)) continue;
      if (!this.#budget.take()) break;
      const slot = this.#giver(p, n, gladly);
      if (slot === NONE) continue;
      moved.push({ slot, from: this.#state.node[slot] as number });
      this.#move(slot, n);
    }
    if (moved.length < wanted) this.#walksLeft -= 1;
    return moved;
  }

  /** Whether so many that weigh what the slot does would bring the node into its range. */
  #isEqualPart(s: number, n: number, count: number): boolean {
    const { load } = this.#state;
    this.#state.amountOf(s, this.#amount);
    for (let d = 0; d < this.#amount.length; d++) {
      const i = n * this.#amount.length + d;
      const after = (load[i] as number) + count * (this.#amount[d] as number);
      if (after < (this.#ranges.least[i] as number) || after > (this.#ranges.most[i] as number)) return false;
    }
    return true;
  }

  /** A slot of the partition that may go to the node and leaves no other further outside its range: one that has to be copied anyway, if there is any. */
  #giver(p: number, n: number, gladly: boolean): number {
    const state = this.#state;
    const { slotsFrom, nodeState } = state.layout.problem;
    let giver: number = NONE;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const from = state.node[s] as number;
      if (from === NONE || this.#isNew[from] === 1 || nodeState[from] !== NODE_LIVE || isPinned(state, p, from))
        continue;
      if ((gladly && this.#imbalance.of(from) === 0) || !mayMoveTo(state, s, n) || !this.#suits(from, s)) continue;
      if (!stoodOn(state, p, from)) return s;
      giver = giver === NONE ? s : giver;
    }
    return giver;
  }

  /** Whether a node is no further outside its range without the slot. */
  #suits(n: number, s: number): boolean {
    this.#state.amountOf(s, this.#amount);
    return this.#imbalance.with(n, this.#amount, -1) <= this.#imbalance.of(n) + 1e-9;
  }

  /** The slots on a newcomer that could be where they stand today, the heaviest first. */
  #returnable(n: number): number[] {
    const weights = new Map<number, number>();
    for (const s of this.#slotsOn(n)) {
      if (this.#origin(s) === NONE) continue;
      this.#state.amountOf(s, this.#amount);
      const D = this.#amount.length;
      const weight = this.#amount.reduce(
        (sum, amount, d) => sum + amount * (this.#imbalance.scale[n * D + d] as number),
        0,
      );
      weights.set(s, weight);
    }
    return [...weights.keys()].sort((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0) || a - b);
  }

  /** A node that the slot may go back to, as its partition stands there today and no replica of it is left there; NONE where there is none. */
  #origin(s: number): number {
    const state = this.#state;
    const { currentFrom, currentNode } = state.layout.problem;
    const p = state.layout.partitionOf[s] as number;
    if (stoodOn(state, p, state.node[s] as number) || isPinned(state, p, state.node[s] as number)) return NONE;
    for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
      const n = currentNode[c] as number;
      if (mayMoveTo(state, s, n)) return n;
    }
    return NONE;
  }

  /** Sends the slot back, if it may still go: what went before may have taken its place. */
  #sendBack(slot: number): readonly Moved[] {
    const to = this.#origin(slot);
    if (to === NONE) return [];
    const from = this.#state.node[slot] as number;
    this.#move(slot, to);
    return [{ slot, from }];
  }

  #move(s: number, n: number): void {
    const p = this.#state.layout.partitionOf[s] as number;
    const from = this.#state.node[s] as number;
    if (this.#isNew[from] === 1) this.#spare.takeBack(p, from);
    this.#state.move(s, n);
    if (this.#isNew[n] === 1) this.#spare.promise(p, n);
  }

  #slotsOn(n: number): readonly number[] {
    const { head, next } = this.#state;
    const slots: number[] = [];
    for (let s = head[n] as number; s !== NONE; s = next[s] as number) slots.push(s);
    return slots;
  }
}
