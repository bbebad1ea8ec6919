import { NONE } from '../model/compiled.ts';
import type { Scale, Scales } from '../score/scales.ts';
import type { SolverState } from './state.ts';

/** Resources of fewer replicas than a quarter of the nodes have a fair share that none or one is within, wherever they stand. */
const FEW = 4;

/** How many replicas of each resource stand on each node, and how that compares with what would be even. */
export class ResourceCounts {
  readonly #state: SolverState;
  readonly #scales: Scales;
  /** By `k * N + n`: what is there. Dense where replicas are many enough to fill it. */
  readonly #counts: Int32Array | Map<number, number>;
  readonly #scaleOf: (Scale | undefined)[];
  /** [k] replicas, and one over the mean per node. */
  readonly #replicas: Int32Array;

  constructor(state: SolverState, scales: Scales) {
    const { N, K, S, resourceOf } = state.layout.problem;
    this.#state = state;
    this.#scales = scales;
    this.#scaleOf = Array.from({ length: K });
    this.#replicas = new Int32Array(K);
    this.#counts = K * N <= FEW * S + 1024 ? new Int32Array(K * N) : new Map();
    for (let s = 0; s < S; s++) {
      const n = state.node[s] as number;
      if (n === NONE) continue;
      const k = resourceOf[state.layout.partitionOf[s] as number] as number;
      this.#replicas[k] = (this.#replicas[k] as number) + 1;
      this.#add(k, n, 1);
    }
  }

  /** Replicas above the range of the node (positive) or below it (negative). */
  outside(k: number, n: number): number {
    return this.#outside(k, n, this.#count(k, n));
  }

  /** How full the node is of the resource, as a share of what would be even: to compare nodes with. */
  level(k: number, n: number): number {
    const fair = this.#scale(k)?.fair[n] ?? 1;
    return fair > 0 ? this.#count(k, n) / fair : Number.POSITIVE_INFINITY;
  }

  /** By how much the squares of what is outside fall, relative to the resource's mean, if a replica goes from one node to the other. */
  gain(k: number, from: number, to: number): number {
    const a = this.#count(k, from);
    const b = this.#count(k, to);
    const square = (n: number, count: number): number => this.#outside(k, n, count) ** 2;
    const mean = (this.#replicas[k] as number) / this.#state.layout.problem.N;
    return (square(from, a) + square(to, b) - square(from, a - 1) - square(to, b + 1)) / (mean * mean);
  }

  /** A replica has gone from one node to the other. */
  move(k: number, from: number, to: number): void {
    this.#add(k, from, -1);
    this.#add(k, to, 1);
  }

  #outside(k: number, n: number, count: number): number {
    const scale = this.#scale(k);
    const most = scale?.most[n] ?? 1;
    if (count > most) return count - most;
    return Math.min(0, count - (scale?.least[n] ?? 0));
  }

  #scale(k: number): Scale | undefined {
    if ((this.#replicas[k] as number) * FEW < this.#state.layout.problem.N) return undefined;
    this.#scaleOf[k] ??= this.#scales.ofResource(k);
    return this.#scaleOf[k];
  }

  #count(k: number, n: number): number {
    const at = k * this.#state.layout.problem.N + n;
    return (this.#counts instanceof Map ? this.#counts.get(at) : this.#counts[at]) ?? 0;
  }

  #add(k: number, n: number, by: number): void {
    const at = k * this.#state.layout.problem.N + n;
    const count = this.#count(k, n) + by;
    if (this.#counts instanceof Map) this.#counts.set(at, count);
    else this.#counts[at] = count;
  }
}
