import { type Board, MAY_TAKE, STOOD } from './board.ts';

/** What a copy may cost at the prices to be looked at, in copies: at their best they cost nothing. */
const DEAREST = 0.6;

/** Copies worth a look: a replica of a partition leaves a home, a node it stands on today, for another node. */
export class GoodCopies {
  /** Cheapest first: the partition, its home, where to, and what it costs at the prices. */
  readonly partition: Int32Array;
  readonly home: Int32Array;
  readonly to: Int32Array;
  readonly cost: Float64Array;
  /** [n] where those from n begin in `byHome` and `homeCost`, cheapest first: their positions, and their costs. */
  readonly homeFrom: Int32Array;
  readonly byHome: Int32Array;
  readonly homeCost: Float64Array;

  constructor(board: Board, price: Float64Array) {
    const found = copiesBelow(board, price, DEAREST);
    const order = Int32Array.from(found.cost, (_, i) => i);
    order.sort((a, b) => (found.cost[a] as number) - (found.cost[b] as number) || a - b);
    this.partition = order.map((i) => found.partition[i] as number);
    this.home = order.map((i) => found.home[i] as number);
    this.to = order.map((i) => found.to[i] as number);
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

interface FoundCopies {
  readonly partition: readonly number[];
  readonly home: readonly number[];
  readonly to: readonly number[];
  readonly cost: readonly number[];
}

/** In the role of the slot that stands at home, or of the partition's first where none does. O(P · R · N). */
function copiesBelow(board: Board, price: Float64Array, dearest: number): FoundCopies {
  const { N, W, place, amount, live } = board;
  const { P, slotsFrom, currentFrom, currentNode } = board.state.layout.problem;
  const found = { partition: [] as number[], home: [] as number[], to: [] as number[], cost: [] as number[] };
  for (let p = 0; p < P; p++) {
    for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
      const home = currentNode[c] as number;
      if (live[home] === 0 || slotsFrom[p] === slotsFrom[p + 1]) continue;
      const s = board.slotAt(p, home) ?? slotsFrom[p] ?? 0;
      for (let to = 0; to < N; to++) {
        if (((place[p * N + to] as number) & (MAY_TAKE | STOOD)) !== MAY_TAKE) continue;
        let cost = 1;
        for (let row = 0; row < W; row++)
          cost +=
            (amount[s * W + row] as number) * ((price[to * W + row] as number) - (price[home * W + row] as number));
        if (cost >= dearest) continue;
        found.partition.push(p);
        found.home.push(home);
        found.to.push(to);
        found.cost.push(cost);
      }
    }
  }
  return found;
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
