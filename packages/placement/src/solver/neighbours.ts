import { NODE_LIVE } from '../model/compiled.ts';
import type { Imbalance } from './imbalance.ts';
import type { SolverState } from './state.ts';

/** Nodes looked at from all over the cluster, and from the same fault zone, which may be the only one open to a replica. */
const FROM_ALL = 10;
const FROM_ZONE = 5;

/**
 * For a node that is out of its range, the nodes most likely to help it: those that are emptiest (to take) or fullest (to give), in the
 * cluster and in its own zone. One look at all nodes, O(N · D).
 */
export class Neighbours {
  readonly #state: SolverState;
  readonly #fullness: Float64Array;
  readonly #imbalance: Imbalance;
  readonly #live: Int32Array;

  constructor(state: SolverState, imbalance: Imbalance) {
    const { N, nodeState } = state.layout.problem;
    this.#state = state;
    this.#imbalance = imbalance;
    this.#live = Int32Array.from(Array.from({ length: N }, (_, n) => n).filter((n) => nodeState[n] === NODE_LIVE));
    this.#fullness = new Float64Array(N);
    for (const n of this.#live) this.update(n);
  }

  /** After the node's load has changed. */
  update(n: number): void {
    this.#fullness[n] = this.#imbalance.fullness(n);
  }

  /** The emptiest nodes but `n`. */
  takersFor(n: number): number[] {
    return this.#nearest(n, 1);
  }

  /** The fullest nodes but `n`. */
  giversFor(n: number): number[] {
    return this.#nearest(n, -1);
  }

  #nearest(n: number, sign: number): number[] {
    const { zone } = this.#state.layout.problem;
    const all: number[] = [];
    const near: number[] = [];
    for (const other of this.#live) {
      if (other === n) continue;
      this.#insert(all, FROM_ALL, other, sign);
      if (zone[other] === zone[n]) this.#insert(near, FROM_ZONE, other, sign);
    }
    for (const other of near) if (!all.includes(other)) all.push(other);
    return all;
  }

  /** Keeps the `most` nodes of least `sign` times fullness, in that order. */
  #insert(list: number[], most: number, n: number, sign: number): void {
    const key = sign * (this.#fullness[n] as number);
    let at = list.length;
    if (at === most) {
      if (key >= sign * (this.#fullness[list[at - 1] as number] as number)) return;
      at -= 1;
    }
    while (at > 0 && key < sign * (this.#fullness[list[at - 1] as number] as number)) {
      list[at] = list[at - 1] as number;
      at -= 1;
    }
    list[at] = n;
  }
}
