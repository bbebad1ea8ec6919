import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Budget } from './budget.ts';
import { couldGoOn, handOverCost, LeaderGraph, type LeaderPair, mayHandOver } from './leader-graph.ts';
import { PathSearch } from './path-search.ts';
import type { Ranges } from './ranges.ts';
import type { SolverState } from './state.ts';
import { TouchedSlots } from './touched-slots.ts';

/**
 * Brings the number of leaders on every node into its range with as few changes of leaders as there can be. Nothing is copied: a lead goes to
 * another replica of the same partition.
 *
 * First, leads go back to those who led before, whatever was done meanwhile, and those that cost nothing (of new partitions, and of those
 * whose leader is lost) go wherever least lead; then, as for counts, cheapest
 * paths of hand-overs from nodes that lead too much to nodes that lead too little.
 */
export function evenOutLeaders(state: SolverState, ranges: Ranges, fairLeaders: Float64Array, budget: Budget): void {
  const flow = new LeaderFlow(state, ranges, fairLeaders, budget);
  flow.spreadFree();
  flow.mend(flow.isAbove, flow.isBelow);
  flow.mend(flow.isAbove, flow.canTake);
  flow.mend(flow.canGive, flow.isBelow);
}

type Test = (n: number) => boolean;

/** Paths that are looked for in one search. */
const AT_ONCE = 64;

class LeaderFlow {
  readonly #state: SolverState;
  readonly #ranges: Ranges;
  readonly #fair: Float64Array;
  readonly #budget: Budget;
  readonly #touched: TouchedSlots;
  readonly #forward: LeaderGraph;
  readonly #backward: LeaderGraph;
  readonly #search: PathSearch;

  constructor(state: SolverState, ranges: Ranges, fair: Float64Array, budget: Budget) {
    this.#state = state;
    this.#ranges = ranges;
    this.#fair = fair;
    this.#budget = budget;
    this.#touched = new TouchedSlots(state);
    this.#forward = new LeaderGraph(state, false, this.#touched);
    this.#backward = new LeaderGraph(state, true, this.#touched);
    this.#search = new PathSearch(state.layout.problem.N);
  }

  readonly isAbove: Test = (n) => (this.#state.leaders[n] as number) > (this.#ranges.mostLeaders[n] as number);
  readonly isBelow: Test = (n) => (this.#state.leaders[n] as number) < (this.#ranges.leastLeaders[n] as number);
  readonly canGive: Test = (n) =>
    this.#isLive(n) && (this.#state.leaders[n] as number) > (this.#ranges.leastLeaders[n] as number);
  readonly canTake: Test = (n) =>
    this.#isLive(n) && (this.#state.leaders[n] as number) < (this.#ranges.mostLeaders[n] as number);

  /** One pass over leads that may change for nothing: each goes to the replica whose node leads least for its share, if that evens things out. */
  spreadFree(): void {
    const { slotsFrom } = this.#state.layout.problem;
    // All others are led by who leads them today, and could go on.
    for (const p of this.#state.touched.sorted()) {
      for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++)
        if (this.#isFree(s) && !this.#giveBack(s)) this.#handDown(s, 0);
    }
  }

  /** Gives a lead back to the replica that has it today; where roles weigh differently loads may have been evened out by not doing so. */
  #giveBack(s: number): boolean {
    const state = this.#state;
    if (!state.layout.rolesWeighAlike) return false;
    const { slotsFrom } = state.layout.problem;
    const p = state.layout.partitionOf[s] as number;
    for (let t = slotsFrom[p] as number; t < (slotsFrom[p + 1] as number); t++) {
      const n = state.node[t] as number;
      if (t === s || n === NONE || !couldGoOn(state, p, n) || !mayHandOver(state, s, t)) continue;
      this.#exchange(s, t);
      return true;
    }
    return false;
  }

  mend(mayGive: Test, mayTake: Test): void {
    this.#sweep(mayGive, mayTake, 0);
    this.#follow(mayGive, mayTake, 0);
    this.#sweep(mayGive, mayTake, 1);
    this.#follow(mayGive, mayTake, Number.MAX_VALUE);
  }

  #isFree(s: number): boolean {
    const state = this.#state;
    const n = state.node[s] as number;
    return (
      n !== NONE &&
      state.layout.leads[state.kindOf(s)] === 1 &&
      !couldGoOn(state, state.layout.partitionOf[s] as number, n)
    );
  }

  /** Hands the lead to the replica whose node lacks most leaders, if it lacks more than this one would; costs at most `most`. */
  #handDown(s: number, most: number, mayTake?: Test): boolean {
    const state = this.#state;
    const { slotsFrom } = state.layout.problem;
    const p = state.layout.partitionOf[s] as number;
    const from = state.node[s] as number;
    let best = NONE;
    let bestExcess = this.#excess(from) - 1;
    for (let t = slotsFrom[p] as number; t < (slotsFrom[p + 1] as number); t++) {
      const to = state.node[t] as number;
      if (to === NONE || to === from || (mayTake !== undefined && !mayTake(to)) || this.#excess(to) >= bestExcess)
        continue;
      if (handOverCost(state, p, from, to) > most || !mayHandOver(state, s, t)) continue;
      best = t;
      bestExcess = this.#excess(to);
    }
    if (best === NONE) return false;
    this.#exchange(s, best);
    return true;
  }

