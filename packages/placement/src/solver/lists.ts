import { NONE } from '../model/compiled.ts';
import type { SolverState } from './state.ts';

/**
 * Puts the lists of all nodes that were touched into the order, the last slot first, in which keeping everything anew would leave them, and adds their loads up
 * in that order. Of a list, what was put on since stands before what was there, which is in order still. O(slots on these nodes).
 */
export function putInOrder(state: SolverState): void {
  const nodes = state.touchedNodes.sorted();
  for (const n of nodes) {
    const { list, length } = listOf(state, n);
    sortFront(list, length);
    link(state, n, list, length);
    if (!state.layout.sumsAreExact) addUp(state, n, list, length);
  }
  state.touchedNodes.clear();
}

/** The slots of one node, and what of them comes before others: reused from node to node. */
let scratch = new Int32Array(256);
let front = new Int32Array(64);

function listOf(state: SolverState, n: number): { readonly list: Int32Array; readonly length: number } {
  const count = state.count[n] as number;
  if (scratch.length < count) scratch = new Int32Array(2 * count);
  let length = 0;
  for (let s = state.head[n] as number; s !== NONE; s = state.next[s] as number) scratch[length++] = s;
  return { list: scratch, length };
}

/** Sorts downwards, given that all but some at the front are in order. */
function sortFront(list: Int32Array, length: number): void {
  let behind = 0;
  for (let i = 1; i < length; i++) if ((list[i - 1] as number) < (list[i] as number)) behind = i;
  // The last of the front may itself be in its place, or not.
  if (behind === 0) return;
  if (front.length < behind) front = new Int32Array(2 * behind);
  for (let i = 0; i < behind; i++) front[i] = -(list[i] as number);
  const coming = front.subarray(0, behind).sort();
  let at = 0;
  let from = behind;
  for (let i = 0; i < behind; ) {
    const s = -(coming[i] as number);
    if (from < length && (list[from] as number) > s) list[at++] = list[from++] as number;
    else {
      list[at++] = s;
      i += 1;
    }
  }
}

function link(state: SolverState, n: number, list: Int32Array, length: number): void {
  let before = NONE;
  for (let i = 0; i < length; i++) {
    const s = list[i] as number;
    state.previous[s] = before;
    if (before === NONE) state.head[n] = s;
    else state.next[before] = s;
    before = s;
  }
  if (before === NONE) state.head[n] = NONE;
  else state.next[before] = NONE;
}

function addUp(state: SolverState, n: number, list: Int32Array, length: number): void {
  const { problem, partitionOf, factor } = state.layout;
  const { D, weight } = problem;
  state.load.fill(0, n * D, (n + 1) * D);
  for (let i = length - 1; i >= 0; i--) {
    const s = list[i] as number;
    const p = partitionOf[s] as number;
    const kind = state.kindOf(s);
    for (let d = 0; d < D; d++) {
      const at = n * D + d;
      state.load[at] = (state.load[at] as number) + (weight[p * D + d] as number) * (factor[kind * D + d] as number);
    }
  }
}
