import { NONE } from '../model/compiled.ts';
import type { FairShares } from '../score/fair-shares.ts';
import { Scales } from '../score/scales.ts';
import { AwaySlots } from './away-slots.ts';
import type { Budget } from './budget.ts';
import type { Imbalance } from './imbalance.ts';
import type { Ranges } from './ranges.ts';
import { ResourceCounts } from './resource-counts.ts';
import { mayMoveTo, mayPlay, mayTake } from './rules.ts';
import type { SolverState } from './state.ts';
import { mayChangePlaces } from './trades.ts';
import { WishCosts } from './wish-costs.ts';
import { NOTHING, WishTrials } from './wish-trials.ts';

const MOST_ROUNDS = 2;
/** Other nodes that are tried for a node with too many or too few of a resource, and replicas on each side. */
const TRIED_NODES = 8;
const TRIED_SLOTS = 4;
const TRIED_PARTNERS = 24;
/** Pairs that are looked at in a round: so many for every replica that is copied, and at least so many for a resource. */
const PAIRS_PER_COPY = 3;
const LEAST_PAIRS = 2_000;

/**
 * Spreads each resource evenly by itself, as far as that costs nothing else: of what has to be copied anyway, a replica goes from a node with too
 * many of its resource to one with too few, or changes places with a replica of another resource. What stands stays: weights may be
 * balanced with a resource clumped, and mending that alone is worth no copy.
 */
export function evenOutResources(
  state: SolverState,
  ranges: Ranges,
  imbalance: Imbalance,
  fair: FairShares,
  budget: Budget,
): void {
  const { problem } = state.layout;
  if (problem.goals.resourceEvenness === 0 || (problem.K === 1 && problem.unweighted)) return;
  const away = new AwaySlots(state);
  if (away.slots.length === 0) return;
  const evening = new ResourceEvening(state, ranges, imbalance, away, fair);
  for (let round = 0; round < MOST_ROUNDS; round++) if (!evening.round(budget)) return;
}

class ResourceEvening {
  readonly #state: SolverState;
  readonly #away: AwaySlots;
  readonly #counts: ResourceCounts;
  readonly #trials: WishTrials;
  /** Pairs that may still be looked at for the resource at hand. */
  #pairs = 0;
  /** Where the search for other nodes goes on. */
  #cursor = 0;

  constructor(state: SolverState, ranges: Ranges, imbalance: Imbalance, away: AwaySlots, fair: FairShares) {
    this.#state = state;
    this.#away = away;
    this.#counts = new ResourceCounts(state, new Scales(state.layout.problem, fair));
    this.#trials = new WishTrials(state, ranges, imbalance, new WishCosts(state));
  }

  /** Looks at every resource of which replicas are to be copied. Says whether anything was done. */
  round(budget: Budget): boolean {
    const { resources, slots } = this.#away;
    const each = Math.max(LEAST_PAIRS, (PAIRS_PER_COPY * slots.length) / resources.length);
    let done = false;
    for (const [at, k] of resources.entries()) {
      this.#pairs = each;
      this.#away.take(at, this.#state.node);
      if (this.#even(k, budget)) done = true;
    }
    return done;
  }

  #even(k: number, budget: Budget): boolean {
    const { takers } = this.#placeOf(k);
    let done = false;
    for (const n of takers) {
      if (this.#pairs <= 0) break;
      for (let outside = this.#counts.outside(k, n); outside !== 0 && budget.take(); ) {
        if (!(outside > 0 ? this.#give(k, n, takers) : this.#receive(k, n, takers))) break;
        done = true;
        outside = this.#counts.outside(k, n);
      }
    }
    return done;
  }

  /** One replica less on `n`. */
  #give(k: number, n: number, takers: Int32Array): boolean {
    return this.#someOf(
      takers,
      (m) => m !== n && this.#counts.level(k, m) < this.#counts.level(k, n) && this.#shift(k, n, m),
    );
  }

  /** One replica more. */
  #receive(k: number, n: number, takers: Int32Array): boolean {
    return this.#someOf(
      takers,
      (m) => m !== n && this.#counts.level(k, m) > this.#counts.level(k, n) && this.#shift(k, m, n),
    );
  }

  /** Tries some of the nodes, each time others; ends with the first that serves. */
  #someOf(nodes: Int32Array, serves: (n: number) => boolean): boolean {
    for (let i = 0; i < Math.min(TRIED_NODES, nodes.length); i++) {
      this.#cursor = (this.#cursor + 1) % nodes.length;
      if (serves(nodes[this.#cursor] as number)) return true;
    }
    return false;
  }

  /** A replica of the resource from one node to the other, for another one or for none. */
  #shift(k: number, from: number, to: number): boolean {
    const state = this.#state;
    const gain = this.#counts.gain(k, from, to);
    // What else would come for it is of another resource.
    const mayExchange = this.#away.resources.length > 1 && (this.#away.on[to] as number) > 0;
    if (gain <= 0 && !mayExchange) return false;
    let before: number = NONE;
    let tried = 0;
    for (let i = this.#away.firstOn(from); i !== NONE && tried < TRIED_SLOTS; i = this.#away.after(i)) {
      const s = this.#away.slots[i] as number;
      tried += 1;
      this.#pairs -= 1;
      const may = mayTake(state, state.layout.partitionOf[s] as number, to) && mayPlay(state, s, to);
      if (may && gain > 0 && this.#move(s, from, to)) {
        this.#away.on[from] = (this.#away.on[from] as number) - 1;
        this.#away.on[to] = (this.#away.on[to] as number) + 1;
      } else if (!may || !mayExchange || !this.#exchange(k, s, from, to)) {
        before = i;
        continue;
      }
      this.#counts.move(k, from, to);
      this.#away.shift(i, before, from, to);
      return true;
    }
    return false;
  }

  #move(s: number, from: number, to: number): boolean {
    const state = this.#state;
    if (!this.#trials.loadsAllow(s, to, NONE) || !mayMoveTo(state, s, to)) return false;
    const p = state.layout.partitionOf[s] as number;
    return this.#trials.try([p], [from, to], (back) => state.move(s, back ? from : to), -NOTHING);
  }

  /** For one of another resource, from among those last put there. */
  #exchange(k: number, s: number, from: number, to: number): boolean {
    const state = this.#state;
    const { layout, head, next } = state;
    const p = layout.partitionOf[s] as number;
    const gain = this.#counts.gain(k, from, to);
    let left = Math.min(TRIED_PARTNERS, this.#away.on[to] as number);
    for (let t = head[to] as number; t !== NONE && left > 0; t = next[t] as number) {
      if (!this.#away.isAway(t)) continue;
      left -= 1;
      this.#pairs -= 1;
      const q = layout.partitionOf[t] as number;
      const j = layout.problem.resourceOf[q] as number;
      if (j === k || gain + this.#counts.gain(j, to, from) <= NOTHING || !this.#trials.loadsAllow(s, to, t)) continue;
      if (!mayPlay(state, t, from) || !mayChangePlaces(state, s, t)) continue;
      if (!this.#trials.try([p, q], [from, to], () => state.exchange(s, t), -NOTHING)) continue;
      this.#counts.move(j, to, from);
      return true;
    }
    return false;
  }

  #placeOf(k: number): { readonly takers: Int32Array } {
    const { classOf, classes } = this.#state.layout;
    return classes[classOf[k] as number] ?? NOWHERE;
  }
}

const NOWHERE = { takers: new Int32Array(0) };
