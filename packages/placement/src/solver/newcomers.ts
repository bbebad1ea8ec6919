import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Budget } from './budget.ts';
import { CandidateHeap, heaviestSlots } from './heaviest.ts';
import type { Imbalance } from './imbalance.ts';
import type { Ranges } from './ranges.ts';
import { isPinned, mayMoveTo, stoodOn } from './rules.ts';
import { SpareLeads } from './spare-leads.ts';
import type { SolverState } from './state.ts';

/** A node that lacks this share of what is fair, over the dimensions, is filled with the heaviest replicas of all nodes. */
const LACKS_MUCH = 0.1;

/** So many looked at again without one taken end it: for the little that many newcomers lack then, helping each by itself is quicker. */
const MOST_IN_VAIN = 5_000;

/** What a replica counts less for a newcomer that could not lead its partition. */
const LEAD_TIGHT = 0.6;

/**
 * Fills nodes that lack much (new ones, above all) with as few replicas as can be. First from nodes above their ranges, which have to give a replica
 * whatever is done: of each the one that fills most of those that bring it within its range by themselves. Then the heaviest there are, as far as they bring the
 * nodes into their ranges and take no other out of its own. Greedy by what a move mends; as that only gets less while the nodes fill, the candidates
 * wait in a heap by what they mended when last looked at, and only the first is looked at again.
 */
export function fillNewcomers(
  state: SolverState,
  ranges: Ranges,
  imbalance: Imbalance,
  newcomers: readonly number[],
  budget: Budget,
): void {
  if (newcomers.length === 0) return;
  const chooser = new NewcomerChooser(state, imbalance, new SpareLeads(state, ranges), newcomers);
  fillFromOverfull(state, imbalance, chooser, newcomers);
  const lack = newcomers.reduce((sum, n) => sum + imbalance.lack(n), 0);
  if (lack <= 1e-9) return;
  const heap = heaviestSlots(state, imbalance, newcomers, lack);
  for (let inVain = 0; heap.size > 0 && inVain < MOST_IN_VAIN && budget.take(); inVain++) {
    const s = heap.first;
    const mends = chooser.choose(s);
    if (mends <= 1e-9) heap.drop();
    else if (mends >= heap.second * (1 - 1e-9)) {
      chooser.take(s);
      heap.drop();
      inVain = 0;
    } else heap.lower(mends);
  }
}

/** The live nodes that lack much. */
export function newcomersAmong({ layout }: SolverState, imbalance: Imbalance): readonly number[] {
  const newcomers: number[] = [];
  for (const [n, is] of layout.problem.nodeState.entries())
    if (is === NODE_LIVE && imbalance.lack(n) >= LACKS_MUCH) newcomers.push(n);
  return newcomers;
}

/** Takes one replica from each node above its range for which one is enough, the one that fills most first. */
function fillFromOverfull(
  state: SolverState,
  imbalance: Imbalance,
  chooser: NewcomerChooser,
  newcomers: readonly number[],
): void {
  const { N, nodeState } = state.layout.problem;
  const isNew = new Set(newcomers);
  const givers: number[] = [];
  const values: number[] = [];
  const slots = new Map<number, number>();
  for (let n = 0; n < N; n++) {
    if (nodeState[n] !== NODE_LIVE || isNew.has(n) || imbalance.of(n) === 0) continue;
    const value = chooser.chooseFrom(n);
    if (value <= 1e-9) continue;
    givers.push(n);
    values.push(value);
    slots.set(n, chooser.slot);
  }
  // A heap by what each node's best fills; that only gets less, and is looked at again when it comes first.
  const heap = new CandidateHeap(Int32Array.from(givers), Float64Array.from(values));
  while (heap.size > 0) {
    const n = heap.first;
    const known = slots.get(n) ?? NONE;
    // What was best of the node is taken while it still comes first; only else is all of it looked at again.
    let value = chooser.fills(known, n, 0);
    if (value < heap.second * (1 - 1e-9)) value = chooser.chooseFrom(n);
    if (value <= 1e-9) heap.drop();
    else if (value >= heap.second * (1 - 1e-9)) {
      chooser.take(chooser.slot);
      heap.drop();
    } else {
      slots.set(n, chooser.slot);
      heap.lower(value);
    }
  }
}

