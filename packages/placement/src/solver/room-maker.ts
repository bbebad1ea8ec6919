import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Budget } from './budget.ts';
import { isPinned, mayPlay, mayTake, stoodOn, zoneAllows } from './rules.ts';
import type { SolverState } from './state.ts';

/** Nodes that a slot is forced upon, one after the other, before it is given up. */
const TRIED_NODES = 12;
/** Exchanges that may be spent on making room for one slot on one node. */
const MOST_STEPS = 24;
/** Pairs of replicas that are compared for one step of the budget. */
const PAIRS_PER_STEP = 400;
/** Slots in a row for which no room could be made, after which the others are not tried: the cluster is full. */
const MOST_FAILURES = 6;

/**
 * Makes room for a replica that fits nowhere: it is put on a node although that is too much for it, and then replicas of the node move to
 * others, or change places with lighter ones there, until nothing is too much for anyone. The little room that is left on each of many nodes
 * is gathered on one this way. Where that does not succeed everything goes back to where it was.
 */
export class RoomMaker {
  readonly #state: SolverState;
  readonly #budget: Budget;
  /** [n * D + d] one over the node's room: makes dimensions comparable. 1 where it has none at all, so that anything is too much. */
  readonly #scale: Float64Array;
  readonly #a: Float64Array;
  readonly #b: Float64Array;
  #pairs = 0;
  #failures = 0;

  constructor(state: SolverState, budget: Budget) {
    this.#state = state;
    this.#budget = budget;
    const { D } = state.layout.problem;
    this.#scale = state.layout.room.map((room) => (room > 0 ? 1 / room : 1));
    this.#a = new Float64Array(D);
    this.#b = new Float64Array(D);
  }

