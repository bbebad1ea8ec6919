import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Budget } from './budget.ts';
import { heaviestSlots } from './heaviest.ts';
import type { Imbalance } from './imbalance.ts';
import type { Ranges } from './ranges.ts';
import { isPinned, mayMoveTo, stoodOn } from './rules.ts';
import type { SolverState } from './state.ts';

/** A node that lacks this share of what is fair, over the dimensions, is filled with the heaviest replicas of all nodes. */
const LACKS_MUCH = 0.1;

/** What a replica counts less for a newcomer that could not lead its partition. */
const LEAD_TIGHT = 0.6;

/**
 * Fills nodes that lack much (new ones, above all) with as few replicas as can be: the heaviest there are, as far as they bring the
 * nodes into their ranges and take no other out of its own. Greedy by what a move mends; as that only gets less while the nodes fill, the candidates
 * wait in a heap by what they mended when last looked at, and only the first is looked at again.
 */
export function fillNewcomers(state: SolverState, ranges: Ranges, imbalance: Imbalance, budget: Budget): void {
  const { N, nodeState } = state.layout.problem;
  const newcomers: number[] = [];
  let lack = 0;
  for (let n = 0; n < N; n++) {
    if (nodeState[n] !== NODE_LIVE || imbalance.lack(n) < LACKS_MUCH) continue;
    newcomers.push(n);
    lack += imbalance.lack(n);
  }
  if (newcomers.length === 0) return;
  const heap = heaviestSlots(state, imbalance, newcomers, lack);
  const chooser = new NewcomerChooser(state, ranges, imbalance, newcomers);
  while (heap.size > 0 && budget.take()) {
    const s = heap.first;
    const mends = chooser.choose(s);
    if (mends <= 1e-9) heap.drop();
    else if (mends >= heap.second * (1 - 1e-9)) {
      chooser.take(s);
      heap.drop();
    } else heap.lower(mends);
  }
}

class NewcomerChooser {
  readonly #state: SolverState;
  readonly #ranges: Ranges;
  readonly #imbalance: Imbalance;
  readonly #newcomers: readonly number[];
  readonly #amount: Float64Array;
  /** [n] partitions led from there that newcomers got a replica of: so many leads are as good as given away. */
  readonly #promised: Int32Array;
  /** Where the last slot asked about should go. */
  target: number = NONE;

  constructor(state: SolverState, ranges: Ranges, imbalance: Imbalance, newcomers: readonly number[]) {
    this.#state = state;
    this.#ranges = ranges;
    this.#imbalance = imbalance;
    this.#newcomers = newcomers;
    this.#amount = new Float64Array(state.layout.problem.D);
    this.#promised = new Int32Array(state.layout.problem.N);
  }

  /** The most that moving the slot to a newcomer mends, with what need not be copied worth double. */
  choose(s: number): number {
    const state = this.#state;
    const p = state.layout.partitionOf[s] as number;
    const from = state.node[s] as number;
    if (isPinned(state, p, from)) return 0;
    state.amountOf(s, this.#amount);
    const outside = this.#imbalance.of(from);
    const left = outside - this.#imbalance.with(from, this.#amount, -1);
    let best = 0;
    for (const n of this.#newcomers) {
      const mends = left + this.#imbalance.of(n) - this.#imbalance.with(n, this.#amount, 1);
      if (mends <= best || !mayMoveTo(state, s, n)) continue;
      best = mends;
      this.target = n;
    }
    // A node that it takes out of its range will ask for another copy, one that it takes into it for one less.
    if (left < -1e-9) best /= 2;
    if (outside > 0 && left > outside - 1e-9) best *= 2;
    if (this.#isLeadTight(p)) best *= LEAD_TIGHT;
    return stoodOn(state, p, from) ? best : best * 2;
  }

  /** Moves the slot to the target it was chosen for. */
  take(s: number): void {
    const leader = this.#leaderOf(this.#state.layout.partitionOf[s] as number);
    if (leader !== NONE) this.#promised[leader] = (this.#promised[leader] as number) + 1;
    this.#state.move(s, this.target);
  }

  /** Whether who leads the partition has no lead left to give away: a newcomer full of such partitions would lead none. */
  #isLeadTight(p: number): boolean {
    const n = this.#leaderOf(p);
    if (n === NONE) return false;
    return (
      (this.#state.leaders[n] as number) - (this.#promised[n] as number) <= (this.#ranges.leastLeaders[n] as number)
    );
  }

  #leaderOf(p: number): number {
    const { slotsFrom } = this.#state.layout.problem;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      if (this.#state.layout.leads[this.#state.kindOf(s)] === 1) return this.#state.node[s] as number;
    }
    return NONE;
  }
}
