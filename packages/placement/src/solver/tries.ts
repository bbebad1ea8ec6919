import { NONE } from '../model/compiled.ts';
import type { Board } from './board.ts';
import type { Chance } from './chance.ts';
import type { GoodCopies } from './good-copies.ts';
import { RoleTries } from './role-tries.ts';
import type { Trial } from './trial.ts';

/**
 * Kinds of moves, each from the one before up to its share: replace a copy by another, take one home, make one, make one elsewhere, let another slot of
 * its partition give, let two copies change places; and what is left: a copy and any slot, or, where roles weigh differently, exchange roles.
 */
const REPLACE = 0.5;
const HOME = 0.55;
const OUT = 0.63;
const REDIRECT = 0.76;
const TURN = 0.8;
const CHANGE = 0.88;

/**
 * What may be tried on a board, drawn by lot: moves of copies (slots where none of their partition stands today) and of what takes their
 * places. A try that the prices alone make dearer than `reach` is not begun.
 */
export class Tries {
  readonly #board: Board;
  readonly #trial: Trial;
  readonly #good: GoodCopies;
  readonly #chance: Chance;
  readonly #roles: RoleTries | undefined;
  readonly #live: readonly number[];
  /** The copies, and where each slot is among them, or NONE. */
  readonly #copies: Int32Array;
  readonly #copyAt: Int32Array;
  #copyCount = 0;
  /** What prices may let things cost more. */
  #reach = 0;

  constructor(board: Board, trial: Trial, good: GoodCopies, chance: Chance) {
    const S = board.node.length;
    this.#board = board;
    this.#trial = trial;
    this.#good = good;
    this.#chance = chance;
    this.#roles = board.state.layout.rolesWeighAlike
      ? undefined
      : new RoleTries(board, trial, chance, () => this.#someCopy());
    this.#live = Array.from({ length: board.N }, (_, n) => n).filter((n) => board.live[n] === 1);
    this.#copies = new Int32Array(S);
    this.#copyAt = new Int32Array(S).fill(NONE);
    for (let s = 0; s < S; s++) this.#note(s);
  }

  /** Begins a trial and makes some moves; whether they go together. */
  next(reach: number): boolean {
    this.#trial.begin();
    this.#reach = reach;
    const kind = this.#chance.share();
    if (kind < REPLACE) return this.#replace();
    if (kind < HOME) return this.home();
    if (kind < OUT) return this.#out();
    if (kind < REDIRECT) return this.#redirect();
    if (kind < TURN) return this.#turn();
    if (kind < CHANGE) return this.#change(this.#someCopy());
    if (this.#roles !== undefined) return this.#roles.next(reach);
    return this.#change(this.#chance.below(this.#board.node.length));
  }

  /** What was tried stays. */
  keep(): void {
    this.#trial.keep();
    for (let i = 0; i < this.#trial.moves; i++) this.#note(this.#trial.moved[i] as number);
  }

  /** A copy goes home; begins no trial of its own. */
  home(): boolean {
    const s = this.#someCopy();
    if (s === NONE || !this.#moveWithin(s, this.#someHomeOf(s))) return false;
    this.#roles?.giveBack(s);
    return true;
  }

  /** Lets everything stand as in `node`: [s]. */
  restore(node: Int32Array): void {
    for (let s = 0; s < node.length; s++) {
      if (node[s] === this.#board.node[s]) continue;
      this.#trial.begin();
      this.#trial.moveAnyway(s, node[s] as number);
      this.#trial.weigh(0, 0);
      this.keep();
    }
  }

  /** A copy goes home, and another is made instead, often from the same node: as many copies, of other weights. */
  #replace(): boolean {
    const s = this.#someCopy();
    if (s === NONE) return false;
    const home = this.#someHomeOf(s);
    if (home === NONE || home === this.#board.node[s]) return false;
    this.#reach -= this.#trial.rise(s, home);
    if (!this.#trial.move(s, home)) return false;
    this.#roles?.giveBack(s);
    if (this.#chance.share() < 0.5) return this.#out();
    const count = this.#good.cheaperFrom(home, this.#reach);
    const first = this.#good.homeFrom[home] as number;
    return count > 0 && this.#make(this.#good.byHome[first + this.#chance.below(count)] as number);
  }

  #out(): boolean {
    const count = this.#good.cheaperThan(this.#reach);
    return count > 0 && this.#make(this.#chance.below(count));
  }

  #make(i: number): boolean {
    const s = this.#board.slotAt(this.#good.partition[i] as number, this.#good.home[i] as number);
    if (s === undefined || !this.#board.isMovable(s) || !this.#trial.move(s, this.#good.to[i] as number)) return false;
    this.#roles?.takeOver(s, this.#good.lead[i] as number);
    return true;
  }

  /** A copy is made elsewhere. */
  #redirect(): boolean {
    const s = this.#someCopy();
    return s !== NONE && this.#moveWithin(s, this.#live[this.#chance.below(this.#live.length)] as number);
  }

  /** Another slot of a partition with a copy goes where the copy came from: as many copies, another node that gives. */
  #turn(): boolean {
    const s = this.#someCopy();
    if (s === NONE) return false;
    const t = this.#board.slotBeside(s, this.#chance);
    return t !== s && this.#board.isMovable(t) && this.#moveWithin(t, this.#someHomeOf(t));
  }

  #moveWithin(s: number, n: number): boolean {
    if (n === NONE || n === this.#board.node[s] || this.#trial.rise(s, n) > this.#reach) return false;
    return this.#trial.move(s, n);
  }

  /** A copy and another slot change places. */
  #change(t: number): boolean {
    const s = this.#someCopy();
    if (s === NONE || t === NONE || !this.#board.isMovable(t)) return false;
    const { partitionOf } = this.#board.state.layout;
    const a = this.#board.node[s] as number;
    const b = this.#board.node[t] as number;
    if (a === b || partitionOf[s] === partitionOf[t]) return false;
    if (this.#trial.rise(s, b) + this.#trial.rise(t, a) > this.#reach) return false;
    return this.#trial.move(s, b) && this.#trial.move(t, a);
  }

  #someCopy(): number {
    if (this.#copyCount === 0) return NONE;
    const s = this.#copies[this.#chance.below(this.#copyCount)] as number;
    return this.#board.isMovable(s) ? s : NONE;
  }

  /** Some live node on which the slot's partition stands today. */
  #someHomeOf(s: number): number {
    const { currentFrom, currentNode } = this.#board.state.layout.problem;
    const p = this.#board.state.layout.partitionOf[s] as number;
    const first = currentFrom[p] as number;
    const homes = (currentFrom[p + 1] as number) - first;
    if (homes === 0) return NONE;
    const home = currentNode[first + this.#chance.below(homes)] as number;
    return this.#board.live[home] === 1 ? home : NONE;
  }

  #note(s: number): void {
    const isCopy = this.#board.isCopy(s);
    const at = this.#copyAt[s] as number;
    if (isCopy === at >= 0) return;
    if (isCopy) {
      this.#copyAt[s] = this.#copyCount;
      this.#copies[this.#copyCount++] = s;
      return;
    }
    const last = this.#copies[--this.#copyCount] as number;
    this.#copies[at] = last;
    this.#copyAt[last] = at;
    this.#copyAt[s] = NONE;
  }
}