  /** Hand-overs of one arc, from each node that may give. */
  #sweep(mayGive: Test, mayTake: Test, most: number): void {
    const state = this.#state;
    const takers = this.#nodes(mayTake);
    const givers = this.#nodes(mayGive);
    if (takers.length < givers.length) {
      for (const to of takers) this.#pull(to, mayGive, mayTake, most);
      return;
    }
    for (const from of givers.sort((a, b) => this.#excess(b) - this.#excess(a) || a - b)) {
      for (let s = state.head[from] as number; s !== NONE && mayGive(from); ) {
        const following = state.next[s] as number;
        if (state.layout.leads[state.kindOf(s)] === 1) {
          if (!this.#budget.take()) return;
          this.#handDown(s, most, mayTake);
        }
        s = following;
      }
    }
  }

  /** Hand-overs of one arc to a node: leads of the partitions that it has a replica of. */
  #pull(to: number, mayGive: Test, mayTake: Test, most: number): void {
    const state = this.#state;
    const { slotsFrom } = state.layout.problem;
    for (let t = state.head[to] as number; t !== NONE && mayTake(to); ) {
      const following = state.next[t] as number;
      const p = state.layout.partitionOf[t] as number;
      for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
        const from = state.node[s] as number;
        if (from === NONE || state.layout.leads[state.kindOf(s)] === 0 || !mayGive(from)) continue;
        if (!mayHandOver(state, s, t) || handOverCost(state, p, from, to) > most) continue;
        this.#budget.take();
        this.#exchange(s, t);
        break;
      }
      t = following;
    }
  }

  /** Takes cheapest paths of at most `most` while there are any, the cheaper ones first, searched from the side with fewer nodes, several of the same cost at once. */
  #follow(mayGive: Test, mayTake: Test, most: number): void {
    for (let cost = 0; ; ) {
      const givers = this.#nodes(mayGive);
      const takers = this.#nodes(mayTake);
      if (givers.length === 0 || takers.length === 0 || !this.#budget.take()) return;
      const backward = takers.length < givers.length;
      const [graph, from, isEnd] = backward
        ? [this.#backward, takers, mayGive]
        : [this.#forward, givers.sort((a, b) => this.#excess(b) - this.#excess(a) || a - b), mayTake];
      const isStart = new Set(from);
      const isSink: Test = (n) => !isStart.has(n) && isEnd(n);
      const wanted = Math.min(AT_ONCE, this.#needed());
      const paths = this.#search.findSome(graph, from, isSink, { enough: cost, most: cost, wanted });
      if (paths.length === 0) {
        if (!this.#search.cutShort || cost >= most) return;
        cost += 1;
        continue;
      }
      const isOpen = backward ? mayTake : mayGive;
      // What each path exchanges, before any of them is taken.
      const exchanges = paths.map((path) => exchangesOf(graph, path));
      for (const [i, path] of paths.entries()) {
        const isLeft = isOpen(path[0] as number) && isEnd(path.at(-1) as number);
        if (i === 0 || (isLeft && this.#isThere(graph, path, exchanges[i] ?? [], cost)))
          this.#shift(exchanges[i] ?? []);
      }
    }
  }

  /** Whether a path's exchanges are still there, for no more than they did cost, after others were made. */
  #isThere(graph: LeaderGraph, path: readonly number[], exchanges: readonly LeaderPair[], most: number): boolean {
    const state = this.#state;
    const partitions = new Set<number>();
    let cost = 0;
    for (const [i, [leader, follower]] of exchanges.entries()) {
      const [from, to] = graph.ends(path[i] as number, path[i + 1] as number);
      if (state.node[leader] !== from || state.node[follower] !== to || !mayHandOver(state, leader, follower))
        return false;
      const p = state.layout.partitionOf[leader] as number;
      partitions.add(p);
      cost += handOverCost(state, p, from, to);
    }
    return cost <= most && partitions.size === exchanges.length;
  }

  /** Hands over along a path, from its end. */
  #shift(exchanges: readonly LeaderPair[]): void {
    for (const [leader, follower] of exchanges.toReversed()) this.#exchange(leader, follower);
  }

  #exchange(s: number, t: number): void {
    this.#state.exchange(s, t);
    const p = this.#state.layout.partitionOf[s] as number;
    this.#touched.add(p);
    this.#forward.changed(p);
    this.#backward.changed(p);
  }

  /** Leads that have to go somewhere, or to come from somewhere, whichever is more; at least one. */
  #needed(): number {
    const { leastLeaders, mostLeaders } = this.#ranges;
    let above = 0;
    let below = 0;
    for (let n = 0; n < this.#fair.length; n++) {
      const leaders = this.#state.leaders[n] as number;
      above += Math.max(0, leaders - (mostLeaders[n] as number));
      below += Math.max(0, (leastLeaders[n] as number) - leaders);
    }
    return Math.max(1, above, below);
  }

  #nodes(test: Test): number[] {
    const nodes: number[] = [];
    for (let n = 0; n < this.#fair.length; n++) if (test(n)) nodes.push(n);
    return nodes;
  }

  #excess(n: number): number {
    return (this.#state.leaders[n] as number) - (this.#fair[n] as number);
  }

  #isLive(n: number): boolean {
    return this.#state.layout.problem.nodeState[n] === NODE_LIVE;
  }
}

/** The slots that exchange their nodes along a path, arc by arc. */
function exchangesOf(graph: LeaderGraph, path: readonly number[]): readonly LeaderPair[] {
  const pairs: LeaderPair[] = [];
  for (let i = 1; i < path.length; i++) {
    const pair = graph.pair(path[i - 1] as number, path[i] as number);
    if (pair !== undefined) pairs.push(pair);
  }
  return pairs;
}
