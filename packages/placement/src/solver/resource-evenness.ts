import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { FairShares } from '../score/fair-shares.ts';
import { Scales } from '../score/scales.ts';
import type { Budget } from './budget.ts';
import type { Imbalance } from './imbalance.ts';
import type { Ranges } from './ranges.ts';
import { ResourceCounts } from './resource-counts.ts';
import { isPinned, mayMoveTo, mayPlay, mayTake, stoodOn } from './rules.ts';
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
  const away = slotsAway(state);
  if (away.length === 0) return;
  const evening = new ResourceEvening(state, ranges, imbalance, away, fair);
  for (let round = 0; round < MOST_ROUNDS; round++) if (!evening.round(budget)) return;
}

/** Slots that have to be copied as things stand and may as well go elsewhere. */
function slotsAway(state: SolverState): Int32Array {
  const { slotsFrom, nodeState } = state.layout.problem;
  const away: number[] = [];
  for (const p of state.touched.sorted()) {
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const n = state.node[s] as number;
      if (n !== NONE && nodeState[n] === NODE_LIVE && !stoodOn(state, p, n) && !isPinned(state, p, n)) away.push(s);
    }
  }
  return Int32Array.from(away);
}

class ResourceEvening {
  readonly #state: SolverState;
  readonly #away: Uint8Array;
  /** What may move, by resource, ascending. */
  readonly #moving = new Map<number, number[]>();
  readonly #copies: number;
  readonly #counts: ResourceCounts;
  readonly #costs: WishCosts;
  readonly #trials: WishTrials;
  /** What may move of the resource at hand, by node. Some may have gone meanwhile. */
  readonly #slotsOn = new Map<number, number[]>();
  /** Pairs that may still be looked at for the resource at hand. */
  #pairs = 0;
  /** Where the search for other nodes goes on. */
  #cursor = 0;

  constructor(state: SolverState, ranges: Ranges, imbalance: Imbalance, away: Int32Array, fair: FairShares) {
    this.#state = state;
    this.#away = new Uint8Array(state.layout.problem.S);
    this.#copies = away.length;
    for (const s of away) {
      this.#away[s] = 1;
      const k = state.layout.problem.resourceOf[state.layout.partitionOf[s] as number] as number;
      const known = this.#moving.get(k);
      if (known === undefined) this.#moving.set(k, [s]);
      else known.push(s);
    }
    this.#counts = new ResourceCounts(state, new Scales(state.layout.problem, fair));
    this.#costs = new WishCosts(state);
    this.#trials = new WishTrials(state, ranges, imbalance, this.#costs);
  }

  /** Looks at every resource of which replicas are to be copied. Says whether anything was done. */
  round(budget: Budget): boolean {
    const each = Math.max(LEAST_PAIRS, (PAIRS_PER_COPY * this.#copies) / this.#moving.size);
    let done = false;
    for (const [k, slots] of this.#moving) {
      this.#pairs = each;
      if (this.#even(k, slots, budget)) done = true;
    }
    return done;
  }

  #even(k: number, slots: readonly number[], budget: Budget): boolean {
    const { takers } = this.#placeOf(k);
    this.#slotsOn.clear();
    for (const s of slots) this.#note(s, this.#state.node[s] as number);
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
    const { partitionOf } = this.#state.layout;
    let tried = 0;
    for (const s of this.#slotsOn.get(from) ?? []) {
      if (this.#state.node[s] !== from || tried === TRIED_SLOTS) continue;
      tried += 1;
      this.#pairs -= 1;
      if (!mayTake(this.#state, partitionOf[s] as number, to) || !mayPlay(this.#state, s, to)) continue;
      if (this.#move(k, s, from, to) || this.#exchange(k, s, from, to)) return true;
    }
    return false;
  }

  #move(k: number, s: number, from: number, to: number): boolean {
    const state = this.#state;
    if (this.#counts.gain(k, from, to) <= 0 || !this.#trials.loadsAllow(s, to, NONE) || !mayMoveTo(state, s, to))
      return false;
    const p = state.layout.partitionOf[s] as number;
    if (!this.#trials.try([p], [from, to], (back) => state.move(s, back ? from : to), -NOTHING)) return false;
    this.#counts.move(k, from, to);
    this.#note(s, to);
    return true;
  }

  #exchange(k: number, s: number, from: number, to: number): boolean {
    const state = this.#state;
    const { layout, head, next } = state;
    const p = layout.partitionOf[s] as number;
    const gain = this.#counts.gain(k, from, to);
    let tried = 0;
    for (let t = head[to] as number; t !== NONE && tried < TRIED_PARTNERS; t = next[t] as number) {
      if (this.#away[t] === 0) continue;
      tried += 1;
      this.#pairs -= 1;
      const q = layout.partitionOf[t] as number;
      const j = layout.problem.resourceOf[q] as number;
      if (j === k || !this.#trials.loadsAllow(s, to, t)) continue;
      if (gain + this.#counts.gain(j, to, from) <= NOTHING || !mayPlay(state, t, from) || !mayChangePlaces(state, s, t))
        continue;
      if (!this.#trials.try([p, q], [from, to], () => state.exchange(s, t), -NOTHING)) continue;
      this.#counts.move(k, from, to);
      this.#counts.move(j, to, from);
      this.#note(s, to);
      return true;
    }
    return false;
  }

  #note(s: number, n: number): void {
    const known = this.#slotsOn.get(n);
    if (known === undefined) this.#slotsOn.set(n, [s]);
    else known.push(s);
  }

  #placeOf(k: number): { readonly takers: Int32Array } {
    const { classOf, classes } = this.#state.layout;
    return classes[classOf[k] as number] ?? NOWHERE;
  }
}

const NOWHERE = { takers: new Int32Array(0) };
