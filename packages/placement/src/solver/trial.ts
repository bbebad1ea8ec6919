import { type Board, LED, STOOD } from './board.ts';

/** What a node that is outside its range counts besides how far it is, in copies. */
export const OUTSIDE_AT_ALL = 0.5;
/** Being twice as far outside counts more than twice: this much for a whole fair share. Where the ranges cannot be reached it keeps everybody near. */
const FAR = 10;
/** Nodes and slots that what is tried may touch at most: a slot that goes home, one that leaves, and two partitions that exchange roles. */
const MOST_TOUCHED = 8;
/** What adding up in another order may differ by, as a share of what is fair. */
const DUST = 1e-9;

/**
 * Moves on a board that are tried together: they are weighed, then they stay or everything is as it was. What counts is the copies, how far
 * nodes are outside their ranges, and what their loads are worth at the prices: that room to spare is worth something is what leads to the
 * next copy saved. N nodes, W rows of load.
 */
export class Trial {
  readonly #board: Board;
  readonly #price: Float64Array;
  readonly #leadChange: number;
  /** [n] what its load costs at the prices, and how far it is outside its range. */
  readonly #worth: Float64Array;
  readonly #out: Float64Array;
  /** The nodes touched, and their loads and counts before: [touch], [touch * W + row]. */
  readonly #touched: Int32Array = new Int32Array(MOST_TOUCHED);
  readonly #counts: Int32Array = new Int32Array(MOST_TOUCHED);
  readonly #loads: Float64Array;
  /** [n * W + row] what being outside by a whole fair share counts just now. */
  readonly #weight: Float64Array;
  #touches = 0;
  /** [move] the slots moved, and where they came from. */
  readonly moved: Int32Array = new Int32Array(MOST_TOUCHED);
  readonly #from: Int32Array = new Int32Array(MOST_TOUCHED);
  moves = 0;
  /** Of the board: copies with leader changes, how far nodes are outside together, and how many are. */
  cost: number;
  outside = 0;
  outsiders = 0;
  /** Of what is tried: the same; the last two once it has been weighed. */
  costChange = 0;
  outsideChange = 0;
  #crossings = 0;

  constructor(board: Board, price: Float64Array, leadChange: number) {
    this.#board = board;
    this.#price = price;
    this.#leadChange = leadChange;
    this.#worth = new Float64Array(board.N);
    this.#out = new Float64Array(board.N);
    this.#loads = new Float64Array(MOST_TOUCHED * board.W);
    this.#weight = board.weight.slice();
    this.cost = leadChange * board.leadsToKeep;
    for (let s = 0; s < board.node.length; s++) this.cost += this.#costOf(s);
    this.#lookAtAll();
  }

  begin(): void {
    this.#touches = 0;
    this.moves = 0;
    this.costChange = 0;
  }

