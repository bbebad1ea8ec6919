import { Board } from './board.ts';
import type { Budget } from './budget.ts';
import { Chance } from './chance.ts';
import { GoodCopies } from './good-copies.ts';
import type { Imbalance } from './imbalance.ts';
import { findPrices } from './prices.ts';
import type { Ranges } from './ranges.ts';
import type { SolverState } from './state.ts';
import { OUTSIDE_AT_ALL, Trial } from './trial.ts';
import { Tries } from './tries.ts';

/** Larger tables of partitions × nodes are not laid out. */
const MOST_PLACES = 1_000_000;
/** What a leader that changes counts where roles weigh differently, in copies; elsewhere it can be handed back for nothing. */
const LEADER_CHANGE = 0.5;

/**
 * The last bit, where unlike replicas have to add up in as few copies as can be. Prices of load on every node say what each copy is worth and how
 * few there have to be at least ({@link findPrices}); then threshold accepting among the copies that are worth their price, and
 * then one copy less, again and again, as long as the ranges can be reached without it. It ends as soon as nothing is left to be gained;
 * the best state on the way is what remains, so it never ends worse than it began. At most about
 * thirty times `steps` tries, and four times more for each copy that is saved so late.
 */
export function anneal(state: SolverState, ranges: Ranges, imbalance: Imbalance, budget: Budget, steps: number): void {
  const { P, N } = state.layout.problem;
  if (P * N > MOST_PLACES) return;
  const leadChange = state.layout.rolesWeighAlike ? 0 : LEADER_CHANGE;
  const board = new Board(state, ranges, imbalance);
  const prices = findPrices(board, leadChange);
  const search = new Annealer(
    board,
    new Trial(board, prices.price, leadChange),
    new GoodCopies(board, prices.price, leadChange),
  );
  const step = leadChange === 0 ? 1 : leadChange;
  search.enough = Math.ceil(prices.bound / step - 1e-6) * step;
  for (const run of RUNS) {
    const share = state.layout.rolesWeighAlike ? run.share : run.shareWithRoles;
    if (search.isWorth(run)) search.run(budget, Math.floor(steps * share), run);
  }
  search.saveOneByOne(budget, steps);
  board.adopt(search.best);
}

/** How far above the bound more is tried, and even more, and as much as there is. */
const NEAR = 1.01;
const FAR = 1.03;
const FARTHER = 1.05;

/** One run of threshold accepting. */
interface Run {
  /** It is made where more is copied so far than the bound says, by more than this factor. */
  readonly beyond: number;
  /** Of all tries; where roles weigh differently there are more ways to look through. */
  readonly share: number;
  readonly shareWithRoles: number;
  /** The threshold at the beginning, in copies. */
  readonly threshold: number;
  /** How much of their prices loads count at. */
  readonly worth: number;
}

/**
 * A short one, which is enough where there is little to choose, and longer ones where a gap to the bound remains: the wider it is, the more. Prices lead
 * where many copies are chosen among many; where few have to fit like a puzzle, looking without them finds more.
 */
const RUNS: readonly Run[] = [
  { beyond: 1, share: 0.6, shareWithRoles: 0.6, threshold: 0.4, worth: 1 },
  { beyond: NEAR, share: 0.6, shareWithRoles: 2, threshold: 0.2, worth: 1 },
  { beyond: NEAR, share: 0.4, shareWithRoles: 0.4, threshold: 0.6, worth: 0 },
  { beyond: FAR, share: 2, shareWithRoles: 2, threshold: 0.15, worth: 1 },
  { beyond: FAR, share: 1, shareWithRoles: 2, threshold: 0.1, worth: 1 },
  { beyond: FARTHER, share: 6, shareWithRoles: 6, threshold: 0.4, worth: 1 },
  { beyond: FARTHER, share: 6, shareWithRoles: 6, threshold: 0.6, worth: 0 },
];
/**
 * What a whole fair share outside the ranges counts, in copies: little at first, so that ways through the outside are open, then more and more,
 * until the outside is not worth any copy that is saved.
 */
const OUTSIDE_FIRST = 100;
const OUTSIDE_GROWTH = 1.045;
const STAGES = 64;

/** Tries for one copy less, as a share of all and where a gap to the bound remains, and how often it is tried in vain. */
const FEWER_SHARE = 0.2;
const FEWER_SHARE_FAR = 12;
const FAILURES = 3;
/** How much farther outside a try may lead, in fair shares; after how many tries that brought nothing nearer what is outside counts more, and by how much. */
const FEWER_THRESHOLD = 0.001;
const PATIENCE = 5_000;
const HARDER = 1;
/** Tries until some copy that may go home is met. */
const TRIES_FOR_HOME = 200;
const DUST = 1e-9;
/** Tries that are one step of the budget: each is a fraction of what a step is elsewhere. */
const TRIES_PER_STEP = 8;

