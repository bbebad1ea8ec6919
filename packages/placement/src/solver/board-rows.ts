import { NODE_LIVE } from '../model/compiled.ts';
import type { Imbalance } from './imbalance.ts';
import type { Ranges } from './ranges.ts';
import type { SolverState } from './state.ts';

/** What a leader outside its range counts beside load: leaders were within before, and are to stay so. */
const LEADERS = 4;

/** Loads in rows: the dimensions and, where roles weigh differently, the number of leaders. W rows. */
export interface BoardRows {
  readonly W: number;
  /** [s * W + row] what the slot adds to a node. */
  readonly amount: Float64Array;
  /** [n * W + row] load, its range, the room there is, and one over what is fair. */
  readonly load: Float64Array;
  readonly least: Float64Array;
  readonly most: Float64Array;
  readonly room: Float64Array;
  readonly scale: Float64Array;
  /** [n * W + row] what being outside by a whole fair share counts. */
  readonly weight: Float64Array;
}

/** Lays out the rows of what stands. */
export function boardRows(state: SolverState, ranges: Ranges, { scale, weight }: Imbalance): BoardRows {
  const { N, D, S } = state.layout.problem;
  const W = state.layout.rolesWeighAlike ? D : D + 1;
  const rows: BoardRows = {
    W,
    amount: new Float64Array(S * W),
    load: new Float64Array(N * W),
    least: new Float64Array(N * W),
    most: new Float64Array(N * W).fill(Number.POSITIVE_INFINITY),
    room: new Float64Array(N * W).fill(Number.POSITIVE_INFINITY),
    scale: new Float64Array(N * W),
    weight: new Float64Array(N * W).fill(1),
  };
  layAmounts(state, rows);
  for (let n = 0; n < N; n++) {
    for (let d = 0; d < D; d++) {
      const i = n * W + d;
      const from = n * D + d;
      rows.load[i] = state.load[from] as number;
      rows.least[i] = ranges.least[from] as number;
      rows.most[i] = ranges.most[from] as number;
      rows.room[i] = state.layout.room[from] as number;
      rows.scale[i] = scale[from] as number;
      rows.weight[i] = weight[from] as number;
    }
    if (W > D) layLeaders(state, ranges, rows, n);
  }
  return rows;
}

function layAmounts(state: SolverState, { W, amount }: BoardRows): void {
  const { D, S } = state.layout.problem;
  const own = new Float64Array(D);
  for (let s = 0; s < S; s++) {
    state.amountOf(s, own);
    amount.set(own, s * W);
    if (W > D) amount[s * W + D] = state.layout.leads[state.kindOf(s)] as number;
  }
}

function layLeaders(state: SolverState, ranges: Ranges, rows: BoardRows, n: number): void {
  const { D, nodeState } = state.layout.problem;
  const i = n * rows.W + D;
  const least = ranges.leastLeaders[n] as number;
  const most = ranges.mostLeaders[n] as number;
  rows.load[i] = state.leaders[n] as number;
  rows.least[i] = least;
  rows.most[i] = most;
  rows.scale[i] = nodeState[n] === NODE_LIVE ? (LEADERS * 2) / Math.max(2, least + most) : 0;
}