  /** Moves the slot, if it may stand there. */
  move(s: number, n: number): boolean {
    if (!this.#board.mayStand(s, n)) return false;
    this.moveAnyway(s, n);
    return true;
  }

  /** Moves the slot without asking: where slots of one partition change places. */
  moveAnyway(s: number, n: number): void {
    const from = this.#board.node[s] as number;
    this.#touch(from);
    this.#touch(n);
    this.moved[this.moves] = s;
    this.#from[this.moves] = from;
    this.moves += 1;
    this.costChange -= this.#costOf(s);
    this.#board.move(s, n);
    this.costChange += this.#costOf(s);
  }

  /** What it costs at the prices if the slot goes to n, ranges left aside. */
  rise(s: number, n: number): number {
    const { W, N, amount, place, state, node } = this.#board;
    const at = (state.layout.partitionOf[s] as number) * N;
    const from = node[s] as number;
    const was = place[at + from] as number;
    const is = place[at + n] as number;
    let rise = ((was & STOOD) - (is & STOOD)) / STOOD;
    if (this.#leadChange > 0 && amount[s * W + W - 1] === 1)
      rise += (this.#leadChange * ((was & LED) - (is & LED))) / LED;
    for (let row = 0; row < W; row++) {
      const dearer = (this.#price[n * W + row] as number) - (this.#price[from * W + row] as number);
      rise += dearer * (amount[s * W + row] as number);
    }
    return rise;
  }

  /** What was tried costs, in copies, with so many of them for a whole fair share outside, and loads at so much of their prices. */
  weigh(outsidePrice: number, worthShare: number): number {
    let worth = 0;
    this.#crossings = 0;
    this.outsideChange = 0;
    for (let i = 0; i < this.#touches; i++) {
      const n = this.#touched[i] as number;
      const before = this.#out[n] as number;
      const after = this.#outsideOf(n);
      this.outsideChange += after - before;
      if (before > 0 !== after > 0) this.#crossings += after > 0 ? 1 : -1;
      worth += this.#worthOf(n) - (this.#worth[n] as number);
    }
    return this.costChange + outsidePrice * this.outsideChange + OUTSIDE_AT_ALL * this.#crossings + worthShare * worth;
  }

  /** Whether there is room for it: what is too full already may only get no fuller. */
  fits(): boolean {
    const { W, load, room, count, state } = this.#board;
    const { maxReplicas } = state.layout.problem;
    for (let i = 0; i < this.#touches; i++) {
      const n = this.#touched[i] as number;
      if ((count[n] as number) > Math.max(maxReplicas[n] as number, this.#counts[i] as number)) return false;
      for (let row = 0; row < W; row++) {
        const now = load[n * W + row] as number;
        if (now > (room[n * W + row] as number) && now > (this.#loads[i * W + row] as number)) return false;
      }
    }
    return true;
  }

  /** What was tried and weighed stays. */
  keep(): void {
    for (let i = 0; i < this.#touches; i++) {
      const n = this.#touched[i] as number;
      this.#worth[n] = this.#worthOf(n);
      this.#out[n] = this.#outsideOf(n);
    }
    this.cost += this.costChange;
    this.outside += this.outsideChange;
    this.outsiders += this.#crossings;
  }

  /** Everything is as it was in the beginning, loads to the last digit. */
  undo(): void {
    const { W, load } = this.#board;
    for (let i = this.moves - 1; i >= 0; i--) this.#board.move(this.moved[i] as number, this.#from[i] as number);
    for (let i = 0; i < this.#touches; i++) {
      const n = this.#touched[i] as number;
      for (let row = 0; row < W; row++) load[n * W + row] = this.#loads[i * W + row] as number;
    }
  }

  /** What is outside its range now counts so much more from here on: what stays outside for long becomes dearer than what else it takes. */
  harden(by: number): void {
    const { N, W, live } = this.#board;
    for (let n = 0; n < N; n++) {
      if (live[n] === 0) continue;
      for (let i = n * W; i < (n + 1) * W; i++)
        if (this.#outside(i) > DUST) this.#weight[i] = (this.#weight[i] as number) + by;
    }
    this.#lookAtAll();
  }

  /** Being outside counts as in the beginning. */
  soften(): void {
    this.#weight.set(this.#board.weight);
    this.#lookAtAll();
  }

  #lookAtAll(): void {
    this.outside = 0;
    this.outsiders = 0;
    for (let n = 0; n < this.#board.N; n++) {
      if (this.#board.live[n] === 0) continue;
      const outside = this.#outsideOf(n);
      this.#worth[n] = this.#worthOf(n);
      this.#out[n] = outside;
      this.outside += outside;
      if (outside > 0) this.outsiders += 1;
    }
  }

  #touch(n: number): void {
    for (let i = 0; i < this.#touches; i++) if (this.#touched[i] === n) return;
    const { W, load, count } = this.#board;
    const at = this.#touches * W;
    this.#touched[this.#touches] = n;
    this.#counts[this.#touches] = count[n] as number;
    for (let row = 0; row < W; row++) this.#loads[at + row] = load[n * W + row] as number;
    this.#touches += 1;
  }

  #costOf(s: number): number {
    const copy = this.#board.isCopy(s) ? 1 : 0;
    return this.#leadChange > 0 && this.#board.keepsLead(s) ? copy - this.#leadChange : copy;
  }

  #outsideOf(n: number): number {
    const { W } = this.#board;
    let sum = 0;
    for (let i = n * W; i < (n + 1) * W; i++) {
      const outside = this.#outside(i);
      if (outside > DUST) sum += (this.#weight[i] as number) * outside * (1 + FAR * outside);
    }
    return sum;
  }

  /** How far the load is outside its range, in fair shares; less than nothing inside. */
  #outside(i: number): number {
    const { load, least, most, scale } = this.#board;
    const now = load[i] as number;
    const above = now - (most[i] as number);
    return (above > 0 ? above : (least[i] as number) - now) * (scale[i] as number);
  }

  #worthOf(n: number): number {
    const { W, load } = this.#board;
    let sum = 0;
    for (let i = n * W; i < (n + 1) * W; i++) sum += (this.#price[i] as number) * (load[i] as number);
    return sum;
  }
}
