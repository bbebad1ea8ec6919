import { UNLIMITED } from '../model/compile-nodes.ts';
import { type CompiledProblem, NODE_GONE, NONE } from '../model/compiled.ts';

/** Sums of the same weights in another order differ by less than this share of a limit. */
const ROUNDING = 2e-9;

/**
 * Room, as a plan takes and gives it. A room is what a node has in a dimension (n × D + d), its replicas (N × D + n), or its replicas of
 * a resource with a limit ((D + 1) × N + row × N + n).
 *
 * What is taken is taken from somewhere: from what was free at first, or from what certain earlier steps gave back. Who takes must
 * wait for these steps and for no others; then the room is never overdrawn, in whatever order steps are done that keeps to this.
 */
export class Rooms {
  readonly problem: CompiledProblem;
  /** [room] what is left; below 0 where more is taken than there is. Infinity where there is no limit. */
  readonly free: Float64Array;
  /** [k] row of the resource among those with a limit per node, or NONE. */
  readonly limitedRow: Int32Array;
  /** [room] of `free`, what no step had to give back. */
  readonly #slack: Float64Array;
  readonly #rounding: Float64Array;
  /** [room] first and last of what was given back and not taken yet. */
  readonly #head: Int32Array;
  readonly #tail: Int32Array;
  readonly #amount: number[] = [];
  readonly #step: number[] = [];
  readonly #next: number[] = [];

  constructor(problem: CompiledProblem) {
    const { N, D, K, maxPerNode } = problem;
    this.problem = problem;
    this.limitedRow = new Int32Array(K).fill(NONE);
    let rows = 0;
    for (let k = 0; k < K; k++) if (maxPerNode[k] !== UNLIMITED) this.limitedRow[k] = rows++;
    this.free = new Float64Array(N * (D + 1 + rows)).fill(Number.POSITIVE_INFINITY);
    this.#rounding = new Float64Array(this.free.length);
    this.#setLimits();
    this.#takePresent();
    this.#slack = this.free.map((free) => Math.max(free, 0));
    this.#head = new Int32Array(this.free.length).fill(NONE);
    this.#tail = new Int32Array(this.free.length).fill(NONE);
  }

  replicasRoom(n: number): number {
    return this.problem.N * this.problem.D + n;
  }

  /** The node that a room is on. */
  nodeOf(room: number): number {
    const { N, D } = this.problem;
    return room < N * D ? Math.floor(room / D) : (room - N * D) % N;
  }

  /** The room of a node for replicas of resource `k`, or NONE where that has no limit. */
  resourceRoom(k: number, n: number): number {
    const row = this.limitedRow[k] as number;
    return row === NONE ? NONE : this.problem.N * (this.problem.D + 1 + row) + n;
  }

  /** How much is lacking for `amount`: 0 where it fits. */
  shortage(room: number, amount: number): number {
    const lacking = amount - (this.free[room] as number);
    return lacking > (this.#rounding[room] as number) && amount > 0 ? lacking : 0;
  }

  /** Takes room; the steps that gave it are added to `after`. Returns how much was not there. */
  take(room: number, amount: number, after: number[]): number {
    const free = this.free[room] as number;
    if (free === Number.POSITIVE_INFINITY || amount <= 0) return 0;
    const short = this.shortage(room, amount);
    this.free[room] = free - amount;
    const slack = Math.min(amount, this.#slack[room] as number);
    this.#slack[room] = (this.#slack[room] as number) - slack;
    this.#takeGiven(room, amount - slack, after);
    return Math.min(short, amount);
  }

  /** Gives room back once `step` is done. What was overdrawn is made good first. */
  give(room: number, amount: number, step: number): void {
    const free = this.free[room] as number;
    if (free === Number.POSITIVE_INFINITY || amount <= 0) return;
    this.free[room] = free + amount;
    const usable = Math.min(amount, free + amount);
    if (usable <= 0) return;
    const chunk = this.#amount.length;
    this.#amount.push(usable);
    this.#step.push(step);
    this.#next.push(NONE);
    const last = this.#tail[room] as number;
    if (last === NONE) this.#head[room] = chunk;
    else this.#next[last] = chunk;
    this.#tail[room] = chunk;
  }

  #takeGiven(room: number, amount: number, after: number[]): void {
    let missing = amount;
    let chunk = this.#head[room] as number;
    while (missing > 0 && chunk !== NONE) {
      after.push(this.#step[chunk] as number);
      const there = this.#amount[chunk] as number;
      if (there > missing) {
        this.#amount[chunk] = there - missing;
        break;
      }
      missing -= there;
      chunk = this.#next[chunk] as number;
    }
    this.#head[room] = chunk;
    if (chunk === NONE) this.#tail[room] = NONE;
  }

  #setLimits(): void {
    const { N, D, K, capacity, maxReplicas, maxPerNode } = this.problem;
    for (let i = 0; i < N * D; i++) {
      this.free[i] = capacity[i] as number;
      if (capacity[i] !== Number.POSITIVE_INFINITY) this.#rounding[i] = (capacity[i] as number) * ROUNDING;
    }
    for (let n = 0; n < N; n++) {
      if (maxReplicas[n] !== UNLIMITED) this.free[this.replicasRoom(n)] = maxReplicas[n] as number;
      for (let k = 0; k < K; k++)
        if (this.limitedRow[k] !== NONE) this.free[this.resourceRoom(k, n)] = maxPerNode[k] as number;
    }
  }

  /** What stands today takes room, wherever it still is. */
  #takePresent(): void {
    const { P, D, currentFrom, currentNode, currentRole, resourceOf, roleLoad, weight, nodeState } = this.problem;
    for (let p = 0; p < P; p++) {
      const k = resourceOf[p] as number;
      const loads = roleLoad[k] as Float64Array;
      for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
        const n = currentNode[c] as number;
        if (nodeState[n] === NODE_GONE) continue;
        const role = currentRole[c] as number;
        for (let d = 0; d < D; d++)
          this.#lower(n * D + d, (weight[p * D + d] as number) * (loads[role * D + d] as number));
        this.#lower(this.replicasRoom(n), 1);
        const room = this.resourceRoom(k, n);
        if (room !== NONE) this.#lower(room, 1);
      }
    }
  }

  #lower(room: number, amount: number): void {
    this.free[room] = (this.free[room] as number) - amount;
  }
}
