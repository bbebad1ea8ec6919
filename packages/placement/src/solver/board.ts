import { NODE_LIVE, NONE } from '../model/compiled.ts';
import { boardRows } from './board-rows.ts';
import type { Chance } from './chance.ts';
import type { Imbalance } from './imbalance.ts';
import { couldGoOn } from './leader-graph.ts';
import type { Ranges } from './ranges.ts';
import { isPinned, mayTake, ownZoneRule, stoodOn } from './rules.ts';
import type { SolverState } from './state.ts';

/** What a node is to a partition, bits of `Board.place`. The node may be given a replica of it. */
export const MAY_TAKE = 1;
/** A replica of it stands there today. */
export const STOOD = 2;
/** A replica of it there is pinned. */
export const PINNED = 4;
/** The node leads it today and could go on. */
export const LED = 8;

/**
 * What stands where, laid flat for searches that try a million moves: everything a move asks about is one lookup. N nodes, P partitions, S
 * slots, W rows of load: the dimensions and, where roles weigh differently, the number of leaders, since a lead is then a load too.
 */
export class Board {
  readonly state: SolverState;
  readonly N: number;
  readonly W: number;
  /** [s] node, or NONE. */
  readonly node: Int32Array;
  /** [s * W + row] what the slot adds to a node. */
  readonly amount: Float64Array;
  /** [n * W + row] load, its range, the room there is, and one over what is fair. */
  readonly load: Float64Array;
  readonly least: Float64Array;
  readonly most: Float64Array;
  readonly room: Float64Array;
  readonly scale: Float64Array;
  /** [n * W + row] what being outside by a whole fair share counts. */
  readonly weight: Float64Array;
  /** [p * N + n] MAY_TAKE | STOOD | PINNED | LED */
  readonly place: Uint8Array;
  /** [n] 1 where live: slots elsewhere stay. */
  readonly live: Uint8Array;
  /** [p] most replicas in one fault zone, and in how many zones so many. */
  readonly zoneLimit: Int32Array;
  readonly zonesAtLimit: Int32Array;
  /** Leaders of today that could go on. */
  readonly leadsToKeep: number;
  /** [n] replicas. */
  readonly count: Int32Array;
  readonly #perResource: Int32Array;

  constructor(state: SolverState, ranges: Ranges, imbalance: Imbalance) {
    const { N, P, nodeState } = state.layout.problem;
    const rows = boardRows(state, ranges, imbalance);
    this.state = state;
    this.N = N;
    this.W = rows.W;
    this.node = state.node.slice();
    this.amount = rows.amount;
    this.load = rows.load;
    this.least = rows.least;
    this.most = rows.most;
    this.room = rows.room;
    this.scale = rows.scale;
    this.weight = rows.weight;
    this.place = new Uint8Array(P * N);
    this.live = Uint8Array.from(nodeState, (is) => (is === NODE_LIVE ? 1 : 0));
    this.zoneLimit = new Int32Array(P);
    this.zonesAtLimit = new Int32Array(P);
    this.count = state.count.slice();
    this.#perResource = state.perResource.slice();
    let leads = 0;
    for (let p = 0; p < P; p++) leads += this.#layPartition(p);
    this.leadsToKeep = leads;
  }