/** Whether the budget has room for one more try. */
const takeTry = (budget: Budget, tries: number): boolean => tries % TRIES_PER_STEP !== 0 || budget.take();

class Annealer {
  readonly #board: Board;
  readonly #trial: Trial;
  readonly #tries: Tries;
  readonly #chance = new Chance(0x5eed);
  /** [s] node in the best state so far, how far it is outside, and what it costs. */
  readonly best: Int32Array;
  #bestOutside: number;
  #bestCost: number;
  /** A cost below which there is nothing. */
  enough = 0;

  constructor(board: Board, trial: Trial, good: GoodCopies) {
    this.#board = board;
    this.#trial = trial;
    this.#tries = new Tries(board, trial, good, this.#chance);
    this.best = board.node.slice();
    this.#bestOutside = trial.outside;
    this.#bestCost = trial.cost;
  }

  /** Whether nothing is left to be gained. */
  get #isDone(): boolean {
    return this.#bestOutside <= DUST && !this.#isAbove(1);
  }

  /** Whether more is copied than so many times the bound. */
  #isAbove(times: number): boolean {
    return this.#bestCost > times * this.enough + 1e-6;
  }

  /** Whether the run may be worth its tries. Outside the ranges the bound tells nothing, and no more than usual is tried. */
  isWorth({ beyond }: Run): boolean {
    if (this.#bestOutside > DUST) return beyond < FAR;
    return this.#isAbove(beyond);
  }

  run(budget: Budget, steps: number, { threshold, worth }: Run): void {
    this.#tries.restore(this.best);
    const stage = Math.max(1, Math.floor(steps / STAGES));
    let price = OUTSIDE_FIRST;
    for (let step = 0; step < steps && !this.#isDone && takeTry(budget, step); step++) {
      if (step > 0 && step % stage === 0) price *= OUTSIDE_GROWTH;
      const left = 1 - step / steps;
      const accepted = threshold * left * left * this.#chance.share();
      const reach =
        worth < 1
          ? Number.POSITIVE_INFINITY
          : accepted + price * this.#trial.outside + OUTSIDE_AT_ALL * this.#trial.outsiders;
      if (this.#tries.next(reach) && this.#trial.weigh(price, worth) <= accepted && this.#trial.fits()) {
        this.#tries.keep();
        this.#noteBest();
      } else this.#trial.undo();
    }
  }

  #noteBest(): void {
    const { outside, cost } = this.#trial;
    const isNearer = outside < this.#bestOutside - DUST;
    if (!isNearer && (outside > this.#bestOutside + DUST || cost >= this.#bestCost - 1e-7)) return;
    this.#bestOutside = Math.max(0, outside);
    this.#bestCost = cost;
    this.best.set(this.#board.node);
  }

  /** One copy goes home whatever that does to the ranges; then only they count, with as many copies, until they are kept or it was in vain. */
  saveOneByOne(budget: Budget, steps: number): void {
    for (let failures = 0; failures < FAILURES && this.#bestOutside <= DUST && !this.#isDone; ) {
      this.#tries.restore(this.best);
      if (!this.#dropOne()) return;
      const share = this.#isAbove(FARTHER) ? FEWER_SHARE_FAR : FEWER_SHARE;
      const isReached = this.#reachRanges(budget, Math.floor((steps * share) / FAILURES));
      this.#trial.soften();
      if (isReached) this.#noteBest();
      else failures += 1;
    }
  }

  #dropOne(): boolean {
    for (let i = 0; i < TRIES_FOR_HOME; i++) {
      this.#trial.begin();
      if (this.#tries.home() && this.#trial.costChange < 0 && this.#trial.fits()) {
        this.#trial.weigh(0, 0);
        this.#tries.keep();
        return true;
      }
      this.#trial.undo();
    }
    return false;
  }

  #reachRanges(budget: Budget, steps: number): boolean {
    const most = this.#trial.cost + 1e-7;
    let nearest = this.#trial.outside;
    let patience = PATIENCE;
    for (let step = 0; step < steps && takeTry(budget, step); step++) {
      if (patience-- === 0) {
        this.#trial.harden(HARDER);
        nearest = this.#trial.outside;
        patience = PATIENCE;
      }
      const accepted = FEWER_THRESHOLD * this.#chance.share() * this.#chance.share();
      if (!this.#isBetter(most, accepted)) {
        this.#trial.undo();
        continue;
      }
      this.#tries.keep();
      if (this.#trial.outside <= DUST) return true;
      if (this.#trial.outside >= nearest) continue;
      nearest = this.#trial.outside;
      patience = PATIENCE;
    }
    return false;
  }

  #isBetter(most: number, accepted: number): boolean {
    if (!this.#tries.next(Number.POSITIVE_INFINITY) || this.#trial.cost + this.#trial.costChange > most) return false;
    this.#trial.weigh(0, 0);
    return this.#trial.outsideChange <= accepted && this.#trial.fits();
  }
}
