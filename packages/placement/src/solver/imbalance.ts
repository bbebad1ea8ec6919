import { NODE_LIVE } from '../model/compiled.ts';
import type { FairShares } from '../score/fair-shares.ts';
import type { Ranges } from './ranges.ts';
import type { SolverState } from './state.ts';

/**
 * How far nodes are outside their ranges: summed over the dimensions, as shares of what is fair on average. What lies inside counts nothing, so
 * that nothing is moved for it. The same load counts the same on every node: were it a share of the node's own, what is lacking would be pushed on to the
 * nodes of the largest shares, and a cluster that cannot be within its ranges would be far from them there.
 */
export class Imbalance {
  readonly #state: SolverState;
  readonly #least: Float64Array;
  readonly #most: Float64Array;
  /** [n * D + d] one over the fair share. */
  readonly scale: Float64Array;
  /** [n * D + d] the fair share as a part of the mean one: so much more of the same load it takes to be outside by the same share. */
  readonly weight: Float64Array;

  constructor(state: SolverState, ranges: Ranges, fair: FairShares) {
    const { N, D, nodeState } = state.layout.problem;
    this.#state = state;
    this.#least = ranges.least;
    this.#most = ranges.most;
    this.scale = new Float64Array(N * D);
    this.weight = new Float64Array(N * D).fill(1);
    for (let d = 0; d < D; d++) {
      let sum = 0;
      for (let n = 0; n < N; n++) sum += fair.load[n * D + d] as number;
      for (let n = 0; n < N; n++) {
        if (nodeState[n] !== NODE_LIVE) continue;
        const share = fair.load[n * D + d] as number;
        this.scale[n * D + d] = share > 0 ? 1 / share : sum > 0 ? N / sum : 0;
        if (share > 0) this.weight[n * D + d] = (share * N) / sum;
      }
    }
  }

  /** Of a node as it is. */
  of(n: number): number {
    const D = this.#state.layout.problem.D;
    let sum = 0;
    for (let i = n * D; i < (n + 1) * D; i++) sum += this.#outside(i, this.#state.load[i] as number);
    return sum;
  }

  /** Of a node that carried `sign` times the amount more. */
  with(n: number, amount: Float64Array, sign: number): number {
    const D = this.#state.layout.problem.D;
    let sum = 0;
    for (let d = 0; d < D; d++) {
      const i = n * D + d;
      sum += this.#outside(i, (this.#state.load[i] as number) + sign * (amount[d] as number));
    }
    return sum;
  }

  /** How much a node lacks of its least load, over the dimensions. */
  lack(n: number): number {
    const D = this.#state.layout.problem.D;
    let sum = 0;
    for (let i = n * D; i < (n + 1) * D; i++) {
      const lack = (this.#least[i] as number) - (this.#state.load[i] as number);
      if (lack > 0) sum += lack * (this.scale[i] as number);
    }
    return sum;
  }

  /** How full a node is: its loads as shares of what is fair, summed. */
  fullness(n: number): number {
    const D = this.#state.layout.problem.D;
    let sum = 0;
    for (let i = n * D; i < (n + 1) * D; i++) sum += (this.#state.load[i] as number) * (this.scale[i] as number);
    return sum;
  }

  /** [d] one over the fair share, on average over these nodes. */
  meanScale(nodes: readonly number[]): Float64Array {
    const D = this.#state.layout.problem.D;
    const mean = new Float64Array(D);
    for (const n of nodes) {
      for (let d = 0; d < D; d++) mean[d] = (mean[d] as number) + (this.scale[n * D + d] as number) / nodes.length;
    }
    return mean;
  }

  #outside(i: number, load: number): number {
    const above = load - (this.#most[i] as number);
    const outside = above > 0 ? above : (this.#least[i] as number) - load;
    const share = outside * (this.scale[i] as number);
    return share > DUST ? share * (this.weight[i] as number) : 0;
  }
}

/** What adding up in another order may differ by. */
const DUST = 1e-10;
