import { NONE } from '../model/compiled.ts';
import type { Scale, Scales } from '../score/scales.ts';
import type { SolverState } from './state.ts';

/** Resources of fewer replicas than a quarter of the nodes have a fair share that none or one is within, wherever they stand. */
const FEW = 4;

/** How many replicas of each resource stand on each node, and how that compares with what would be even. */
export class ResourceCounts {
  readonly #state: SolverState;
  readonly #scales: Scales;
  /** By `k * N + n`: what is there. Dense where replicas are many enough to fill it, else by what there is. */
  readonly #dense: Int32Array | undefined;
  readonly #sparse = new Map<number, number>();
  readonly #scaleOf: (Scale | undefined)[];
  /** [k] replicas that stand anywhere. */
  readonly #replicas: Int32Array;

  constructor(state: SolverState, scales: Scales) {
    const { N, K, S } = state.layout.problem;
    this.#state = state;
    this.#scales = scales;
    this.#scaleOf = Array.from({ length: K });
    this.#replicas = new Int32Array(K);
    this.#dense = K * N <= FEW * S + 1024 ? new Int32Array(K * N) : undefined;
    for (let k = 0; k < K; k++) this.#countAll(k);
  }

  /** One run over the slots of a resource, which stand together. */
  #countAll(k: number): void {
    const { N, partitionsFrom, slotsFrom } = this.#state.layout.problem;
    const { node } = this.#state;
    const end = slotsFrom[partitionsFrom[k + 1] as number] as number;
    let replicas = 0;
    for (let s = slotsFrom[partitionsFrom[k] as number] as number; s < end; s++) {
      const n = node[s] as number;
      if (n === NONE) continue;
      replicas += 1;
      if (this.#dense === undefined) this.#add(k, n, 1);
      else this.#dense[k * N + n] = (this.#dense[k * N + n] as number) + 1;
    }
    this.#replicas[k] = replicas;
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
    const mean = (this.#replicas[k] as number) / this.#state.layout.problem.N;
    const before = this.#square(k, from, a) + this.#square(k, to, b);
    return (before - this.#square(k, from, a - 1) - this.#square(k, to, b + 1)) / (mean * mean);
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

  #square(k: number, n: number, count: number): number {
    const outside = this.#outside(k, n, count);
    return outside * outside;
  }

  #scale(k: number): Scale | undefined {
    if ((this.#replicas[k] as number) * FEW < this.#state.layout.problem.N) return undefined;
    this.#scaleOf[k] ??= this.#scales.ofResource(k);
    return this.#scaleOf[k];
  }

  #count(k: number, n: number): number {
    const at = k * this.#state.layout.problem.N + n;
    return this.#dense === undefined ? (this.#sparse.get(at) ?? 0) : (this.#dense[at] as number);
  }

  #add(k: number, n: number, by: number): void {
    const at = k * this.#state.layout.problem.N + n;
    const count = this.#count(k, n) + by;
    if (this.#dense === undefined) this.#sparse.set(at, count);
    else this.#dense[at] = count;
  }
}
