import { NODE_LIVE, NONE } from '../model/compiled.ts';
import { NO_ARC, type ShiftGraph } from './path-search.ts';
import { exchangeFits, isForbidden, isRolePinned, mayPlay } from './rules.ts';
import type { SolverState } from './state.ts';
import type { TouchedSlots } from './touched-slots.ts';

/** What is known of a row: its arcs cheaper than 1, or all. */
const CHEAP_ONLY = 1;
const COMPLETE = 2;

/**
 * Which node may hand the lead of a partition to which other, that has a replica of it, and what that costs in leader changes: 1 if it
 * led before and could go on, -1 if the other did, 0 if the lead has to change anyway. Rows are made whenever they are asked for, from
 * the replicas on one node; arcs cheaper than 1 are those of partitions that were touched, which are few.
 *
 * It can be walked either way: forward a row holds the nodes that may take over from one, backward those that one may take over from. A row is
 * kept until the arc of a partition that it names is gone.
 */
export class LeaderGraph implements ShiftGraph {
  readonly #state: SolverState;
  readonly #backward: boolean;
  readonly #rows: (LeaderRow | undefined)[];
  /** [n] what is known of the row: 0, CHEAP_ONLY or COMPLETE. */
  readonly #known: Uint8Array;
  readonly #touched: TouchedSlots;

  constructor(state: SolverState, backward: boolean, touched: TouchedSlots) {
    const { N } = state.layout.problem;
    this.#state = state;
    this.#backward = backward;
    this.#touched = touched;
    this.#rows = Array.from({ length: N });
    this.#known = new Uint8Array(N);
  }

  row(node: number, most: number): Int8Array {
    return this.#rowOf(node, most < 1 ? CHEAP_ONLY : COMPLETE).costs;
  }

  /** The two slots of the arc in the direction it is walked that exchange their nodes, as of the last `row`. */
  pair(node: number, other: number): LeaderPair | undefined {
    const row = this.#rows[node];
    if (row === undefined || this.#known[node] === 0 || row.costs[other] === NO_ARC) return undefined;
    return [row.leader[other] as number, row.follower[other] as number];
  }

  /** Who gives and who takes the lead when the arc between two nodes is walked. */
  ends(node: number, other: number): readonly [from: number, to: number] {
    return this.#backward ? [other, node] : [node, other];
  }

  /** To be called after a lead of p was handed over. Only rows of nodes that hold p, or have more or fewer leads to weigh, can be different. */
  changed(p: number): void {
    const { slotsFrom } = this.#state.layout.problem;
    if (!this.#state.layout.rolesWeighAlike) this.#known.fill(0);
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const n = this.#state.node[s] as number;
      const row = n === NONE || this.#known[n] === 0 ? undefined : this.#rows[n];
      if (row === undefined) continue;
      // What is new about p may be better than what is known; what it was named for may be gone.
      if (this.#names(row, p)) this.#known[n] = 0;
      else this.#addShifts(s, row);
    }
  }

  /** Whether any arc of the row is one of partition p. */
  #names(row: LeaderRow, p: number): boolean {
    const { problem, partitionOf } = this.#state.layout;
    for (let t = problem.slotsFrom[p] as number; t < (problem.slotsFrom[p + 1] as number); t++) {
      const other = this.#state.node[t] as number;
      if (other === NONE || row.costs[other] === NO_ARC) continue;
      if (partitionOf[row.leader[other] as number] === p) return true;
    }
    return false;
  }

  #rowOf(node: number, wanted: number): LeaderRow {
    const known = this.#rows[node];
    if (known !== undefined && (this.#known[node] as number) >= wanted) return known;
    const state = this.#state;
    const row = known ?? emptyRow(state.layout.problem.N);
    const some = wanted === CHEAP_ONLY ? this.#touched.on(node) : undefined;
    this.#rows[node] = row;
    this.#known[node] = some === undefined ? COMPLETE : CHEAP_ONLY;
    row.costs.fill(NO_ARC);
    if (some !== undefined) for (const s of some) this.#addShifts(s, row);
    else for (let s = state.head[node] as number; s !== NONE; s = state.next[s] as number) this.#addShifts(s, row);
    return row;
  }

  /** The arcs of the slot, if it is one that leads (forward), or one that does not. */
  #addShifts(s: number, row: LeaderRow): void {
    const { partitionOf, problem, leads } = this.#state.layout;
    const { node } = this.#state;
    const isLeader = leads[this.#state.kindOf(s)] === 1;
    if (isLeader === this.#backward) return;
    const p = partitionOf[s] as number;
    for (let t = problem.slotsFrom[p] as number; t < (problem.slotsFrom[p + 1] as number); t++) {
      const other = node[t] as number;
      const leader = isLeader ? s : t;
      const follower = isLeader ? t : s;
      if (other === NONE || leads[this.#state.kindOf(leader)] === 0) continue;
      const cost = handOverCost(this.#state, p, node[leader] as number, node[follower] as number);
      if (cost >= (row.costs[other] as number) || !mayHandOver(this.#state, leader, follower)) continue;
      row.costs[other] = cost;
      row.leader[other] = leader;
      row.follower[other] = follower;
    }
  }
}

/** A slot that leads and one of the same partition that would instead. */
export type LeaderPair = readonly [leader: number, follower: number];

/** [other] what it costs, the slot that leads, and that of the replica that would. */
interface LeaderRow {
  readonly costs: Int8Array;
  readonly leader: Int32Array;
  readonly follower: Int32Array;
}

function emptyRow(nodes: number): LeaderRow {
  return { costs: new Int8Array(nodes), leader: new Int32Array(nodes), follower: new Int32Array(nodes) };
}

/** Whether slots s, which leads, and t of the same partition may exchange their nodes. */
export function mayHandOver(state: SolverState, s: number, t: number): boolean {
  const { layout, node } = state;
  const p = layout.partitionOf[s] as number;
  if (layout.leads[state.kindOf(t)] === 1 || !mayPlay(state, s, node[t] as number)) return false;
  if (isRolePinned(state, p, node[s] as number) || isRolePinned(state, p, node[t] as number)) return false;
  return exchangeFits(state, s, t);
}

/** Leader changes that handing p's lead from one node, which has it, to another, which has not, adds. */
export function handOverCost(state: SolverState, p: number, from: number, to: number): number {
  // Who leads what stands as it does today could go on, and nobody else led it.
  if (!state.touched.has(p)) return 1;
  return (couldGoOn(state, p, from) ? 1 : 0) - (couldGoOn(state, p, to) ? 1 : 0);
}

/** Whether n leads p today and could go on doing so. */
export function couldGoOn(state: SolverState, p: number, n: number): boolean {
  const { problem, kindsFrom, leads } = state.layout;
  const { currentFrom, currentNode, currentRole, resourceOf, nodeState, isEligible } = problem;
  const k = resourceOf[p] as number;
  for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
    if (currentNode[c] !== n) continue;
    if (leads[(kindsFrom[k] as number) + (currentRole[c] as number)] === 0 || nodeState[n] !== NODE_LIVE) return false;
    return isEligible[k]?.[n] === 1 && !isForbidden(state, p, n);
  }
  return false;
}
