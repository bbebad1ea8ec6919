import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Budget } from './budget.ts';
import type { Imbalance } from './imbalance.ts';
import { LeadTradeSearch } from './lead-trades.ts';
import { couldGoOn, handOverCost, mayHandOver } from './leader-graph.ts';
import { Neighbours } from './neighbours.ts';
import type { Ranges } from './ranges.ts';
import { isPinned, mayMoveTo, stoodOn } from './rules.ts';
import type { SolverState } from './state.ts';
import { SwapSearch } from './swaps.ts';

/**
 * Brings the load on every node into its range in every dimension, with few copies: again and again the node that is furthest outside is
 * helped by whatever mends most for what it costs. A move of one replica, to or from the nodes likeliest to help; handing a lead to a
 * follower or taking one over, where roles weigh differently; and, when neither helps, a trade of two leads or an exchange of two replicas. A node that nothing helps
 * is left until something about it changes.
 */
export function balanceWeights(state: SolverState, ranges: Ranges, imbalance: Imbalance, budget: Budget): void {
  new WeightBalance(state, ranges, imbalance, budget).run();
}

/** Less than this is no progress. */
const NOTHING = 1e-9;
/** What a move mends counts this much more if the replica has to be copied anyway. */
const FREE_BONUS = 20;
/** What a move of a leader mends counts this much less: its lead changes. */
const LEAD_FACTOR = 0.8;

class WeightBalance {
  readonly #state: SolverState;
  readonly #ranges: Ranges;
  readonly #imbalance: Imbalance;
  readonly #budget: Budget;
  readonly #neighbours: Neighbours;
  readonly #swaps: SwapSearch;
  readonly #trades: LeadTradeSearch | undefined;
  /** [n] how far the node is outside its range; [n] 1 where nothing helped. */
  readonly #outside: Float64Array;
  readonly #stuck: Uint8Array;
  readonly #amount: Float64Array;
  readonly #other: Float64Array;
  /** The best found for the node at hand: slot `#slot` moves to `#target`, or exchanges its node with slot `#partner`. */
  #value = 0;
  #slot: number = NONE;
  #target: number = NONE;
  #partner: number = NONE;

  constructor(state: SolverState, ranges: Ranges, imbalance: Imbalance, budget: Budget) {
    const { N, D, nodeState } = state.layout.problem;
    this.#state = state;
    this.#ranges = ranges;
    this.#imbalance = imbalance;
    this.#budget = budget;
    this.#neighbours = new Neighbours(state, imbalance);
    this.#swaps = new SwapSearch(state, imbalance);
    this.#trades = state.layout.rolesWeighAlike ? undefined : new LeadTradeSearch(state, imbalance);
    this.#outside = new Float64Array(N);
    this.#stuck = new Uint8Array(N);
    this.#amount = new Float64Array(D);
    this.#other = new Float64Array(D);
    for (let n = 0; n < N; n++) if (nodeState[n] === NODE_LIVE) this.#outside[n] = imbalance.of(n);
  }

