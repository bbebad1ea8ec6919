import { NONE } from '../model/compiled.ts';
import { type Board, MAY_TAKE, STOOD } from './board.ts';

/** What a copy may cost at the prices to be looked at, in copies: at their best they cost nothing. */
const DEAREST = 0.6;

/** Copies worth a look: a replica of a partition leaves a home, a node it stands on today, for another node. */
export class GoodCopies {
  /** Cheapest first: the partition, its home, where to, and what it costs at the prices. */
  readonly partition: Int32Array;
  readonly home: Int32Array;
  readonly to: Int32Array;
  /** The node that hands its lead to the copy, or NONE. */
  readonly lead: Int32Array;
  readonly cost: Float64Array;
  /** [n] where those from n begin in `byHome` and `homeCost`, cheapest first: their positions, and their costs. */
  readonly homeFrom: Int32Array;
  readonly byHome: Int32Array;
  readonly homeCost: Float64Array;

  constructor(board: Board, price: Float64Array, leadChange: number) {
    const found = new Search(board, price, leadChange).run();
    const order = Int32Array.from(found.cost, (_, i) => i);
    order.sort((a, b) => (found.cost[a] as number) - (found.cost[b] as number) || a - b);
    this.partition = order.map((i) => found.partition[i] as number);
    this.home = order.map((i) => found.home[i] as number);
    this.to = order.map((i) => found.to[i] as number);
    this.lead = order.map((i) => found.lead[i] as number);
    this.cost = Float64Array.from(order, (i) => found.cost[i] as number);
    this.homeFrom = new Int32Array(board.N + 1);
    for (const home of this.home) this.homeFrom[home + 1] = (this.homeFrom[home + 1] as number) + 1;
    for (let n = 0; n < board.N; n++)
      this.homeFrom[n + 1] = (this.homeFrom[n + 1] as number) + (this.homeFrom[n] as number);
    const next = this.homeFrom.slice();
    this.byHome = new Int32Array(order.length);
    this.homeCost = new Float64Array(order.length);
    this.home.forEach((home, i) => {
      const at = next[home] as number;
      this.byHome[at] = i;
      this.homeCost[at] = this.cost[i] as number;
      next[home] = at + 1;
    });
  }

  /** How many, of all, cost no more than this. */
  cheaperThan(most: number): number {
    return countUpTo(this.cost, 0, this.cost.length, most);
  }

  /** How many of those from a node. */
  cheaperFrom(home: number, most: number): number {
    return countUpTo(this.homeCost, this.homeFrom[home] as number, this.homeFrom[home + 1] as number, most);
  }
}

/** Goes through all copies there are in the first place. O(P · R · N). */
class Search {
  readonly #board: Board;
  readonly #price: Float64Array;
  readonly #leadChange: number;
  readonly partition: number[] = [];
  readonly home: number[] = [];
  readonly to: number[] = [];
  readonly lead: number[] = [];
  readonly cost: number[] = [];

  constructor(board: Board, price: Float64Array, leadChange: number) {
    this.#board = board;
    this.#price = price;
    this.#leadChange = leadChange;
  }

  run(): Search {
    const { live } = this.#board;
    const { P, slotsFrom, currentFrom, currentNode } = this.#board.state.layout.problem;
    for (let p = 0; p < P; p++) {
      if (slotsFrom[p] === slotsFrom[p + 1]) continue;
      const leader = this.#leadChange > 0 ? this.#leaderOf(p) : NONE;
      for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
        const home = currentNode[c] as number;
        if (live[home] === 1) this.#from(p, home, leader);
      }
    }
    return this;
  }

  /** The slot that leads p, where it stands where p is led today and may give that up. */
  #leaderOf(p: number): number {
    const { slotsFrom } = this.#board.state.layout.problem;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++)
      if (this.#board.keepsLead(s) && this.#board.isMovable(s)) return s;
    return NONE;
  }

  /** In the role of the slot that stands at home, or of the partition's first where none does; and in that of the leader, who follows then. */
  #from(p: number, home: number, leader: number): void {
    const { N, place, node, state } = this.#board;
    const s = this.#board.slotAt(p, home) ?? state.layout.problem.slotsFrom[p] ?? 0;
    const takesLead = leader !== NONE && leader !== s && !this.#board.weighAlike(s, leader);
    const own = leader === s ? 1 + this.#leadChange : 1;
    for (let to = 0; to < N; to++) {
      if (((place[p * N + to] as number) & (MAY_TAKE | STOOD)) !== MAY_TAKE) continue;
      const cost = own + this.#worth(s, to) - this.#worth(s, home);
      this.#add(p, home, to, NONE, cost);
      if (!takesLead) continue;
      const from = node[leader] as number;
      const handed = this.#worth(leader, to) - this.#worth(leader, from) + this.#worth(s, from) - this.#worth(s, home);
      this.#add(p, home, to, from, 1 + this.#leadChange + handed);
    }
  }

  #add(p: number, home: number, to: number, lead: number, cost: number): void {
    if (cost >= DEAREST) return;
    this.partition.push(p);
    this.home.push(home);
    this.to.push(to);
    this.lead.push(lead);
    this.cost.push(cost);
  }

  /** What the slot's load costs on n. */
  #worth(s: number, n: number): number {
    const { W, amount } = this.#board;
    let worth = 0;
    for (let row = 0; row < W; row++) worth += (this.#price[n * W + row] as number) * (amount[s * W + row] as number);
    return worth;
  }
}

/** How many of the ascending values from one position to before another are no more than this. */
function countUpTo(values: Float64Array, from: number, to: number, most: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) <= most) low = middle + 1;
    else high = middle;
  }
  return low - from;
}
