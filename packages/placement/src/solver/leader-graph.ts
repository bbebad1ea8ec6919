import { NODE_LIVE, NONE } from '../model/compiled.ts';
import { NO_ARC, type ShiftGraph } from './path-search.ts';
import { exchangeFits, isForbidden, isRolePinned, mayPlay } from './rules.ts';
import type { SolverState } from './state.ts';

/**
 * Which node may hand the lead of a partition to which other, that has a replica of it, and what that costs in leader changes: 1 if it
 * led before and could go on, -1 if the other did, 0 if the lead has to change anyway. Rows are made whenever they are asked for, from
 * the replicas on one node.
 *
 * It can be walked either way: forward a row holds the nodes that may take over from one, backward those that one may take over from. A row is
 * kept until a partition on the node has changed.
 */
export class LeaderGraph implements ShiftGraph {
  readonly #state: SolverState;
  readonly #backward: boolean;
  readonly #rows: (LeaderRow | undefined)[];
  /** [n] 1 where the row is up to date. */
  readonly #fresh: Uint8Array;

  constructor(state: SolverState, backward: boolean) {
    const { N } = state.layout.problem;
    this.#state = state;
    this.#backward = backward;
    this.#rows = Array.from({ length: N });
    this.#fresh = new Uint8Array(N);
  }

  row(node: number, _most: number): Int8Array {
    return this.#rowOf(node).costs;
  }

  /** The two slots of the arc in the direction it is walked that exchange their nodes. */
  pair(node: number, other: number): readonly [leader: number, follower: number] | undefined {
    const { costs, leader, follower } = this.#rowOf(node);
    if (costs[other] === NO_ARC) return undefined;
    return [leader[other] as number, follower[other] as number];
  }

  /** To be called after the lead of p was handed over. Only rows of nodes that hold p, or have more or fewer leads to weigh, can be different. */
  changed(p: number): void {
    const { slotsFrom } = this.#state.layout.problem;
    if (!this.#state.layout.rolesWeighAlike) this.#fresh.fill(0);
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const n = this.#state.node[s] as number;
      if (n !== NONE) this.#fresh[n] = 0;
    }
  }

  #rowOf(node: number): LeaderRow {
    const known = this.#rows[node];
    if (known !== undefined && this.#fresh[node] === 1) return known;
    const row = known ?? emptyRow(this.#state.layout.problem.N);
    this.#rows[node] = row;
    this.#fresh[node] = 1;
    const state = this.#state;
    const own = this.#backward ? 0 : 1;
    row.costs.fill(NO_ARC);
    for (let s = state.head[node] as number; s !== NONE; s = state.next[s] as number) {
      if (state.layout.leads[state.kindOf(s)] === own) this.#addShifts(s, own, row);
    }
    return row;
  }

  #addShifts(s: number, leads: number, row: LeaderRow): void {
    const { partitionOf, problem } = this.#state.layout;
    const { node } = this.#state;
    const p = partitionOf[s] as number;
    for (let t = problem.slotsFrom[p] as number; t < (problem.slotsFrom[p + 1] as number); t++) {
      const other = node[t] as number;
      const [leader, follower] = leads === 1 ? [s, t] : [t, s];
      if (other === NONE || this.#state.layout.leads[this.#state.kindOf(leader)] === 0) continue;
      const cost = handOverCost(this.#state, p, node[leader] as number, node[follower] as number);
      if (cost >= (row.costs[other] as number) || !mayHandOver(this.#state, leader, follower)) continue;
      row.costs[other] = cost;
      row.leader[other] = leader;
      row.follower[other] = follower;
    }
  }
}

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
