import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Budget } from './budget.ts';
import type { Imbalance } from './imbalance.ts';
import type { Ranges } from './ranges.ts';
import { isPinned, mayMoveTo, mayPlay } from './rules.ts';
import type { SolverState } from './state.ts';
import { mayChangePlaces, mayExchangeRoles } from './trades.ts';
import { WishCosts } from './wish-costs.ts';

/** Nodes tried for a replica beside those that a wish names, and replicas on each of them that it might change places with. */
const TRIED_NODES = 24;
const TRIED_PARTNERS = 12;
const MOST_ROUNDS = 4;
/** Less than this is no progress. */
const NOTHING = 1e-9;

/**
 * Wishes, once balance is had: spread over wider domains, preferred leaders, affinities, few copysets. Partition by partition, a role that is
 * handed over, a replica that moves or two that change places, whatever costs least in penalties, as long as no node gets further out of its range. A
 * wish that is worth less than the copy it takes moves nothing that stands; what has to be copied anyway is free to be where it is wished.
 */
export function meetWishes(state: SolverState, ranges: Ranges, imbalance: Imbalance, budget: Budget): void {
  if (!WishCosts.asked(state.layout.problem)) return;
  const wishes = new Wishes(state, ranges, imbalance);
  for (let round = 0; round < MOST_ROUNDS; round++) if (!wishes.round(budget)) return;
}

class Wishes {
  readonly #state: SolverState;
  readonly #ranges: Ranges;
  readonly #imbalance: Imbalance;
  readonly #costs: WishCosts;
  readonly #live: readonly number[];

  constructor(state: SolverState, ranges: Ranges, imbalance: Imbalance) {
    const { N, nodeState } = state.layout.problem;
    this.#state = state;
    this.#ranges = ranges;
    this.#imbalance = imbalance;
    this.#costs = new WishCosts(state);
    this.#live = Array.from({ length: N }, (_, n) => n).filter((n) => nodeState[n] === NODE_LIVE);
  }

  /** Looks at every partition once. Says whether anything was done. */
  round(budget: Budget): boolean {
    let done = false;
    for (let p = 0; p < this.#state.layout.problem.P; p++) {
      if (this.#mayGain(p) && budget.take() && this.#improve(p)) done = true;
    }
    return done;
  }

  /** Whether wishes are open, and not only some that are worth less than moving what stands at home. */
  #mayGain(p: number): boolean {
    const { goals, affinities } = this.#state.layout.problem;
    const shared = goals.copysets > 0 || affinities.some(({ partner }) => partner === undefined);
    const { calm, wish } = this.#costs.of(p);
    return shared || (wish > 0 && (calm > 0 || wish > Math.min(goals.moves, goals.leaderChanges)));
  }

  #improve(p: number): boolean {
    const { slotsFrom } = this.#state.layout.problem;
    let done = false;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      if (this.#state.node[s] === NONE) continue;
      if (this.#handOver(p, s)) done = true;
      if (this.#relocate(p, s)) done = true;
    }
    return done;
  }

  #handOver(p: number, s: number): boolean {
    const { slotsFrom, slotRole } = this.#state.layout.problem;
    const state = this.#state;
    if (state.layout.leads[state.kindOf(s)] === 0) return false;
    for (let t = slotsFrom[p] as number; t < (slotsFrom[p + 1] as number); t++) {
      if (slotRole[t] === slotRole[s] || state.node[t] === NONE || !mayExchangeRoles(state, s, t)) continue;
      const [a, b] = [state.node[s] as number, state.node[t] as number];
      if (this.#try([p], [a, b], () => state.exchange(s, t))) return true;
    }
    return false;
  }

  #relocate(p: number, s: number): boolean {
    const state = this.#state;
    if (isPinned(state, p, state.node[s] as number)) return false;
    for (const n of this.#candidates(p, s)) {
      const from = state.node[s] as number;
      if (n === from) continue;
      if (
        mayPlay(state, s, n) &&
        mayMoveTo(state, s, n) &&
        this.#try([p], [from, n], (back) => state.move(s, back ? from : n))
      )
        return true;
      if (this.#changePlaces(p, s, n)) return true;
    }
    return false;
  }

  #changePlaces(p: number, s: number, n: number): boolean {
    const state = this.#state;
    const from = state.node[s] as number;
    const partners: number[] = [];
    for (let t = state.head[n] as number; t !== NONE && partners.length < TRIED_PARTNERS; t = state.next[t] as number)
      partners.push(t);
    for (const t of partners) {
      if (!mayChangePlaces(state, s, t) || !mayPlay(state, s, n) || !mayPlay(state, t, from)) continue;
      const q = state.layout.partitionOf[t] as number;
      if (this.#try([p, q], [from, n], () => state.exchange(s, t))) return true;
    }
    return false;
  }

  /** Nodes that wishes name, then some of all. */
  #candidates(p: number, s: number): readonly number[] {
    const { preferredFrom, preferredNode, affinities, resourceOf, partitionsFrom, slotsFrom } =
      this.#state.layout.problem;
    const found = new Set<number>();
    if (this.#state.layout.leads[this.#state.kindOf(s)] === 1) {
      for (let i = preferredFrom[p] as number; i < (preferredFrom[p + 1] as number); i++)
        found.add(preferredNode[i] as number);
    }
    for (const { together, partner, first } of affinities) {
      if (!together || partner === undefined || first !== resourceOf[p]) continue;
      const q = partner[p - (partitionsFrom[first] as number)] ?? NONE;
      if (q === NONE) continue;
      for (let t = slotsFrom[q] as number; t < (slotsFrom[q + 1] as number); t++) {
        const n = this.#state.node[t] as number;
        if (n !== NONE) found.add(n);
      }
    }
    const { length } = this.#live;
    const stride = Math.max(1, Math.floor(length / TRIED_NODES));
    // Another start for every slot, so that not all ask the same nodes.
    for (
      let i = 0, at = (s * 7) % Math.max(1, length);
      i < length && i < 2 * TRIED_NODES;
      i++, at = (at + stride) % length
    ) {
      found.add(this.#live[at] as number);
    }
    return [...found];
  }

  /** Does something, and undoes it unless it pays and takes neither node further out of its range. `act(true)` undoes it. */
  #try(partitions: readonly number[], nodes: readonly [number, number], act: (back: boolean) => void): boolean {
    const before = this.#costOf(partitions) + this.#costs.shared;
    const outside = this.#outside(nodes);
    const changes = this.#state.changes;
    for (const p of partitions) this.#costs.leave(p);
    act(false);
    for (const p of partitions) this.#costs.enter(p);
    if (this.#outside(nodes) <= outside + NOTHING && this.#costOf(partitions) + this.#costs.shared < before - NOTHING)
      return true;
    for (const p of partitions) this.#costs.leave(p);
    act(true);
    for (const p of partitions) this.#costs.enter(p);
    this.#state.changes = changes;
    return false;
  }

  #costOf(partitions: readonly number[]): number {
    let sum = 0;
    for (const p of partitions) {
      const { calm, wish } = this.#costs.of(p);
      sum += calm + wish;
    }
    return sum;
  }

  #outside(nodes: readonly [number, number]): number {
    const { leastLeaders, mostLeaders } = this.#ranges;
    let sum = 0;
    for (const n of nodes) {
      const leaders = this.#state.leaders[n] as number;
      sum += this.#imbalance.of(n);
      sum += Math.max(0, leaders - (mostLeaders[n] as number), (leastLeaders[n] as number) - leaders);
    }
    return sum;
  }
}