  #layPartition(p: number): number {
    const { state } = this;
    const { zoneLimit, zonesAtLimit, problem, anyHeld } = state.layout;
    const k = problem.resourceOf[p] as number;
    const isSpecial = problem.forbiddenFrom[p] !== problem.forbiddenFrom[p + 1] || anyHeld;
    const rule = isSpecial
      ? ownZoneRule(state, p)
      : { limit: zoneLimit[k] as number, zonesAtLimit: zonesAtLimit[k] as number };
    this.zoneLimit[p] = rule.limit;
    this.zonesAtLimit[p] = rule.zonesAtLimit;
    let leads = 0;
    for (let n = 0; n < this.N; n++) {
      let is = mayTake(state, p, n) ? MAY_TAKE : 0;
      if (stoodOn(state, p, n)) is |= STOOD;
      if (isPinned(state, p, n)) is |= PINNED;
      if ((is & STOOD) !== 0 && couldGoOn(state, p, n)) {
        is |= LED;
        leads += 1;
      }
      this.place[p * this.N + n] = is;
    }
    return leads;
  }

  /** Whether the slot may be taken from where it stands at all. */
  isMovable(s: number): boolean {
    const n = this.node[s] as number;
    if (n === NONE || this.live[n] === 0) return false;
    return ((this.place[(this.state.layout.partitionOf[s] as number) * this.N + n] as number) & PINNED) === 0;
  }

  /** Whether two slots weigh the same. */
  weighAlike(s: number, t: number): boolean {
    const { W, amount } = this;
    for (let row = 0; row < W; row++) if (amount[s * W + row] !== amount[t * W + row]) return false;
    return true;
  }

  /** Any slot of the same partition, drawn by lot. */
  slotBeside(s: number, chance: Chance): number {
    const { partitionOf, problem } = this.state.layout;
    const p = partitionOf[s] as number;
    const first = problem.slotsFrom[p] as number;
    return first + chance.below((problem.slotsFrom[p + 1] as number) - first);
  }

  /** The slot of p that stands on n. */
  slotAt(p: number, n: number): number | undefined {
    const { slotsFrom } = this.state.layout.problem;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) if (this.node[s] === n) return s;
    return undefined;
  }

  /** Whether the slot stands where none of its partition stands today. */
  isCopy(s: number): boolean {
    const n = this.node[s] as number;
    if (n === NONE) return false;
    return ((this.place[(this.state.layout.partitionOf[s] as number) * this.N + n] as number) & STOOD) === 0;
  }

  /** Whether the slot leads where its partition is led today. */
  keepsLead(s: number): boolean {
    const n = this.node[s] as number;
    if (n === NONE || this.state.layout.leads[this.state.kindOf(s)] === 0) return false;
    return ((this.place[(this.state.layout.partitionOf[s] as number) * this.N + n] as number) & LED) !== 0;
  }

  /** Whether slot s, which may be taken away, may stand on n as everything stands; whether there is room is another question. */
  mayStand(s: number, n: number): boolean {
    const { partitionOf, problem, limitedRow } = this.state.layout;
    const p = partitionOf[s] as number;
    if (((this.place[p * this.N + n] as number) & MAY_TAKE) === 0) return false;
    const k = problem.resourceOf[p] as number;
    const row = limitedRow[k] as number;
    if (row !== NONE && (this.#perResource[row * this.N + n] as number) >= (problem.maxPerNode[k] as number))
      return false;
    return this.#zoneAllows(p, n, s);
  }

  #zoneAllows(p: number, n: number, leaving: number): boolean {
    const { zone, slotsFrom } = this.state.layout.problem;
    const target = zone[n] as number;
    const limit = this.zoneLimit[p] as number;
    let beside = 0;
    for (let t = slotsFrom[p] as number; t < (slotsFrom[p + 1] as number); t++) {
      const other = this.node[t] as number;
      if (other === NONE || t === leaving) continue;
      if (other === n) return false;
      if (zone[other] === target) beside += 1;
    }
    if (beside + 1 < limit || limit === 1) return beside < limit;
    return beside < limit && this.#zonesHolding(p, limit, leaving) < (this.zonesAtLimit[p] as number);
  }

  /** Zones that hold `limit` replicas of p or more, not counting slot `leaving`: each is counted at its `limit`-th slot. */
  #zonesHolding(p: number, limit: number, leaving: number): number {
    const { zone, slotsFrom } = this.state.layout.problem;
    const from = slotsFrom[p] as number;
    let zones = 0;
    for (let t = from; t < (slotsFrom[p + 1] as number); t++) {
      const other = this.node[t] as number;
      if (other === NONE || t === leaving) continue;
      let upTo = 1;
      for (let u = from; u < t; u++) {
        const before = this.node[u] as number;
        if (before !== NONE && u !== leaving && zone[before] === zone[other]) upTo += 1;
      }
      if (upTo === limit) zones += 1;
    }
    return zones;
  }

  /** Takes the slot, which stands somewhere, to n. */
  move(s: number, n: number): void {
    const { partitionOf, problem, limitedRow } = this.state.layout;
    const from = this.node[s] as number;
    const { W } = this;
    for (let row = 0; row < W; row++) {
      const amount = this.amount[s * W + row] as number;
      this.load[from * W + row] = (this.load[from * W + row] as number) - amount;
      this.load[n * W + row] = (this.load[n * W + row] as number) + amount;
    }
    this.count[from] = (this.count[from] as number) - 1;
    this.count[n] = (this.count[n] as number) + 1;
    this.node[s] = n;
    const limited = limitedRow[problem.resourceOf[partitionOf[s] as number] as number] as number;
    if (limited === NONE) return;
    const counters = limited * this.N;
    this.#perResource[counters + from] = (this.#perResource[counters + from] as number) - 1;
    this.#perResource[counters + n] = (this.#perResource[counters + n] as number) + 1;
  }

  /** Makes the solver's state what `node` says: [s] as in `Board.node`. */
  adopt(node: Int32Array): void {
    const { state } = this;
    for (let s = 0; s < node.length; s++) if (state.node[s] !== NONE && state.node[s] !== node[s]) state.remove(s);
    for (let s = 0; s < node.length; s++) if (state.node[s] !== node[s]) state.place(s, node[s] as number);
  }
}
