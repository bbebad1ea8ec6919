import { NONE } from '../model/compiled.ts';
import type { Imbalance } from './imbalance.ts';
import { handOverCost } from './leader-graph.ts';
import type { SolverState } from './state.ts';
import { mayExchangeRoles } from './trades.ts';

/** A partition of which two nodes have a replica, one of them the leader. */
interface Lead {
  readonly leader: number;
  readonly follower: number;
}

/** Two nodes trade leads: each hands one over to the other. */
export interface LeadTrade {
  readonly given: Lead;
  readonly taken: Lead;
}

/** Leads that are tried against those of one other node. */
const TRIED = 64;

/**
 * Finds a lead of a node and one of another that had better be traded, where roles weigh differently: no node leads more partitions or fewer after it, only
 * heavier or lighter ones, and nothing is copied. Where a fault zone is to carry more than its count of leads would give it, it has to lead the heavy ones.
 */
export class LeadTradeSearch {
  readonly #state: SolverState;
  readonly #imbalance: Imbalance;
  readonly #gain: Float64Array;
  readonly #leader: Float64Array;
  readonly #follower: Float64Array;

  constructor(state: SolverState, imbalance: Imbalance) {
    const { D } = state.layout.problem;
    this.#state = state;
    this.#imbalance = imbalance;
    this.#gain = new Float64Array(D);
    this.#leader = new Float64Array(D);
    this.#follower = new Float64Array(D);
  }

  /** The trade of n that mends most for what it costs. */
  find(n: number): LeadTrade | undefined {
    const given = new Map<number, Lead[]>();
    const taken = new Map<number, Lead[]>();
    this.#gather(n, given, taken);
    let best: LeadTrade | undefined;
    let most = 1e-9;
    for (const [other, mine] of given) {
      const before = this.#imbalance.of(n) + this.#imbalance.of(other);
      if (before <= most) continue;
      for (const give of mine) {
        for (const take of taken.get(other) ?? []) {
          const mends = before - this.#after(n, other, give, take);
          if (mends <= most) continue;
          const value = mends / (1 + this.#cost(give, n, other) + this.#cost(take, other, n));
          if (value <= most || !this.#allows(give) || !this.#allows(take)) continue;
          most = value;
          best = { given: give, taken: take };
        }
      }
    }
    return best;
  }

  apply({ given, taken }: LeadTrade): void {
    this.#state.exchange(given.leader, given.follower);
    this.#state.exchange(taken.leader, taken.follower);
  }

  /** Leads of n that another node could take over, and those of others that n could, by the other node. */
  #gather(n: number, given: Map<number, Lead[]>, taken: Map<number, Lead[]>): void {
    const { head, next, node, layout } = this.#state;
    const { slotsFrom } = layout.problem;
    const isLeader = (s: number): boolean => layout.leads[this.#state.kindOf(s)] === 1;
    for (let s = head[n] as number; s !== NONE; s = next[s] as number) {
      const p = layout.partitionOf[s] as number;
      for (let t = slotsFrom[p] as number; t < (slotsFrom[p + 1] as number); t++) {
        const other = node[t] as number;
        if (t === s || other === NONE || isLeader(s) === isLeader(t)) continue;
        if (isLeader(s)) note(given, other, { leader: s, follower: t });
        else note(taken, other, { leader: t, follower: s });
      }
    }
  }

  /** How far both nodes are outside after the trade. */
  #after(n: number, other: number, given: Lead, taken: Lead): number {
    this.#gain.fill(0);
    this.#add(taken, 1);
    this.#add(given, -1);
    return this.#imbalance.with(n, this.#gain, 1) + this.#imbalance.with(other, this.#gain, -1);
  }

  /** What leading weighs more than following. */
  #add({ leader, follower }: Lead, sign: number): void {
    this.#state.amountOf(leader, this.#leader);
    this.#state.amountOf(follower, this.#follower);
    for (let d = 0; d < this.#gain.length; d++) {
      const more = (this.#leader[d] as number) - (this.#follower[d] as number);
      this.#gain[d] = (this.#gain[d] as number) + sign * more;
    }
  }

  #cost({ leader }: Lead, from: number, to: number): number {
    return handOverCost(this.#state, this.#state.layout.partitionOf[leader] as number, from, to);
  }

  #allows({ leader, follower }: Lead): boolean {
    return mayExchangeRoles(this.#state, leader, follower);
  }
}

function note(leads: Map<number, Lead[]>, node: number, lead: Lead): void {
  const known = leads.get(node);
  if (known === undefined) leads.set(node, [lead]);
  else if (known.length < TRIED) known.push(lead);
}
