import { NODE_LIVE } from '../model/compiled.ts';
import type { FairShares } from '../score/fair-shares.ts';
import { anneal } from './anneal.ts';
import type { Budget } from './budget.ts';
import { evenOutCounts } from './count-flow.ts';
import { fillToLead } from './fill-to-lead.ts';
import { Imbalance } from './imbalance.ts';
import { evenOutLeaders } from './leaders.ts';
import { fillNewcomers, newcomersAmong } from './newcomers.ts';
import { type Ranges, rangesOf } from './ranges.ts';
import { evenOutResources } from './resource-evenness.ts';
import type { SolvePhase, SolveProgress } from './solver.ts';
import type { SolverState } from './state.ts';
import { copiesSoFar, isUnchanged } from './trades.ts';
import { balanceWeights } from './weight-balance.ts';
import { meetWishes, wishesRemain } from './wishes.ts';

/** Problems of at most so many replicas are annealed, with so many tries each: in larger ones granularity hardly matters. */
const SMALL = 8_000;
const TRIES_PER_SLOT = 300;
const MOST_TRIES = 200_000;
/** Of the steps that are left: what is copied otherwise asks for leaders to be evened out anew. */
const ANNEALING_SHARE = 0.5;
/** Rounds until nothing changes any more; two are the rule. */
const MOST_ROUNDS = 6;

/**
 * Balance, after everything has a place: replicas or weights, then leaders, which change weights where roles weigh differently, and so
 * on until a whole round finds nothing to do. Ending like that makes the answer a fixed point: solved again it moves nothing.
 */
export class Improvement {
  readonly #state: SolverState;
  readonly #fair: FairShares;
  readonly #budget: Budget;
  readonly #ranges: Ranges;
  readonly #imbalance: Imbalance;
  /** Replicas that had to be copied whatever is done. */
  readonly #missing: number;
  /** Whether anything was done after leaders had been evened out for the last time. */
  #rearranged = false;

  constructor(state: SolverState, fair: FairShares, budget: Budget, missing: number) {
    const { tolerance, leaderTolerance } = state.layout.problem.goals;
    this.#state = state;
    this.#fair = fair;
    this.#budget = budget;
    this.#missing = missing;
    this.#ranges = rangesOf(state.layout, fair, tolerance, leaderTolerance);
    this.#imbalance = new Imbalance(state, this.#ranges, fair);
  }

  *run(progress: (phase: SolvePhase) => SolveProgress): Generator<SolveProgress, void, void> {
    yield* this.#rounds(progress, false);
    if (this.#isWorthAnnealing()) {
      const tries = Math.min(MOST_TRIES, TRIES_PER_SLOT * this.#state.layout.problem.S);
      anneal(this.#state, this.#ranges, this.#imbalance, this.#budget.part(ANNEALING_SHARE), tries);
      yield progress('anneal');
      yield* this.#rounds(progress, true);
    }
    const before = this.#state.changes;
    meetWishes(this.#state, this.#ranges, this.#imbalance, this.#budget);
    const met = this.#state.changes;
    evenOutResources(this.#state, this.#ranges, this.#imbalance, this.#fair, this.#budget);
    this.#rearranged = this.#state.changes !== before;
    if (this.#state.changes !== met && met === before && this.#state.layout.rolesWeighAlike) {
      // What has gone elsewhere may lead elsewhere: handed over here, it asks for no other pass. No load changes by that, nor any wish that was met.
      evenOutLeaders(this.#state, this.#ranges, this.#fair.leaders, this.#budget);
      this.#rearranged = false;
    }
    yield progress('wishes');
  }

  *#rounds(progress: (phase: SolvePhase) => SolveProgress, annealed: boolean): Generator<SolveProgress, void, void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const before = this.#state.changes;
      this.#balance();
      yield progress('balance');
      const balanced = this.#state.changes;
      if ((annealed || round === MOST_ROUNDS - 1) && this.#leadsSuit()) return;
      evenOutLeaders(this.#state, this.#ranges, this.#fair.leaders, this.#budget);
      yield progress('leaders');
      const loadsStand = this.#state.changes === balanced || this.#state.layout.rolesWeighAlike;
      if (this.#state.changes === before || (loadsStand && round === 0)) return;
    }
  }

  /** Whether a lead is a load too, and both are within their ranges: handing leads back would only put loads out again. */
  #leadsSuit(): boolean {
    return !this.#state.layout.rolesWeighAlike && !this.#isAnyOutside() && this.#leadersAreWithin();
  }

  #balance(): void {
    const { unweighted, S } = this.#state.layout.problem;
    if (unweighted) {
      evenOutCounts(this.#state, this.#ranges, this.#budget);
      return;
    }
    const newcomers = newcomersAmong(this.#state, this.#imbalance);
    fillNewcomers(this.#state, this.#ranges, this.#imbalance, newcomers, this.#budget);
    balanceWeights(this.#state, this.#ranges, this.#imbalance, this.#budget);
    // Annealing would take these copies back: where leads weigh nothing it looks at loads alone.
    if (S > SMALL) fillToLead(this.#state, this.#ranges, this.#imbalance, newcomers, this.#budget);
  }

  /**
   * Whether nothing is left that another look could better: every load is within its range and no wish asks for more. Leaders need not
   * be looked at where roles weigh alike and nothing was done since: the last path between too many and too few of them has been taken.
   */
  isPerfect(): boolean {
    const { rolesWeighAlike } = this.#state.layout;
    if (this.#isAnyOutside() || wishesRemain(this.#state)) return false;
    return (rolesWeighAlike && !this.#rearranged) || this.#leadersAreWithin();
  }

  #leadersAreWithin(): boolean {
    const { leaders, layout } = this.#state;
    return leaders.every(
      (count, n) =>
        layout.problem.nodeState[n] !== NODE_LIVE ||
        (count >= (this.#ranges.leastLeaders[n] as number) && count <= (this.#ranges.mostLeaders[n] as number)),
    );
  }

  /** Whether something was done and it may not be the best: a node is outside its range, or more was copied than had to be. */
  #isWorthAnnealing(): boolean {
    const { problem } = this.#state.layout;
    if (problem.unweighted || problem.S > SMALL || isUnchanged(this.#state)) return false;
    return this.#isAnyOutside() || copiesSoFar(this.#state) > this.#missing;
  }

  #isAnyOutside(): boolean {
    const { N, nodeState } = this.#state.layout.problem;
    for (let n = 0; n < N; n++) if (nodeState[n] === NODE_LIVE && this.#imbalance.of(n) > 1e-9) return true;
    return false;
  }
}