  run(): void {
    for (let n = this.#worst(); n !== NONE && this.#budget.take(); n = this.#worst()) {
      if (!this.#help(n)) this.#stuck[n] = 1;
    }
  }

  #worst(): number {
    let worst: number = NONE;
    let most = NOTHING;
    for (let n = 0; n < this.#outside.length; n++) {
      if (this.#stuck[n] === 1 || (this.#outside[n] as number) <= most) continue;
      worst = n;
      most = this.#outside[n] as number;
    }
    return worst;
  }

  #help(n: number): boolean {
    this.#value = NOTHING;
    this.#slot = NONE;
    const lacks = this.#imbalance.lack(n);
    const takers = this.#neighbours.takersFor(n);
    const givers = this.#neighbours.giversFor(n);
    if ((this.#outside[n] as number) - lacks > NOTHING) this.#push(n, takers);
    if (lacks > NOTHING) this.#pull(n, givers);
    if (!this.#state.layout.rolesWeighAlike) this.#tryRoles(n);
    if (this.#slot !== NONE) {
      this.#apply();
      return true;
    }
    return this.#trade(n) || this.#swap(n, lacks > NOTHING ? [...givers, ...takers] : [...takers, ...givers]);
  }

  #trade(n: number): boolean {
    const trade = this.#trades?.find(n);
    if (trade === undefined) return false;
    const other = this.#state.node[trade.taken.leader] as number;
    this.#trades?.apply(trade);
    this.#changed(n);
    this.#changed(other);
    return true;
  }

  #swap(n: number, neighbours: readonly number[]): boolean {
    const swap = this.#swaps.find(n, neighbours);
    if (swap === undefined) return false;
    const a = this.#state.node[swap.first] as number;
    const b = this.#state.node[swap.second] as number;
    this.#swaps.apply(swap);
    this.#changed(a);
    this.#changed(b);
    return true;
  }

  /** Replicas of n to the nodes that take. */
  #push(n: number, takers: readonly number[]): void {
    const state = this.#state;
    for (let s = state.head[n] as number; s !== NONE; s = state.next[s] as number) {
      state.amountOf(s, this.#amount);
      const left = this.#imbalance.of(n) - this.#imbalance.with(n, this.#amount, -1);
      if (left <= NOTHING) continue;
      for (const to of takers) this.#consider(s, n, to, left);
    }
  }

  /** Replicas of the nodes that give to n. */
  #pull(n: number, givers: readonly number[]): void {
    const state = this.#state;
    for (const from of givers) {
      for (let s = state.head[from] as number; s !== NONE; s = state.next[s] as number) {
        state.amountOf(s, this.#amount);
        const left = this.#imbalance.of(from) - this.#imbalance.with(from, this.#amount, -1);
        this.#consider(s, from, n, left);
      }
    }
  }

  #consider(s: number, from: number, to: number, left: number): void {
    const state = this.#state;
    const mends = left + (this.#outside[to] as number) - this.#imbalance.with(to, this.#amount, 1);
    if (mends * FREE_BONUS <= this.#value) return;
    const p = state.layout.partitionOf[s] as number;
    const value = mends * this.#worthOf(s, p, from, to);
    if (value <= this.#value || isPinned(state, p, from) || !mayMoveTo(state, s, to)) return;
    this.#value = value;
    this.#slot = s;
    this.#target = to;
    this.#partner = NONE;
  }

  #worthOf(s: number, p: number, from: number, to: number): number {
    const copied = (stoodOn(this.#state, p, from) ? 1 : 0) - (stoodOn(this.#state, p, to) ? 1 : 0);
    const leads = this.#state.layout.leads[this.#state.kindOf(s)] === 1 && couldGoOn(this.#state, p, from);
    return (copied > 0 ? 1 : FREE_BONUS) * (leads ? LEAD_FACTOR : 1);
  }

  /** Leads handed from n to other nodes, or from them to n: nothing is copied. */
  #tryRoles(n: number): void {
    const state = this.#state;
    const { slotsFrom } = state.layout.problem;
    for (let s = state.head[n] as number; s !== NONE; s = state.next[s] as number) {
      const p = state.layout.partitionOf[s] as number;
      const leads = state.layout.leads[state.kindOf(s)] === 1;
      for (let t = slotsFrom[p] as number; t < (slotsFrom[p + 1] as number); t++) {
        if (t === s || state.node[t] === NONE) continue;
        if (leads) this.#considerRoles(s, t);
        else if (state.layout.leads[state.kindOf(t)] === 1) this.#considerRoles(t, s);
      }
    }
  }

  #considerRoles(s: number, t: number): void {
    const state = this.#state;
    const from = state.node[s] as number;
    const to = state.node[t] as number;
    if (!mayHandOver(state, s, t) || !this.#leadersStay(from, to)) return;
    state.amountOf(s, this.#amount);
    state.amountOf(t, this.#other);
    for (let d = 0; d < this.#amount.length; d++)
      this.#amount[d] = (this.#amount[d] as number) - (this.#other[d] as number);
    const before = this.#imbalance.of(from) + this.#imbalance.of(to);
    const mends = before - this.#imbalance.with(from, this.#amount, -1) - this.#imbalance.with(to, this.#amount, 1);
    const changes = handOverCost(state, state.layout.partitionOf[s] as number, from, to) > 0;
    const value = mends * (changes ? 2 : FREE_BONUS);
    if (mends <= NOTHING || value <= this.#value || !this.#hasRoom(to)) return;
    this.#value = value;
    this.#slot = s;
    this.#partner = t;
  }

  /** Whether a lead may go from one node to the other without taking either out of its range of leaders. */
  #leadersStay(from: number, to: number): boolean {
    const { leaders } = this.#state;
    return (
      (leaders[from] as number) > (this.#ranges.leastLeaders[from] as number) &&
      (leaders[to] as number) < (this.#ranges.mostLeaders[to] as number)
    );
  }

  #hasRoom(to: number): boolean {
    const { D } = this.#state.layout.problem;
    for (let d = 0; d < D; d++) {
      const i = to * D + d;
      if ((this.#state.load[i] as number) + (this.#amount[d] as number) > (this.#state.layout.room[i] as number))
        return false;
    }
    return true;
  }

  #apply(): void {
    const state = this.#state;
    const from = state.node[this.#slot] as number;
    const to = this.#partner === NONE ? this.#target : (state.node[this.#partner] as number);
    if (this.#partner === NONE) state.move(this.#slot, to);
    else state.exchange(this.#slot, this.#partner);
    this.#changed(from);
    this.#changed(to);
  }

  #changed(n: number): void {
    this.#outside[n] = this.#imbalance.of(n);
    this.#stuck[n] = 0;
    this.#neighbours.update(n);
  }
}
