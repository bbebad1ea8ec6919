import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Budget } from './budget.ts';
import { PathSearch } from './path-search.ts';
import { ReplicaGraph } from './replica-graph.ts';
import { RoomMaker } from './room-maker.ts';
import { isPinned, mayMoveTo, mayPlay, mayTake, zoneAllows } from './rules.ts';
import type { SolverState } from './state.ts';

/**
 * Places what found no room as things stood, by making others move up. Where only numbers are limited: along a cheapest path of replicas, each
 * of which takes the place of the next, to a node with room. Where weights are in the way: by exchanges that gather the room left on many
 * nodes on one. What still finds none stays without a place.
 */
export function squeezeIn(state: SolverState, budget: Budget): void {
  if (state.homeless === 0) return;
  const { S } = state.layout.problem;
  const chains = new Chains(state);
  for (let s = 0; s < S && state.homeless > 0; s++) {
    if (state.node[s] === NONE && budget.take()) chains.place(s);
  }
  if (state.homeless === 0 || state.layout.problem.unweighted) return;
  const maker = new RoomMaker(state, budget);
  for (const s of maker.lightestFirst()) {
    if (budget.exhausted) return;
    maker.place(s);
  }
}

/** Slots in a row that no node is open to, after which the others are not tried: the cluster is full. */
const MOST_CLOSED = 256;

/** Places what has found no room so far on nodes that others have left meanwhile. What is pinned somewhere waits for its place. */
export function placeInOpen(state: SolverState): void {
  const { problem, partitionOf } = state.layout;
  let closed = 0;
  for (let s = 0; s < problem.S && state.homeless > 0 && closed < MOST_CLOSED; s++) {
    const p = partitionOf[s] as number;
    if (state.node[s] !== NONE || problem.pinnedFrom[p] !== problem.pinnedFrom[p + 1]) continue;
    closed += 1;
    for (let n = 0; n < problem.N && state.node[s] === NONE; n++) {
      if (!mayPlay(state, s, n) || !mayMoveTo(state, s, n)) continue;
      state.place(s, n);
      closed = 0;
    }
  }
}

/** Where the slot might stand if there were room. */
export function mayStandWithRoom(state: SolverState, s: number, n: number): boolean {
  const p = state.layout.partitionOf[s] as number;
  return mayTake(state, p, n) && mayPlay(state, s, n) && zoneAllows(state, p, n, s);
}

class Chains {
  readonly #state: SolverState;
  readonly #graph: ReplicaGraph;
  readonly #search: PathSearch;

  constructor(state: SolverState) {
    this.#state = state;
    this.#graph = new ReplicaGraph(state);
    this.#search = new PathSearch(state.layout.problem.N);
  }

  place(s: number): boolean {
    const state = this.#state;
    const { N, nodeState, maxReplicas } = state.layout.problem;
    const sources: number[] = [];
    for (let n = 0; n < N; n++) {
      if (!mayStandWithRoom(state, s, n)) continue;
      if (mayMoveTo(state, s, n)) {
        state.place(s, n);
        this.#graph.moved(state.layout.partitionOf[s] as number, n, n);
        return true;
      }
      sources.push(n);
    }
    const isSource = new Set(sources);
    const hasRoom = (n: number): boolean =>
      nodeState[n] === NODE_LIVE && !isSource.has(n) && (state.count[n] as number) < (maxReplicas[n] as number);
    const path = this.#search.find(this.#graph, sources, hasRoom, { enough: 0, most: NEVER });
    return path !== undefined && this.#moveUp(s, path);
  }

  /** The last replica first; should one not fit after all, those that have moved go back. */
  #moveUp(s: number, path: readonly number[]): boolean {
    const state = this.#state;
    const done: { slot: number; from: number }[] = [];
    for (let i = path.length - 1; i > 0; i--) {
      const from = path[i - 1] as number;
      const to = path[i] as number;
      const slot = this.#graph.slot(from, to);
      if (slot === NONE || state.node[slot] !== from || isPinned(state, this.#partition(slot), from)) break;
      if (!mayMoveTo(state, slot, to)) break;
      state.move(slot, to);
      done.push({ slot, from });
    }
    const first = path[0] as number;
    const fits = done.length === path.length - 1 && mayPlay(state, s, first) && mayMoveTo(state, s, first);
    if (fits) state.place(s, first);
    else for (const { slot, from } of done.toReversed()) state.move(slot, from);
    for (const n of path) this.#graph.moved(this.#partition(s), n, n);
    for (const { slot } of done) this.#graph.moved(this.#partition(slot), first, first);
    return fits;
  }

  #partition(s: number): number {
    return this.#state.layout.partitionOf[s] as number;
  }
}

const NEVER = Number.MAX_VALUE;
