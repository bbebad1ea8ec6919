import { NONE } from '../model/compiled.ts';
import type { Board } from './board.ts';

/** The slots of each partition that are free to stand elsewhere, those that weigh the same taken together as a kind. P partitions. */
export class SlotKinds {
  /** [p] first of its kinds; [P] their number. */
  readonly from: Int32Array;
  /** [kind] how many slots, one of them, and how far apart states are that differ by one of the kind. */
  readonly count: Int32Array;
  readonly slot: Int32Array;
  readonly stride: Int32Array;
  /** [p] numbers of slots of each kind that may have a place, all combinations. */
  readonly states: Int32Array;
  readonly mostKinds: number;
  readonly mostStates: number;
  /** [n * W + row] load of the slots that are not free, and the copies among them. */
  readonly fixedLoad: Float64Array;
  fixedCopies = 0;

  constructor(board: Board) {
    const { P, S, slotsFrom } = board.state.layout.problem;
    this.from = new Int32Array(P + 1);
    this.count = new Int32Array(S);
    this.slot = new Int32Array(S);
    this.stride = new Int32Array(S);
    this.states = new Int32Array(P);
    this.fixedLoad = new Float64Array(board.N * board.W);
    let mostKinds = 0;
    let mostStates = 1;
    for (let p = 0; p < P; p++) {
      this.#lay(board, p, slotsFrom[p] as number, slotsFrom[p + 1] as number);
      mostKinds = Math.max(mostKinds, (this.from[p + 1] as number) - (this.from[p] as number));
      mostStates = Math.max(mostStates, this.states[p] as number);
    }
    this.mostKinds = mostKinds;
    this.mostStates = mostStates;
  }

  #lay(board: Board, p: number, from: number, to: number): void {
    const first = this.from[p] as number;
    let end = first;
    for (let s = from; s < to; s++) {
      if (board.node[s] === NONE) continue;
      if (!board.isMovable(s)) {
        this.#fix(board, s);
        continue;
      }
      let kind = first;
      while (kind < end && !board.weighAlike(this.slot[kind] as number, s)) kind += 1;
      if (kind === end) {
        this.slot[kind] = s;
        end += 1;
      }
      this.count[kind] = (this.count[kind] as number) + 1;
    }
    this.from[p + 1] = end;
    let states = 1;
    for (let kind = first; kind < end; kind++) {
      this.stride[kind] = states;
      states *= (this.count[kind] as number) + 1;
    }
    this.states[p] = states;
  }

  #fix(board: Board, s: number): void {
    const at = (board.node[s] as number) * board.W;
    for (let row = 0; row < board.W; row++)
      this.fixedLoad[at + row] = (this.fixedLoad[at + row] as number) + (board.amount[s * board.W + row] as number);
    if (board.isCopy(s)) this.fixedCopies += 1;
  }
}