class NewcomerChooser {
  readonly #state: SolverState;
  readonly #imbalance: Imbalance;
  readonly #spare: SpareLeads;
  /** Those that still lack load. */
  #newcomers: readonly number[];
  readonly #amount: Float64Array;
  /** [d] one over the fair share of the newcomer that has least of one: no replica fills more of any. */
  readonly #unit: Float64Array;
  /** Where the last slot asked about should go. */
  target: number = NONE;
  /** The slot that was chosen from the last node asked about. */
  slot: number = NONE;

  constructor(state: SolverState, imbalance: Imbalance, spare: SpareLeads, newcomers: readonly number[]) {
    this.#state = state;
    this.#imbalance = imbalance;
    this.#spare = spare;
    this.#newcomers = newcomers;
    this.#amount = new Float64Array(state.layout.problem.D);
    const { D } = state.layout.problem;
    this.#unit = new Float64Array(D);
    for (const n of newcomers) {
      for (let d = 0; d < D; d++)
        this.#unit[d] = Math.max(this.#unit[d] as number, imbalance.scale[n * D + d] as number);
    }
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
    const most = left + this.#weight() * (1 - 1e-9);
    let best = 0;
    for (const n of this.#newcomers) {
      const mends = left + this.#imbalance.of(n) - this.#imbalance.with(n, this.#amount, 1);
      if (mends <= best || !mayMoveTo(state, s, n)) continue;
      best = mends;
      this.target = n;
      if (mends >= most) break;
    }
    // A node that it takes out of its range will ask for another copy, one that it takes into it for one less.
    if (left < -1e-9) best /= 2;
    if (outside > 0 && left > outside - 1e-9) best *= 2;
    if (this.#spare.isTight(p)) best *= LEAD_TIGHT;
    return stoodOn(state, p, from) ? best : best * 2;
  }

  /** Of the replicas on a node above its range that bring it within when they leave, what the one that fills a newcomer most fills. */
  chooseFrom(from: number): number {
    const state = this.#state;
    let best = 0;
    let slot: number = NONE;
    let target: number = NONE;
    for (let s = state.head[from] as number; s !== NONE; s = state.next[s] as number) {
      const fills = this.fills(s, from, best);
      if (fills <= best) continue;
      best = fills;
      slot = s;
      target = this.target;
    }
    this.slot = slot;
    this.target = target;
    return best;
  }

  /** What a replica on a node above its range fills of the newcomer where it fills most, if it brings the node within; 0 where that is not more than `least`. */
  fills(s: number, from: number, least: number): number {
    const state = this.#state;
    state.amountOf(s, this.#amount);
    if (this.#weight() <= least || this.#imbalance.with(from, this.#amount, -1) > 0) return 0;
    const p = state.layout.partitionOf[s] as number;
    let best = least;
    for (const n of this.#newcomers) {
      let fills = this.#imbalance.of(n) - this.#imbalance.with(n, this.#amount, 1);
      if (fills > best && this.#spare.isTight(p)) fills *= LEAD_TIGHT;
      if (fills <= best || isPinned(state, p, from) || !mayMoveTo(state, s, n)) continue;
      best = fills;
      this.slot = s;
      this.target = n;
    }
    return best > least ? best : 0;
  }

  /** Moves the slot to the target it was chosen for. */
  take(s: number): void {
    const n = this.target;
    this.#state.move(s, n);
    this.#spare.promise(this.#state.layout.partitionOf[s] as number, n);
    if (this.#imbalance.lack(n) <= 1e-9) this.#newcomers = this.#newcomers.filter((one) => one !== n);
  }

  /** The most that the amount at hand can fill of any newcomer. */
  #weight(): number {
    let weight = 0;
    for (let d = 0; d < this.#amount.length; d++) weight += (this.#amount[d] as number) * (this.#unit[d] as number);
    return weight;
  }
}
