import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Budget } from './budget.ts';
import { Chance } from './chance.ts';
import type { Imbalance } from './imbalance.ts';
import type { Ranges } from './ranges.ts';
import { isPinned, mayMoveTo } from './rules.ts';
import type { SolverState } from './state.ts';
import { copiesOfMove, leaderChangesOfMove, mayChangePlaces, mayExchangeRoles } from './trades.ts';

/**
 * The last bit where few, unlike replicas have to add up: threshold accepting. Random moves, exchanges of places and exchanges of roles are
 * taken if they make things no worse than by a threshold that sinks to nothing; what counts is being outside the ranges, then
 * copies, then changes of leaders. The best state on the way is what remains, so it never ends worse than it began.
 *
 * It looks for what descents cannot see: that two copies could be one if a third replica stood elsewhere.
 */
export function anneal(state: SolverState, ranges: Ranges, imbalance: Imbalance, budget: Budget, steps: number): void {
  new Annealer(state, ranges, imbalance).run(budget, steps);
}

/**
 * What a whole fair share outside the ranges counts, in copies: little at first, so that ways through the outside are open, then more and more,
 * until the outside is not worth any copy that is saved.
 */
const OUTSIDE_FIRST = 100;
const OUTSIDE_GROWTH = 1.045;
const STAGES = 64;
/** What a node outside its range counts besides. */
const OUTSIDE_AT_ALL = 0.5;
/** What a leader outside its range, and what a change of leader counts, in copies. */
const LEADER_OUTSIDE = 4;
const LEADER_CHANGE = 0.3;
/** The threshold at the beginning, in copies. */
const THRESHOLD = 1;

class Annealer {
  readonly #state: SolverState;
  readonly #ranges: Ranges;
  readonly #imbalance: Imbalance;
  readonly #chance = new Chance(0x5eed);
  readonly #amount: Float64Array;
  readonly #other: Float64Array;
  readonly #live: Int32Array;
  /** Slots that have to be copied as things stand, and where each is in the list. */
  readonly #away: Int32Array;
  readonly #awayAt: Int32Array;
  #awayCount = 0;
  /** What was done since the best state: pairs of slots and the nodes they came from. */
  readonly #log: number[] = [];
  /** How far all nodes are outside their ranges, and everything that counts, from where it began. */
  #outside = 0;
  #value = 0;
  #bestOutside: number;
  #best = 0;
  #threshold = 0;
  /** What the outside counts at the moment. */
  #price = OUTSIDE_FIRST;

