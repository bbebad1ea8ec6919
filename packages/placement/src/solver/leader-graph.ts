import { NODE_LIVE, NONE } from '../model/compiled.ts';
import { NO_ARC, type ShiftGraph } from './path-search.ts';
import { exchangeFits, isForbidden, isRolePinned, mayPlay } from './rules.ts';
import type { SolverState } from './state.ts';

/**
 * Which node may hand the lead of a partition to which other, that has a replica of it, and what that costs in leader changes: 1 if it
 * led before and could go on, -1 if the other did, 0 if the lead has to change anyway. Rows are made whenever they are asked for, from
 * the replicas on one node.
 *
 * It can be walked either way: forward a row holds the nodes that may take over from one, backward those that one may take over from.
 */
export class LeaderGraph implements ShiftGraph {
  readonly #state: SolverState;
  readonly #backward: boolean;
  readonly #costs: Int8Array;
  /** [other] slot that leads, and slot of the replica that would. */
  readonly #leader: Int32Array;
  readonly #follower: Int32Array;

  constructor(state: SolverState, backward: boolean) {
    const { N } = state.layout.problem;
    this.#state = state;
    this.#backward = backward;
    this.#costs = new Int8Array(N);
    this.#leader = new Int32Array(N);
    this.#follower = new Int32Array(N);
  }

  row(node: number, _most: number): Int8Array {
    const state = this.#state;
    const own = this.#backward ? 0 : 1;
    this.#costs.fill(NO_ARC);
    for (let s = state.head[node] as number; s !== NONE; s = state.next[s] as number) {
      if (state.layout.leads[state.kindOf(s)] === own) this.#addShifts(s, own);
    }
    return this.#costs;
  }

  /** The two slots of the arc in the direction it is walked that exchange their nodes. */
  pair(node: number, other: number): readonly [leader: number, follower: number] | undefined {
    if (this.row(node, 1)[other] === NO_ARC) return undefined;
    return [this.#leader[other] as number, this.#follower[other] as number];
  }

  #addShifts(s: number, leads: number): void {
    const { partitionOf, problem } = this.#state.layout;
    const { node } = this.#state;
    const p = partitionOf[s] as number;
    for (let t = problem.slotsFrom[p] as number; t < (problem.slotsFrom[p + 1] as number); t++) {
      const other = node[t] as number;
      const [leader, follower] = leads === 1 ? [s, t] : [t, s];
      if (other === NONE || this.#state.layout.leads[this.#state.kindOf(leader)] === 0) continue;
      const cost = handOverCost(this.#state, p, node[leader] as number, node[follower] as number);
      if (cost >= (this.#costs[other] as number) || !mayHandOver(this.#state, leader, follower)) continue;
      this.#costs[other] = cost;
      this.#leader[other] = leader;
      this.#follower[other] = follower;
    }
  }
}

/** Whether slots s, which leads, and t of the same partition may exchange their nodes. */
export function mayHandOver(state: SolverState, s: number, t: number): boolean {
  const { layout, node } = state;
  const p = layout.partitionOf[s] as number;
  if (layout.leads[state.kindOf(t)] === 1 || !mayPlay(state, s, node[t] as number)) return false;
  if (isRolePinned(state, p, node[s] as number) || isRolePinned(state, p, node[t] as number)) return false;
  return exchangeFits(state, s, t);
}

/** Leader changes that handing p's lead from one node to another adds. */
export function handOverCost(state: SolverState, p: number, from: number, to: number): number {
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
