import { NONE } from '../model/compiled.ts';
import { type Board, LED } from './board.ts';
import type { Chance } from './chance.ts';
import type { Trial } from './trial.ts';

/** How often a slot drawn from all takes part, instead of a copy. */
const ANY_SLOT = 0.3;
/** How often another lead comes back for one that was handed over, and how many partitions are looked at for it. */
const TRADE = 0.7;
const PARTITIONS_LOOKED_AT = 32;
/** How often only one partition does, and looks for another copy on the same node. */
const ONE_ALONE = 0.3;
const LOOKS = 8;
/** How often a lead is handed back where its copy goes home, and how often a copy takes over a role unasked. */
const GIVE_BACK = 0.9;
const TAKE_ANY = 0.15;

/**
 * Exchanges of roles within partitions, where roles weigh differently. Each joins the trial that has begun. A lead that is handed over for nothing
 * costs as much as half a copy, and nothing but giving it back wins that again: so who sends a copy home asks for that too.
 */
export class RoleTries {
  readonly #board: Board;
  readonly #trial: Trial;
  readonly #chance: Chance;
  readonly #someCopy: () => number;

  /** @param someCopy Draws a copy, or NONE. */
  constructor(board: Board, trial: Trial, chance: Chance, someCopy: () => number) {
    this.#board = board;
    this.#trial = trial;
    this.#chance = chance;
    this.#someCopy = someCopy;
  }

  /** Two slots exchange roles, or those of two partitions: nodes trade leads, or of two copies on one node as often as not one leads instead of the other. */
  next(reach: number): boolean {
    if (this.#chance.share() < ANY_SLOT) return this.#ofAny(this.#chance.below(this.#board.node.length), reach);
    const s = this.#someCopy();
    if (s === NONE) return false;
    const n = this.#board.node[s] as number;
    const rise = this.#exchange(s, reach);
    if (rise > reach) return false;
    if (this.#chance.share() < ONE_ALONE) return true;
    const t = this.#copyBeside(s, n);
    return t !== NONE && this.#exchange(t, reach - rise) <= reach - rise;
  }

  /** Any slot exchanges roles, and mostly the node that has got a lead for it passes another one back. */
  #ofAny(s: number, reach: number): boolean {
    const before = this.#board.node[s] as number;
    const rise = this.#exchange(s, reach);
    if (rise > reach || this.#chance.share() >= TRADE) return rise <= reach;
    const after = this.#board.node[s] as number;
    return this.#leads(s) ? this.#passOn(after, before, reach - rise) : this.#passOn(before, after, reach - rise);
  }

  /** A lead goes from node a to node b, of any partition with a replica on both, unless prices make that dearer than `reach`. */
  #passOn(a: number, b: number, reach: number): boolean {
    const { problem } = this.#board.state.layout;
    for (let look = 0; look < PARTITIONS_LOOKED_AT; look++) {
      const p = this.#chance.below(problem.P);
      const s = this.#board.slotAt(p, a);
      const t = s === undefined || !this.#leads(s) ? undefined : this.#board.slotAt(p, b);
      if (s === undefined || t === undefined || this.#leads(t) || !this.#mayExchange(s, t)) continue;
      if (this.#trial.rise(s, b) + this.#trial.rise(t, a) > reach) continue;
      this.#changePlaces(s, t);
      return true;
    }
    return false;
  }

  #leads(s: number): boolean {
    return this.#board.state.layout.leads[this.#board.state.kindOf(s)] === 1;
  }

  /** A copy on the node, of another partition than that of s. */
  #copyBeside(s: number, n: number): number {
    const { partitionOf } = this.#board.state.layout;
    for (let look = 0; look < LOOKS; look++) {
      const t = this.#someCopy();
      if (t !== NONE && this.#board.node[t] === n && partitionOf[t] !== partitionOf[s]) return t;
    }
    return NONE;
  }

  /** The slot and any other of its partition, unless prices make that dearer than `reach`: what they make it cost, or infinity where it cannot be. */
  #exchange(s: number, reach: number): number {
    const t = this.#board.slotBeside(s, this.#chance);
    if (!this.#mayExchange(s, t)) return Number.POSITIVE_INFINITY;
    const rise =
      this.#trial.rise(s, this.#board.node[t] as number) + this.#trial.rise(t, this.#board.node[s] as number);
    if (rise <= reach) this.#changePlaces(s, t);
    return rise;
  }

  /** The slot that has just been made a copy takes over the role of the one on n, or, where n is NONE, now and then any. */
  takeOver(s: number, n: number): void {
    if (n === NONE && this.#chance.share() >= TAKE_ANY) return;
    const t =
      n === NONE
        ? this.#board.slotBeside(s, this.#chance)
        : this.#board.slotAt(this.#board.state.layout.partitionOf[s] as number, n);
    if (t !== undefined && this.#mayExchange(s, t)) this.#changePlaces(s, t);
  }

  /** Where the partition of the slot, which has just gone home, is led from elsewhere than today although it need not be, it mostly is again. */
  giveBack(s: number): void {
    const { partitionOf, problem } = this.#board.state.layout;
    if (this.#chance.share() >= GIVE_BACK) return;
    const p = partitionOf[s] as number;
    for (let l = problem.slotsFrom[p] as number; l < (problem.slotsFrom[p + 1] as number); l++) {
      if (!this.#leads(l) || this.#board.keepsLead(l)) continue;
      const t = this.#onNodeOfToday(p);
      if (t === NONE || !this.#mayExchange(l, t)) continue;
      this.#changePlaces(l, t);
      return;
    }
  }

  /** A slot of p that stands where p is led today and does not lead itself. */
  #onNodeOfToday(p: number): number {
    const { place, node, N, state } = this.#board;
    const { slotsFrom } = state.layout.problem;
    for (let t = slotsFrom[p] as number; t < (slotsFrom[p + 1] as number); t++) {
      const n = node[t] as number;
      if (n !== NONE && ((place[p * N + n] as number) & LED) !== 0 && !this.#board.keepsLead(t)) return t;
    }
    return NONE;
  }

  #mayExchange(s: number, t: number): boolean {
    return s !== t && this.#board.isMovable(s) && this.#board.isMovable(t) && !this.#board.weighAlike(s, t);
  }

  #changePlaces(s: number, t: number): void {
    const n = this.#board.node[s] as number;
    this.#trial.moveAnyway(s, this.#board.node[t] as number);
    this.#trial.moveAnyway(t, n);
  }
}