  /** Slots without a place, the lightest first: as many as possible are to find one, and important roles before others. */
  lightestFirst(): number[] {
    const { S, D } = this.#state.layout.problem;
    const slots: { s: number; weight: number }[] = [];
    for (let s = 0; s < S; s++) {
      if (this.#state.node[s] !== NONE) continue;
      this.#state.amountOf(s, this.#a);
      let weight = 0;
      for (let d = 0; d < D; d++) weight += this.#a[d] as number;
      slots.push({ s, weight });
    }
    return slots.sort((x, y) => x.weight - y.weight || x.s - y.s).map(({ s }) => s);
  }

  /** Places the slot if room can be made; false where it cannot. */
  place(s: number): boolean {
    if (this.#failures >= MOST_FAILURES) return false;
    const placed = this.#leavesEnough(s) && this.#force(s);
    this.#failures = placed ? 0 : this.#failures + 1;
    return placed;
  }

  /** Whether all room that is left on nodes that may take the slot would do, were it in one place. */
  #leavesEnough(s: number): boolean {
    const { problem, room, partitionOf } = this.#state.layout;
    this.#state.amountOf(s, this.#a);
    for (let d = 0; d < problem.D; d++) {
      let left = 0;
      for (let n = 0; n < problem.N && left < (this.#a[d] as number); n++) {
        if (mayTake(this.#state, partitionOf[s] as number, n))
          left += Math.max(0, (room[n * problem.D + d] as number) - (this.#state.load[n * problem.D + d] as number));
      }
      if (left < (this.#a[d] as number)) return false;
    }
    return true;
  }

  #force(s: number): boolean {
    for (const n of this.#likeliest(s)) {
      this.#state.place(s, n);
      const done: { slot: number; from: number }[] = [];
      for (let step = 0; step < MOST_STEPS && this.#over(n) > 0; step++) {
        if (!this.#budget.take() || !this.#ease(n, s, done)) break;
      }
      if (this.#over(n) === 0) return true;
      for (const { slot, from } of done.toReversed()) this.#state.move(slot, from);
      this.#state.remove(s);
    }
    return false;
  }

  /** Nodes that could hold the slot, those it would be least too much for first. */
  #likeliest(s: number): number[] {
    const state = this.#state;
    const { N, D, nodeState, maxReplicas } = state.layout.problem;
    const p = state.layout.partitionOf[s] as number;
    state.amountOf(s, this.#a);
    const nodes: { n: number; over: number }[] = [];
    for (let n = 0; n < N; n++) {
      if (nodeState[n] !== NODE_LIVE || (state.count[n] as number) >= (maxReplicas[n] as number)) continue;
      if (!mayTake(state, p, n) || !mayPlay(state, s, n) || !zoneAllows(state, p, n, s) || !this.#limitAllows(p, n))
        continue;
      let over = 0;
      for (let d = 0; d < D; d++) over += this.#excess(n, d, this.#a[d] as number);
      nodes.push({ n, over });
    }
    return nodes
      .sort((x, y) => x.over - y.over || x.n - y.n)
      .slice(0, TRIED_NODES)
      .map(({ n }) => n);
  }

  #limitAllows(p: number, n: number): boolean {
    const { problem, limitedRow } = this.#state.layout;
    const k = problem.resourceOf[p] as number;
    const row = limitedRow[k] as number;
    return row === NONE || (this.#state.perResource[row * problem.N + n] as number) < (problem.maxPerNode[k] as number);
  }

  /** How far the node would be beyond its room in a dimension with so much more, as a share of its room. */
  #excess(n: number, d: number, more: number): number {
    const i = n * this.#a.length + d;
    const above = (this.#state.load[i] as number) + more - (this.#state.layout.room[i] as number);
    return above > 0 ? above * (this.#scale[i] as number) : 0;
  }

  #over(n: number): number {
    let over = 0;
    for (let d = 0; d < this.#a.length; d++) over += this.#excess(n, d, 0);
    return over;
  }

  /** One replica moves away from the node, or changes places with another: whatever eases it most for what it copies. */
  #ease(n: number, kept: number, done: { slot: number; from: number }[]): boolean {
    const state = this.#state;
    const { N, nodeState } = state.layout.problem;
    const over = this.#over(n);
    let best = { value: 1e-12, slot: NONE, partner: NONE, to: NONE };
    for (let s = state.head[n] as number; s !== NONE; s = state.next[s] as number) {
      if (s === kept || isPinned(state, state.layout.partitionOf[s] as number, n)) continue;
      state.amountOf(s, this.#a);
      for (let to = 0; to < N; to++) {
        if (to === n || nodeState[to] !== NODE_LIVE || !mayTake(state, state.layout.partitionOf[s] as number, to))
          continue;
        best = this.#tryWith(s, NONE, n, to, over, best);
        for (let t = state.head[to] as number; t !== NONE; t = state.next[t] as number)
          best = this.#tryWith(s, t, n, to, over, best);
      }
    }
    if (best.slot === NONE) return false;
    done.push({ slot: best.slot, from: n });
    state.move(best.slot, best.to);
    if (best.partner !== NONE) {
      done.push({ slot: best.partner, from: best.to });
      state.move(best.partner, n);
    }
    return true;
  }

  /** The better of `best` and moving s to the node while t, if any, comes back from there. `#a` holds what s weighs. */
  #tryWith(
    s: number,
    t: number,
    n: number,
    to: number,
    over: number,
    best: { value: number; slot: number; partner: number; to: number },
  ): { value: number; slot: number; partner: number; to: number } {
    const state = this.#state;
    const { partitionOf } = state.layout;
    if (++this.#pairs % PAIRS_PER_STEP === 0) this.#budget.take();
    if (t === NONE) this.#b.fill(0);
    else state.amountOf(t, this.#b);
    let left = 0;
    for (let d = 0; d < this.#a.length; d++) {
      const less = (this.#a[d] as number) - (this.#b[d] as number);
      if (less > 0 && this.#excess(to, d, less) > 0) return best;
      left += this.#excess(n, d, -less);
    }
    if (over - left <= best.value) return best;
    const copies = this.#copies(s, n, to) + (t === NONE ? 0 : this.#copies(t, to, n));
    // Room that suffices ends the search; among those the tightest leaves most elsewhere.
    const value = (over - left) / (1 + Math.max(0, copies));
    if (value <= best.value || !this.#allowed(s, t, n, to)) return best;
    if (t !== NONE && (partitionOf[t] as number) === (partitionOf[s] as number)) return best;
    return { value, slot: s, partner: t, to };
  }

  #copies(s: number, from: number, to: number): number {
    const p = this.#state.layout.partitionOf[s] as number;
    return (stoodOn(this.#state, p, from) ? 1 : 0) - (stoodOn(this.#state, p, to) ? 1 : 0);
  }

  #allowed(s: number, t: number, n: number, to: number): boolean {
    const state = this.#state;
    const { problem, partitionOf, limitedRow } = state.layout;
    const p = partitionOf[s] as number;
    if (!zoneAllows(state, p, to, s)) return false;
    if (t === NONE)
      return (state.count[to] as number) < (problem.maxReplicas[to] as number) && this.#limitAllows(p, to);
    const q = partitionOf[t] as number;
    const sameLimits =
      problem.resourceOf[p] === problem.resourceOf[q] ||
      (limitedRow[problem.resourceOf[p] as number] === NONE && limitedRow[problem.resourceOf[q] as number] === NONE);
    return sameLimits && !isPinned(state, q, to) && mayTake(state, q, n) && zoneAllows(state, q, n, t);
  }
}
