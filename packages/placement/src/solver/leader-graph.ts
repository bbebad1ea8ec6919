import { NODE_LIVE, NONE } from '../model/compiled.ts';
import { NO_ARC, type ShiftGraph } from './path-search.ts';
import { exchangeFits, isForbidden, isRolePinned, mayPlay } from './rules.ts';
import type { SolverState } from './state.ts';

/**
 * Which node may hand the lead of a partition to which other, that has a replica of it, and what that costs in leader changes: 1 if it
 * led before and could go on, -1 if the other did, 0 if the lead has to change anyway. Few partitions lead on a node, so rows are
 * made whenever they are asked for.
 */
export class LeaderGraph implements ShiftGraph {
  readonly #state: SolverState;
  readonly #costs: Int8Array;
  /** [to] slot that leads, and slot of the replica that would. */
  readonly #leader: Int32Array;
  readonly #follower: Int32Array;

  constructor(state: SolverState) {
    const { N } = state.layout.problem;
    this.#state = state;
    this.#costs = new Int8Array(N);
    this.#leader = new Int32Array(N);
    this.#follower = new Int32Array(N);
  }

  row(from: number, _most: number): Int8Array {
    const state = this.#state;
    this.#costs.fill(NO_ARC);
    for (let s = state.head[from] as number; s !== NONE; s = state.next[s] as number) {
      if (state.layout.leads[state.kindOf(s)] === 1) this.#addShifts(s, from);
    }
    return this.#costs;
  }

  /** The two slots of the arc that exchange their nodes. */
  pair(from: number, to: number): readonly [leader: number, follower: number] | undefined {
    if (this.row(from, 1)[to] === NO_ARC) return undefined;
    return [this.#leader[to] as number, this.#follower[to] as number];
  }

  #addShifts(s: number, from: number): void {
    const { partitionOf, problem } = this.#state.layout;
    const p = partitionOf[s] as number;
    for (let t = problem.slotsFrom[p] as number; t < (problem.slotsFrom[p + 1] as number); t++) {
      const to = this.#state.node[t] as number;
      if (to === NONE || !mayHandOver(this.#state, s, t)) continue;
      const cost = handOverCost(this.#state, p, from, to);
      if (cost >= (this.#costs[to] as number)) continue;
      this.#costs[to] = cost;
      this.#leader[to] = s;
      this.#follower[to] = t;
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
