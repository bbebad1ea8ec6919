import { NODE_LIVE, NONE } from '../model/compiled.ts';
import { NO_ARC, type ShiftGraph } from './path-search.ts';
import { isPinned, mayTake, stoodOn, zoneAllows } from './rules.ts';
import type { SolverState } from './state.ts';

/** What is known of a row: its arcs cheaper than 1, or all. */
const ASTRAY_ONLY = 1;
const COMPLETE = 2;

/**
 * Which replica may go from one node to another, and what that costs in copies: 1 if it stands where it stood, 0 if it has to be copied
 * anyway, -1 if it comes home. Only the cheapest arc between two nodes is kept, with the slot that is to go.
 *
 * Rows are worked out when asked for and kept until a replica of a partition on the node has moved. Most replicas stand at home and cost
 * the same, so a row is known after a few of them: one that goes nowhere new is not looked at further.
 */
export class ReplicaGraph implements ShiftGraph {
  readonly #state: SolverState;
  readonly #costs: (Int8Array | undefined)[];
  readonly #slots: (Int32Array | undefined)[];
  /** [n] what is known of the row: 0, ASTRAY_ONLY or COMPLETE. */
  readonly #fresh: Uint8Array;
  /** Nodes without an arc as yet, while a row is made. */
  readonly #open: Int32Array;
  #opened = 0;

  constructor(state: SolverState) {
    const { N } = state.layout.problem;
    this.#state = state;
    this.#costs = Array.from({ length: N });
    this.#slots = Array.from({ length: N });
    this.#fresh = new Uint8Array(N);
    this.#open = new Int32Array(N);
  }

  row(from: number, most: number): Int8Array {
    const { N } = this.#state.layout.problem;
    const wanted = most < 1 ? ASTRAY_ONLY : COMPLETE;
    const costs = this.#costs[from] ?? new Int8Array(N);
    const slots = this.#slots[from] ?? new Int32Array(N);
    this.#costs[from] = costs;
    this.#slots[from] = slots;
    if ((this.#fresh[from] as number) < wanted) this.#make(from, costs, slots, wanted);
    return costs;
  }

  /** The slot of the arc, as of the last `row`. */
  slot(from: number, to: number): number {
    return this.#slots[from]?.[to] ?? NONE;
  }

  /** To be called after a replica of p has moved from one node to the other. */
  moved(p: number, from: number, to: number): void {
    const { slotsFrom } = this.#state.layout.problem;
    this.#fresh[from] = 0;
    this.#fresh[to] = 0;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const n = this.#state.node[s] as number;
      if (n !== NONE) this.#fresh[n] = 0;
    }
  }

  #make(from: number, costs: Int8Array, slots: Int32Array, wanted: number): void {
    const { problem } = this.#state.layout;
    costs.fill(NO_ARC);
    this.#fresh[from] = wanted;
    if (problem.nodeState[from] !== NODE_LIVE) return;
    for (let s = this.#state.head[from] as number; s !== NONE; s = this.#state.next[s] as number) {
      if (this.#isAstray(s)) this.#addAstray(s, from, costs, slots);
    }
    if (wanted === ASTRAY_ONLY) return;
    this.#opened = 0;
    for (let v = 0; v < problem.N; v++) {
      if (v !== from && costs[v] === NO_ARC && problem.nodeState[v] === NODE_LIVE) this.#open[this.#opened++] = v;
    }
    for (const leads of [0, 1]) {
      for (
        let s = this.#state.head[from] as number;
        s !== NONE && this.#opened > 0;
        s = this.#state.next[s] as number
      ) {
        if (this.#state.layout.leads[this.#state.kindOf(s)] === leads && !this.#isAstray(s))
          this.#addHome(s, from, costs, slots);
      }
    }
  }

  /** Whether the slot's partition does not stand as it stood, as far as its old places still exist: its arcs may cost less than 1. */
  #isAstray(s: number): boolean {
    const state = this.#state;
    const p = state.layout.partitionOf[s] as number;
    if (!state.touched.has(p)) return false;
    const { currentFrom, currentNode, slotsFrom } = state.layout.problem;
    if (!stoodOn(state, p, state.node[s] as number)) return true;
    for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
      let held = false;
      for (let t = slotsFrom[p] as number; t < (slotsFrom[p + 1] as number); t++)
        held ||= state.node[t] === currentNode[c];
      if (!held && mayTake(state, p, currentNode[c] as number)) return true;
    }
    return false;
  }

  #addAstray(s: number, from: number, costs: Int8Array, slots: Int32Array): void {
    const state = this.#state;
    const p = state.layout.partitionOf[s] as number;
    if (isPinned(state, p, from)) return;
    const here = stoodOn(state, p, from) ? 1 : 0;
    for (let v = 0; v < costs.length; v++) {
      if (v === from || (costs[v] as number) <= here - 1 || !this.#may(s, p, v)) continue;
      const cost = here - (stoodOn(state, p, v) ? 1 : 0);
      if (cost >= (costs[v] as number)) continue;
      costs[v] = cost;
      slots[v] = s;
    }
  }

  #addHome(s: number, from: number, costs: Int8Array, slots: Int32Array): void {
    const p = this.#state.layout.partitionOf[s] as number;
    if (isPinned(this.#state, p, from)) return;
    let kept = 0;
    for (let i = 0; i < this.#opened; i++) {
      const v = this.#open[i] as number;
      if (this.#may(s, p, v)) {
        costs[v] = 1;
        slots[v] = s;
      } else this.#open[kept++] = v;
    }
    this.#opened = kept;
  }

  /** Whether the replica may stand there once someone else has left, if need be: limits on the node's number of replicas are not asked. */
  #may(s: number, p: number, n: number): boolean {
    const state = this.#state;
    if (!mayTake(state, p, n) || !zoneAllows(state, p, n, s)) return false;
    const { problem, limitedRow } = state.layout;
    const k = problem.resourceOf[p] as number;
    const row = limitedRow[k] as number;
    return row === NONE || (state.perResource[row * problem.N + n] as number) < (problem.maxPerNode[k] as number);
  }
}
