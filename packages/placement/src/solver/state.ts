import { NONE } from '../model/compiled.ts';
import type { Layout } from './layout.ts';
import { Touched } from './touched.ts';

/**
 * Where every slot stands while the solver works, with what follows from it kept up to date: loads, counts, leaders, and for every
 * node the slots on it, as a doubly linked list through the slots. Placing, taking off and moving are O(D).
 *
 * Partitions that may stand otherwise than today are noted, so that whatever concerns only these need not look at all the others.
 */
export class SolverState {
  layout: Layout;
  /** [s] node, or NONE. */
  readonly node: Int32Array;
  /** [n] first slot on the node; [s] the next and the one before on the same node, or NONE. */
  head: Int32Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** [n * D + d] */
  load: Float64Array;
  /** [n] replicas, and leaders among them. */
  count: Int32Array;
  leaders: Int32Array;
  /** [limitedRow * N + n] replicas of the resources that have a limit per node. */
  perResource: Int32Array;
  /** Slots without a place. */
  homeless: number;
  /** Counts what was done: two moments with the same number are the same. */
  changes = 0;
  /** Partitions of which anything stands otherwise than today or nowhere, or did for a while. All others stand as they do today, in the same roles. */
  readonly touched: Touched;
  /** Nodes on which anything was put or taken off since the lists were last in order. */
  touchedNodes: Touched;

  constructor(layout: Layout) {
    const { N, D, P, S } = layout.problem;
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
    this.touched = new Touched(P);
    this.touchedNodes = new Touched(N);
  }

  /** Goes on with another layout of the same slots. Nodes that are new stand at the end. */
  relay(layout: Layout): void {
    const { N, D } = layout.problem;
    const before = this.layout.problem.N;
    this.layout = layout;
    if (N === before) return;
    const perResource = new Int32Array(N * layout.limitedRows);
    for (let row = 0; row < layout.limitedRows; row++)
      perResource.set(this.perResource.subarray(row * before, (row + 1) * before), row * N);
    this.perResource = perResource;
    this.head = grown(this.head, N, NONE);
    this.count = grown(this.count, N, 0);
    this.leaders = grown(this.leaders, N, 0);
    const load = new Float64Array(N * D);
    load.set(this.load);
    this.load = load;
    const touchedNodes = new Touched(N);
    for (const n of this.touchedNodes.sorted()) touchedNodes.add(n);
    this.touchedNodes = touchedNodes;
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
    this.touched.add(this.layout.partitionOf[s] as number);
    this.stand(s, n);
  }

  /** The same for a slot that stands there today in its role, as all others of its partition do. */
  stand(s: number, n: number): void {
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
    this.touched.add(this.layout.partitionOf[s] as number);
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
    this.touchedNodes.add(n);
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

function grown(numbers: Int32Array, length: number, fill: number): Int32Array {
  const all = new Int32Array(length).fill(fill, numbers.length);
  all.set(numbers);
  return all;
}
