import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Budget } from './budget.ts';
import type { Imbalance } from './imbalance.ts';
import type { Ranges } from './ranges.ts';
import { isPinned, mayMoveTo, mayPlay } from './rules.ts';
import type { SolverState } from './state.ts';
import { mayChangePlaces, mayExchangeRoles } from './trades.ts';
import { WishCosts } from './wish-costs.ts';
import { WishPlaces } from './wish-places.ts';
import { NOTHING, WishTrials } from './wish-trials.ts';

const MOST_ROUNDS = 4;
/**
 * Partitions in which nothing was gained before a class is given up for the round: so many, or one in so many of all; one that gains makes up
 * for some. Where the zones of a region are too few, every partition has an open wish, and none can be met.
 */
const PATIENCE = 512;
const PATIENCE_SHARE = 16;
const MADE_UP_FOR = 8;

/**
 * Wishes, once balance is had: spread over wider domains, preferred leaders, affinities, few copysets, few bytes. Partition by partition, a role that is
 * handed over, a replica that moves or two that change places, whatever costs less in penalties, as long as no node gets further out of its range. A
 * wish that is worth less than the copy it takes moves nothing that stands; what has to be copied anyway is free to be where it is wished.
 *
 * The work is in proportion to the partitions with open wishes: each is offered a handful of places that would meet one.
 */
export function meetWishes(state: SolverState, ranges: Ranges, imbalance: Imbalance, budget: Budget): void {
  if (!WishCosts.asked(state.layout.problem)) return;
  const wishes = new Wishes(state, ranges, imbalance);
  for (let round = 0; round < MOST_ROUNDS; round++) if (!wishes.round(budget)) return;
}

/** Whether wishes are open that are worth moving what stands, were the answer to stand as it is. O(S). */
export function wishesRemain(state: SolverState): boolean {
  const { problem } = state.layout;
  if (!WishCosts.asked(problem)) return false;
  const costs = new WishCosts(state);
  for (let p = 0; p < problem.P; p++) if (costs.mayGain(p, true)) return true;
  return false;
}

class Wishes {
  readonly #state: SolverState;
  readonly #costs: WishCosts;
  readonly #places: WishPlaces;
  readonly #trials: WishTrials;
  /** [class] what is left of the patience with it in this round. */
  readonly #patience: Int32Array;

  constructor(state: SolverState, ranges: Ranges, imbalance: Imbalance) {
    this.#state = state;
    this.#costs = new WishCosts(state);
    this.#places = new WishPlaces(state, this.#costs);
    this.#trials = new WishTrials(state, ranges, imbalance, this.#costs);
    this.#patience = new Int32Array(state.layout.classes.length);
  }

  /** Looks at every partition once. Says whether anything was done. */
  round(budget: Budget): boolean {
    const { problem, classOf } = this.#state.layout;
    const most = Math.max(PATIENCE, Math.floor(problem.P / PATIENCE_SHARE));
    this.#patience.fill(most);
    let done = false;
    for (let p = 0; p < problem.P; p++) {
      const c = classOf[problem.resourceOf[p] as number] as number;
      const patience = this.#patience[c] as number;
      if (patience === 0 || !this.#costs.mayGain(p)) continue;
      if (!budget.take()) break;
      const improved = this.#improve(p);
      this.#patience[c] = improved ? Math.min(most, patience + MADE_UP_FOR) : patience - 1;
      done ||= improved;
    }
    return done;
  }

  #improve(p: number): boolean {
    const { slotsFrom } = this.#state.layout.problem;
    let done = false;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      if (this.#state.node[s] === NONE) continue;
      const improved = this.#handOver(p, s) || this.#relocate(p, s);
      if (improved && !this.#costs.mayGain(p)) return true;
      done ||= improved;
    }
    return done;
  }

  /** A leader hands its lead to another replica of the partition. */
  #handOver(p: number, s: number): boolean {
    const { slotsFrom, slotRole } = this.#state.layout.problem;
    const state = this.#state;
    if (state.layout.leads[state.kindOf(s)] === 0) return false;
    const before = this.#costs.of(p);
    for (let t = slotsFrom[p] as number; t < (slotsFrom[p + 1] as number); t++) {
      if (slotRole[t] === slotRole[s] || state.node[t] === NONE) continue;
      const [a, b] = [state.node[s] as number, state.node[t] as number];
      state.node[s] = b;
      state.node[t] = a;
      const gain = before - this.#costs.of(p);
      state.node[s] = a;
      state.node[t] = b;
      if (gain <= NOTHING || !mayExchangeRoles(state, s, t)) continue;
      if (this.#trials.try([p], [a, b], () => state.exchange(s, t))) return true;
    }
    return false;
  }

  #relocate(p: number, s: number): boolean {
    const state = this.#state;
    const { resourceOf, nodeState } = state.layout.problem;
    const from = state.node[s] as number;
    if (isPinned(state, p, from)) return false;
    // What others have a part in is known only once it is done.
    const shares = this.#costs.meetsOthers(resourceOf[p] as number);
    for (const n of this.#places.for(p, s)) {
      if (nodeState[n] !== NODE_LIVE || !mayPlay(state, s, n)) continue;
      const gain = this.#costs.gainOf(p, s, n);
      if (!shares && gain <= NOTHING) continue;
      if (mayMoveTo(state, s, n) && this.#trials.try([p], [from, n], (back) => state.move(s, back ? from : n)))
        return true;
      if (this.#changePlaces(p, s, n, shares ? Number.POSITIVE_INFINITY : gain)) return true;
    }
    return false;
  }

  #changePlaces(p: number, s: number, n: number, gain: number): boolean {
    const state = this.#state;
    const from = state.node[s] as number;
    for (const t of this.#places.partners(p, n)) {
      if (!this.#trials.loadsAllow(s, n, t) || !mayPlay(state, t, from)) continue;
      const q = state.layout.partitionOf[t] as number;
      if (gain + this.#costs.gainOf(q, t, from) <= NOTHING || !mayChangePlaces(state, s, t)) continue;
      if (this.#trials.try([p, q], [from, n], () => state.exchange(s, t))) return true;
    }
    return false;
  }
}
