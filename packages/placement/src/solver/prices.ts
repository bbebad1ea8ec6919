import type { Board } from './board.ts';
import { PricedPlaces } from './priced-places.ts';

/** Prices of load, and what they prove. */
export interface Prices {
  /** [n * W + row] copies that one unit less would be worth: above 0 where a node has too much, below where it has too little. */
  readonly price: Float64Array;
  /** No answer within the ranges costs less: copies, and `leadChange` for every leader that changes. */
  readonly bound: number;
}

/** How many steps, and how far prices move at first and in the end, in copies for the load of a whole node. */
const STEPS = 60;
const FIRST_STRIDE = 10;
const LAST_STRIDE = 0.1;
/** Memory of slopes and of their squares: Adam's rule, which suits prices of very different sizes. */
const SLOPE_MEMORY = 0.9;
const SQUARE_MEMORY = 0.98;

/**
 * The Lagrangian dual of the problem. Every node has a price for each row of load. At given prices each partition chooses its cheapest places by
 * itself, and what all of them cost together, less what the ranges are worth, is below the cost of any answer within the ranges. The highest
 * such bound is sought by subgradient steps; the prices it is reached at tell what a replica in each place is worth.
 */
export function findPrices(board: Board, leadChange: number): Prices {
  return new Ascent(board, leadChange).run();
}

class Ascent {
  readonly #board: Board;
  readonly #places: PricedPlaces;
  /** [n * W + row] prices per load, the same per load of a whole node, and one over that load. */
  readonly #price: Float64Array;
  readonly #scaled: Float64Array;
  readonly #perNode: Float64Array;
  readonly #chosen: Float64Array;
  readonly #slope: Float64Array;
  readonly #square: Float64Array;

  constructor(board: Board, leadChange: number) {
    const size = board.N * board.W;
    this.#board = board;
    this.#places = new PricedPlaces(board, leadChange);
    this.#price = new Float64Array(size);
    this.#scaled = new Float64Array(size);
    this.#perNode = perNodeOf(board);
    this.#chosen = new Float64Array(size);
    this.#slope = new Float64Array(size);
    this.#square = new Float64Array(size);
  }

  run(): Prices {
    const best = { price: this.#price.slice(), bound: Number.NEGATIVE_INFINITY };
    const shrink = shrinking(LAST_STRIDE / FIRST_STRIDE, STEPS);
    let stride = FIRST_STRIDE;
    let slopeLeft = 1;
    let squareLeft = 1;
    for (let step = 0; step < STEPS; step++) {
      const value = this.#places.choose(this.#price, this.#chosen) - this.#worthOfRanges();
      if (value > best.bound) {
        best.bound = value;
        best.price.set(this.#price);
      }
      slopeLeft *= SLOPE_MEMORY;
      squareLeft *= SQUARE_MEMORY;
      this.#climb(stride / (1 - slopeLeft), 1 - squareLeft);
      stride *= shrink;
    }
    return best;
  }

  #worthOfRanges(): number {
    const { least, most } = this.#board;
    let worth = 0;
    for (let i = 0; i < this.#price.length; i++) {
      const price = this.#price[i] as number;
      if (price !== 0) worth += price * ((price > 0 ? most[i] : least[i]) as number);
    }
    return worth;
  }

  #climb(stride: number, squareShare: number): void {
    for (let i = 0; i < this.#price.length; i++) {
      const perNode = this.#perNode[i] as number;
      if (perNode === 0) continue;
      const slope = this.#slopeAt(i) * perNode;
      const mean = SLOPE_MEMORY * (this.#slope[i] as number) + (1 - SLOPE_MEMORY) * slope;
      const square = SQUARE_MEMORY * (this.#square[i] as number) + (1 - SQUARE_MEMORY) * slope * slope;
      this.#slope[i] = mean;
      this.#square[i] = square;
      const old = this.#scaled[i] as number;
      const next = old + (stride * mean) / (Math.sqrt(square / squareShare) + 1e-7);
      // A price passes through 0 rather than jump from one end's slope to the other's.
      this.#scaled[i] = old * next < 0 ? 0 : next;
      this.#price[i] = (this.#scaled[i] as number) * perNode;
    }
  }

  /** How the value grows with the price. At price 0 both ends of the range may pull; inside it neither does. */
  #slopeAt(i: number): number {
    const load = this.#chosen[i] as number;
    const above = load - (this.#board.most[i] as number);
    const below = load - (this.#board.least[i] as number);
    const price = this.#price[i] as number;
    if (price > 0) return above;
    if (price < 0) return below;
    return Math.max(0, above) + Math.min(0, below);
  }
}

/** [n * W + row] one over the most that a node of the row should carry; 0 where nothing is asked. */
function perNodeOf({ N, W, live, most }: Board): Float64Array {
  const perNode = new Float64Array(N * W);
  for (let row = 0; row < W; row++) {
    let largest = 0;
    for (let n = 0; n < N; n++) if (live[n] === 1) largest = Math.max(largest, most[n * W + row] as number);
    for (let n = 0; n < N; n++) if (live[n] === 1 && largest > 0) perNode[n * W + row] = 1 / largest;
  }
  return perNode;
}

/** The factor that makes `whole` of 1 in so many steps; a root without functions that differ between machines. */
function shrinking(whole: number, steps: number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    let power = 1;
    for (let step = 0; step < steps; step++) power *= middle;
    if (power < whole) low = middle;
    else high = middle;
  }
  return high;
}