  constructor(state: SolverState, ranges: Ranges, imbalance: Imbalance) {
    const { N, D, S, nodeState } = state.layout.problem;
    this.#state = state;
    this.#ranges = ranges;
    this.#imbalance = imbalance;
    this.#amount = new Float64Array(D);
    this.#other = new Float64Array(D);
    this.#live = Int32Array.from(Array.from({ length: N }, (_, n) => n).filter((n) => nodeState[n] === NODE_LIVE));
    this.#away = new Int32Array(S);
    this.#awayAt = new Int32Array(S).fill(NONE);
    for (let s = 0; s < S; s++) this.#noteAway(s);
    for (const n of this.#live) this.#outside += imbalance.of(n);
    this.#bestOutside = this.#outside;
  }

  run(budget: Budget, steps: number): void {
    if (this.#live.length < 2) return;
    const stage = Math.max(1, Math.floor(steps / STAGES));
    for (let step = 0; step < steps && budget.take(); step++) {
      if (step > 0 && step % stage === 0) this.#price *= OUTSIDE_GROWTH;
      const left = 1 - step / steps;
      this.#threshold = THRESHOLD * left * left * this.#chance.share();
      this.#step();
      if (
        this.#outside < this.#bestOutside - 1e-9 ||
        (this.#outside <= this.#bestOutside + 1e-9 && this.#value < this.#best - 1e-7)
      ) {
        this.#bestOutside = Math.max(0, this.#outside);
        this.#best = this.#value;
        this.#log.length = 0;
      }
    }
    while (this.#log.length > 0) this.#undo();
  }

  #step(): void {
    const { S } = this.#state.layout.problem;
    const s =
      this.#awayCount > 0 && this.#chance.share() < 0.5
        ? (this.#away[this.#chance.below(this.#awayCount)] as number)
        : this.#chance.below(S);
    const from = this.#state.node[s] as number;
    if (from === NONE || this.#state.layout.problem.nodeState[from] !== NODE_LIVE) return;
    const kind = this.#chance.share();
    if (kind < 0.1) this.#tryHome(s, from);
    else if (kind < 0.35) this.#tryReplace(s, from);
    else if (kind < 0.5) this.#tryMove(s, from, this.#live[this.#chance.below(this.#live.length)] as number);
    else if (kind < 0.88) this.#tryChange(s, this.#chance.share() < 0.5 ? this.#someAway() : this.#chance.below(S));
    else this.#tryRoles(s);
  }

  #someAway(): number {
    return this.#awayCount > 0 ? (this.#away[this.#chance.below(this.#awayCount)] as number) : 0;
  }

  #tryHome(s: number, from: number): void {
    const { currentFrom, currentNode } = this.#state.layout.problem;
    const p = this.#state.layout.partitionOf[s] as number;
    const first = currentFrom[p] as number;
    const homes = (currentFrom[p + 1] as number) - first;
    if (homes > 0) this.#tryMove(s, from, currentNode[first + this.#chance.below(homes)] as number);
  }

  #tryMove(s: number, from: number, to: number): void {
    if (from === to) return;
    this.#forget();
    const change = this.#moveChange(s, from, to);
    if (change + this.#outsideCost() > this.#threshold || !this.#mayMove(s, from, to)) return;
    this.#move(s, from, to, change);
  }

  /** A slot that would have to be copied goes home, and another comes in its stead: as many copies, of other weights. */
  #tryReplace(s: number, from: number): void {
    const { S, currentFrom, currentNode, nodeState } = this.#state.layout.problem;
    const p = this.#state.layout.partitionOf[s] as number;
    const first = currentFrom[p] as number;
    const homes = (currentFrom[p + 1] as number) - first;
    const t = this.#chance.below(S);
    const other = this.#state.node[t] as number;
    if (homes === 0 || other === NONE || other === from || nodeState[other] !== NODE_LIVE) return;
    const home = currentNode[first + this.#chance.below(homes)] as number;
    if (home === from || !this.#mayMove(s, from, home)) return;
    this.#forget();
    const leaving = this.#moveChange(s, from, home);
    this.#state.move(s, home);
    const change = leaving + this.#moveChange(t, other, from);
    const accepted = change + this.#outsideCost() <= this.#threshold && this.#mayMove(t, other, from);
    this.#state.move(s, from);
    if (!accepted) return;
    this.#log.push(s, from);
    this.#state.move(s, home);
    this.#noteAway(s);
    this.#move(t, other, from, change);
  }

  #mayMove(s: number, from: number, to: number): boolean {
    return !isPinned(this.#state, this.#state.layout.partitionOf[s] as number, from) && mayMoveTo(this.#state, s, to);
  }

  /** Copies and changes of leader that a move adds; what it does to the ranges is added up besides. */
  #moveChange(s: number, from: number, to: number): number {
    const state = this.#state;
    state.amountOf(s, this.#amount);
    const leads = state.layout.leads[state.kindOf(s)] as number;
    const change = copiesOfMove(state, s, from, to) + LEADER_CHANGE * leaderChangesOfMove(state, s, from, to);
    return change + this.#nodeChange(from, -1, -leads) + this.#nodeChange(to, 1, leads);
  }

  #move(s: number, from: number, to: number, change: number): void {
    this.#log.push(s, from);
    this.#state.move(s, to);
    this.#noteAway(s);
    this.#value += change;
    this.#outside += this.#outsideChange;
  }

  #forget(): void {
    this.#outsideChange = 0;
    this.#crossings = 0;
  }

  /** Two slots of different partitions change places. */
  #tryChange(s: number, t: number): void {
    const state = this.#state;
    const a = state.node[s] as number;
    const b = state.node[t] as number;
    if (b === NONE || a === b || state.layout.problem.nodeState[b] !== NODE_LIVE) return;
    this.#difference(s, t);
    const leads = (state.layout.leads[state.kindOf(s)] as number) - (state.layout.leads[state.kindOf(t)] as number);
    this.#forget();
    let change = copiesOfMove(state, s, a, b) + copiesOfMove(state, t, b, a);
    change += LEADER_CHANGE * (leaderChangesOfMove(state, s, a, b) + leaderChangesOfMove(state, t, b, a));
    change += this.#nodeChange(a, -1, -leads) + this.#nodeChange(b, 1, leads);
    if (change + this.#outsideCost() > this.#threshold || !mayChangePlaces(state, s, t)) return;
    this.#exchange(s, t, a, b, change);
  }

  /** The slot and another of its partition exchange their roles. */
  #tryRoles(s: number): void {
    const state = this.#state;
    const { slotsFrom } = state.layout.problem;
    const p = state.layout.partitionOf[s] as number;
    const first = slotsFrom[p] as number;
    const t = first + this.#chance.below((slotsFrom[p + 1] as number) - first);
    const leader = state.layout.leads[state.kindOf(s)] === 1 ? s : t;
    const follower = leader === s ? t : s;
    if (s === t || state.node[t] === NONE || state.layout.leads[state.kindOf(leader)] === 0) return;
    const a = state.node[leader] as number;
    const b = state.node[follower] as number;
    if (state.layout.problem.nodeState[b] !== NODE_LIVE) return;
    this.#difference(leader, follower);
    this.#forget();
    const change =
      LEADER_CHANGE * leaderChangesOfMove(state, leader, a, b) +
      this.#nodeChange(a, -1, -1) +
      this.#nodeChange(b, 1, 1);
    if (change + this.#outsideCost() > this.#threshold || !mayExchangeRoles(state, leader, follower)) return;
    this.#exchange(leader, follower, a, b, change);
  }

  #exchange(s: number, t: number, a: number, b: number, change: number): void {
    this.#log.push(s, a, t, b);
    this.#state.remove(s);
    this.#state.remove(t);
    this.#state.place(s, b);
    this.#state.place(t, a);
    this.#noteAway(s);
    this.#noteAway(t);
    this.#value += change;
    this.#outside += this.#outsideChange;
  }

  /** What s weighs more than t, into the amount at hand. */
  #difference(s: number, t: number): void {
    this.#state.amountOf(s, this.#amount);
    this.#state.amountOf(t, this.#other);
    for (let d = 0; d < this.#amount.length; d++)
      this.#amount[d] = (this.#amount[d] as number) - (this.#other[d] as number);
  }

  /** What it counts if a node carries the amount at hand, and leads so many, more. */
  #outsideChange = 0;
  /** Nodes that what is tried takes out of their ranges, less those it takes in. */
  #crossings = 0;

  /** What being outside counts: by how far, and that it is so at all. */
  #outsideCost(): number {
    return this.#price * this.#outsideChange + OUTSIDE_AT_ALL * this.#crossings;
  }

