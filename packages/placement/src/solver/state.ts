import { NONE } from '../model/compiled.ts';
import type { Layout } from './layout.ts';

/**
 * Where every slot stands while the solver works, with what follows from it kept up to date: loads, counts, leaders, and for every
 * node the slots on it, as a doubly linked list through the slots. Placing, taking off and moving are O(D).
 */
export class SolverState {
  readonly layout: Layout;
  /** [s] node, or NONE. */
  readonly node: Int32Array;
  /** [n] first slot on the node; [s] the next and the one before on the same node, or NONE. */
  readonly head: Int32Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** [n * D + d] */
  readonly load: Float64Array;
  /** [n] replicas, and leaders among them. */
  readonly count: Int32Array;
  readonly leaders: Int32Array;
  /** [limitedRow * N + n] replicas of the resources that have a limit per node. */
  readonly perResource: Int32Array;
  /** Slots without a place. */
  homeless: number;
  /** Counts what was done: two moments with the same number are the same. */
  changes = 0;

  constructor(layout: Layout) {
    const { N, D, S } = layout.problem;
    this.layout = layout;
    this.node = new Int32Array(S).fill(NONE);
    this.head = new Int32Array(N).fill(NONE);
    this.next = new Int32Array(S);
    this.previous = new Int32Array(S);
    this.load = new Float64Array(N * D);
    this.count = new Int32Array(N);
    this.leaders = new Int32Array(N);
    this.perResource = new Int32Array(N * layout.limitedRows);
    this.homeless = S;
  }

  /** The kind of a slot: the row of its role in the layout. */
  kindOf(s: number): number {
    const { problem, partitionOf, kindsFrom } = this.layout;
    return (
      (kindsFrom[problem.resourceOf[partitionOf[s] as number] as number] as number) + (problem.slotRole[s] as number)
    );
  }

  /** What the slot weighs in its role: [d], into `amount`. */
  amountOf(s: number, amount: Float64Array): void {
    const { problem, partitionOf, factor } = this.layout;
    const { D, weight } = problem;
    const p = partitionOf[s] as number;
    const kind = this.kindOf(s);
    for (let d = 0; d < D; d++) amount[d] = (weight[p * D + d] as number) * (factor[kind * D + d] as number);
  }

  /** Puts a slot without a place on a node. */
  place(s: number, n: number): void {
    const first = this.head[n] as number;
    this.next[s] = first;
    this.previous[s] = NONE;
    if (first !== NONE) this.previous[first] = s;
    this.head[n] = s;
    this.node[s] = n;
    this.homeless -= 1;
    this.changes += 1;
    this.#count(s, n, 1);
  }

  /** Takes a slot off its node. */
  remove(s: number): void {
    const n = this.node[s] as number;
    const before = this.previous[s] as number;
    const after = this.next[s] as number;
    if (before === NONE) this.head[n] = after;
    else this.next[before] = after;
    if (after !== NONE) this.previous[after] = before;
    this.node[s] = NONE;
    this.homeless += 1;
    this.#count(s, n, -1);
  }

  move(s: number, n: number): void {
    this.remove(s);
    this.place(s, n);
  }

  /** Lets two slots of one partition exchange their nodes: the replicas stay, their roles change. Either may be without a place. */
  exchange(s: number, t: number): void {
    const a = this.node[s] as number;
    const b = this.node[t] as number;
    if (a !== NONE) this.remove(s);
    if (b !== NONE) this.remove(t);
    if (b !== NONE) this.place(s, b);
    if (a !== NONE) this.place(t, a);
  }

  #count(s: number, n: number, sign: number): void {
    const { problem, partitionOf, kindsFrom, factor, leads, limitedRow } = this.layout;
    const { D, weight, resourceOf } = problem;
    const p = partitionOf[s] as number;
    const k = resourceOf[p] as number;
    const kind = (kindsFrom[k] as number) + (problem.slotRole[s] as number);
    for (let d = 0; d < D; d++) {
      const at = n * D + d;
      this.load[at] =
        (this.load[at] as number) + sign * (weight[p * D + d] as number) * (factor[kind * D + d] as number);
    }
    this.count[n] = (this.count[n] as number) + sign;
    if (leads[kind] === 1) this.leaders[n] = (this.leaders[n] as number) + sign;
    const row = limitedRow[k] as number;
    if (row !== NONE) {
      const at = row * problem.N + n;
      this.perResource[at] = (this.perResource[at] as number) + sign;
    }
  }
}
