import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Budget } from './budget.ts';
import { IndexHeap } from './index-heap.ts';
import { PathSearch } from './path-search.ts';
import type { Ranges } from './ranges.ts';
import { ReplicaGraph } from './replica-graph.ts';
import { isPinned, mayMoveTo } from './rules.ts';
import type { SolverState } from './state.ts';

/**
 * Brings the number of replicas on every node into its range with as few copies as there can be.
 *
 * The exact answer is a minimum cost flow: partitions → their zones → nodes, an arc free where a replica stands today. What stands
 * after filling is such a flow already (everything that may stay is at home, everything else has to be copied wherever it goes), and
 * successive cheapest paths keep it one: a unit goes from a node that has too much to one that has too little, along a path of replicas each
 * of which makes room for the one before. The paths run over nodes only, since between two nodes only the cheapest replica matters.
 *
 * Taken first is whatever costs nothing: a path that mends both ends for one copy is no bargain where each can be mended by itself for none. Then
 * paths from nodes above their range to nodes below it, then those that mend one end only; among these the cheapest, so that what they cost only grows and
 * the most common kind, one replica from home straight to a node that lacks one, goes by without a search.
 */
export function evenOutCounts(state: SolverState, ranges: Ranges, budget: Budget): void {
  const flow = new CountFlow(state, ranges, budget);
  flow.mendForNothing(flow.isAbove, flow.isBelow);
  flow.mendForNothing(flow.isAbove, flow.canTake);
  flow.mendForNothing(flow.canGive, flow.isBelow);
  flow.mend(flow.isAbove, flow.isBelow);
  flow.mend(flow.isAbove, flow.canTake);
  flow.mend(flow.canGive, flow.isBelow);
}

type Test = (n: number) => boolean;

class CountFlow {
  readonly #state: SolverState;
  readonly #ranges: Ranges;
  readonly #budget: Budget;
  readonly #graph: ReplicaGraph;
  readonly #search: PathSearch;
  /** [n] less the more the node has above its range's middle. */
  readonly #key: Float64Array;
  /** [n] next slot to look at in the sweep. */
  readonly #cursor: Int32Array;

  constructor(state: SolverState, ranges: Ranges, budget: Budget) {
    const { N } = state.layout.problem;
    this.#state = state;
    this.#ranges = ranges;
    this.#budget = budget;
    this.#graph = new ReplicaGraph(state);
    this.#search = new PathSearch(N);
    this.#key = new Float64Array(N);
    this.#cursor = new Int32Array(N);
  }

  readonly isAbove: Test = (n) => this.#isLive(n) && this.#count(n) > (this.#ranges.most[n] as number);
  readonly isBelow: Test = (n) => this.#isLive(n) && this.#count(n) < (this.#ranges.least[n] as number);
  readonly canGive: Test = (n) => this.#isLive(n) && this.#count(n) > (this.#ranges.least[n] as number);
  readonly canTake: Test = (n) => {
    const { maxReplicas } = this.#state.layout.problem;
    return (
      this.#isLive(n) &&
      this.#count(n) < (this.#ranges.most[n] as number) &&
      this.#count(n) < (maxReplicas[n] as number)
    );
  };

  /** Shifts replicas from nodes that may give to nodes that may take as far as no copy is made for it. */
  mendForNothing(mayGive: Test, mayTake: Test): void {
    this.#follow(mayGive, mayTake, 0);
  }

  /** The same until there is no way left between them, given that none is left for nothing. */
  mend(mayGive: Test, mayTake: Test): void {
    if (this.#nodes(mayGive).length === 0 || this.#nodes(mayTake).length === 0) return;
    this.#sweep(mayGive, mayTake);
    this.#follow(mayGive, mayTake, NEVER);
  }

  /** Takes cheapest paths of at most `most` while there are any. */
  #follow(mayGive: Test, mayTake: Test, most: number): void {
    let enough = Math.min(most, 0);
    while (this.#nodes(mayTake).length > 0) {
      const sources = this.#nodes(mayGive).sort((a, b) => this.#excess(b) - this.#excess(a) || a - b);
      if (sources.length === 0 || !this.#budget.take()) return;
      const isSource = new Set(sources);
      const isSink: Test = (n) => !isSource.has(n) && mayTake(n);
      const path = this.#search.find(this.#graph, sources, isSink, { enough, most });
      const sink = path?.at(-1);
      if (path === undefined || sink === undefined || !this.#shift(path)) return;
      enough = this.#search.costTo(sink);
    }
  }

  /** Moves the replicas of a path, the last one first, each into the gap that the one after it left. */
  #shift(path: readonly number[]): boolean {
    for (let i = path.length - 1; i > 0; i--) {
      const from = path[i - 1] as number;
      const to = path[i] as number;
      const s = this.#graph.slot(from, to);
      if (s === NONE || this.#state.node[s] !== from || !mayMoveTo(this.#state, s, to)) return i < path.length - 1;
      this.#move(s, from, to);
    }
    return true;
  }

  #move(s: number, from: number, to: number): void {
    this.#state.move(s, to);
    this.#graph.moved(this.#state.layout.partitionOf[s] as number, from, to);
  }

  /** Paths of one arc: node by node that lacks something, replicas of the fullest nodes that may go there, followers first. */
  #sweep(mayGive: Test, mayTake: Test): void {
    const takers = this.#nodes(mayTake).sort((a, b) => this.#excess(a) - this.#excess(b) || a - b);
    for (const to of takers) {
      for (const leads of [0, 1]) {
        if (mayTake(to)) this.#pull(to, leads, mayGive, mayTake);
      }
    }
  }

  #pull(to: number, leads: number, mayGive: Test, mayTake: Test): void {
    const givers = Int32Array.from(this.#nodes((n) => n !== to && mayGive(n)));
    for (const n of givers) {
      this.#key[n] = -this.#excess(n);
      this.#cursor[n] = this.#state.head[n] as number;
    }
    const heap = new IndexHeap(givers, this.#key, new Int32Array(this.#key.length));
    for (;;) {
      const from = heap.items[0];
      if (from === undefined || this.#key[from] === NEVER || !mayTake(to) || !this.#budget.take()) return;
      const s = mayGive(from) ? this.#nextFor(from, to, leads) : NONE;
      if (s === NONE) this.#key[from] = NEVER;
      else {
        this.#move(s, from, to);
        this.#key[from] = -this.#excess(from);
      }
      heap.update(from);
    }
  }

  /** The next slot on the node that may go, from where the last look ended. */
  #nextFor(from: number, to: number, leads: number): number {
    const state = this.#state;
    for (let s = this.#cursor[from] as number; s !== NONE; ) {
      const following = state.next[s] as number;
      const p = state.layout.partitionOf[s] as number;
      const fitting =
        state.layout.leads[state.kindOf(s)] === leads && !isPinned(state, p, from) && mayMoveTo(state, s, to);
      if (fitting) {
        this.#cursor[from] = following;
        return s;
      }
      s = following;
    }
    this.#cursor[from] = NONE;
    return NONE;
  }

  #nodes(test: Test): number[] {
    const nodes: number[] = [];
    for (let n = 0; n < this.#key.length; n++) if (test(n)) nodes.push(n);
    return nodes;
  }

  #count(n: number): number {
    return this.#state.count[n] as number;
  }

  #excess(n: number): number {
    return this.#count(n) - ((this.#ranges.least[n] as number) + (this.#ranges.most[n] as number)) / 2;
  }

  #isLive(n: number): boolean {
    return this.#state.layout.problem.nodeState[n] === NODE_LIVE;
  }
}

const NEVER = Number.MAX_VALUE;