  #nodeChange(n: number, sign: number, leads: number): number {
    const before = this.#imbalance.of(n);
    const after = this.#imbalance.with(n, this.#amount, sign);
    this.#outsideChange += after - before;
    if (before > 0 !== after > 0) this.#crossings += after > 0 ? 1 : -1;
    let change = 0;
    if (leads !== 0) change += LEADER_OUTSIDE * (this.#leadersOutside(n, leads) - this.#leadersOutside(n, 0));
    return change;
  }

  #leadersOutside(n: number, more: number): number {
    const leaders = (this.#state.leaders[n] as number) + more;
    return Math.max(
      0,
      leaders - (this.#ranges.mostLeaders[n] as number),
      (this.#ranges.leastLeaders[n] as number) - leaders,
    );
  }

  #undo(): void {
    const node = this.#log.pop() as number;
    const slot = this.#log.pop() as number;
    this.#state.move(slot, node);
  }

  #noteAway(s: number): void {
    const n = this.#state.node[s] as number;
    const isAway = n !== NONE && copiesOfMove(this.#state, s, n, NONE) === 0;
    const at = this.#awayAt[s] as number;
    if (isAway === at >= 0) return;
    if (isAway) {
      this.#awayAt[s] = this.#awayCount;
      this.#away[this.#awayCount++] = s;
      return;
    }
    const last = this.#away[--this.#awayCount] as number;
    this.#away[at] = last;
    this.#awayAt[last] = at;
    this.#awayAt[s] = NONE;
  }
}
