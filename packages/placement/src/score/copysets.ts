import type { SlotAssignment } from '../assignment.ts';
import { type CompiledProblem, NONE } from '../model/compiled.ts';

/** The distinct sets of nodes that hold all placed replicas of some partition, each with the number of its partitions. */
export class Copysets {
  readonly #problem: CompiledProblem;
  /** [s] the nodes of each partition ascending, NONE last. */
  readonly #sorted: Int32Array;
  /** Open addressing: a partition of the set, or NONE. Its length is a power of two. */
  readonly #table: Int32Array;
  /** [p] partitions that stand on the set of which `p` is in the table. */
  readonly #partitions: Int32Array;
  #distinct = 0;

  /** Reads an assignment. O(S log R). */
  constructor(problem: CompiledProblem, assignment: SlotAssignment) {
    this.#problem = problem;
    this.#sorted = assignment.node.slice();
    let size = 16;
    while (size < problem.P * 2) size *= 2;
    this.#table = new Int32Array(size).fill(NONE);
    this.#partitions = new Int32Array(problem.P);
    for (let p = 0; p < problem.P; p++) this.#add(p);
  }

  /** How many sets there are. */
  get distinct(): number {
    return this.#distinct;
  }

  /** How many partitions stand on exactly these nodes; NONE among them is not looked at. O(R log R). */
  partitionsOn(nodes: Int32Array): number {
    const sorted = sortedSet(nodes.slice());
    const end = placedIn(sorted, 0, sorted.length);
    const p = this.#table[this.#find(sorted, 0, end)] ?? NONE;
    return p === NONE || end === 0 ? 0 : (this.#partitions[p] ?? 0);
  }

  #add(p: number): void {
    const from = this.#problem.slotsFrom[p] ?? 0;
    const to = this.#problem.slotsFrom[p + 1] ?? 0;
    sortedSet(this.#sorted.subarray(from, to));
    const end = placedIn(this.#sorted, from, to);
    if (end === from) return;
    const at = this.#find(this.#sorted, from, end);
    let known = this.#table[at] ?? NONE;
    if (known === NONE) {
      this.#table[at] = p;
      this.#distinct++;
      known = p;
    }
    this.#partitions[known] = (this.#partitions[known] ?? 0) + 1;
  }

  /** Where the set `sorted[from .. end)` stands in the table, or would. */
  #find(sorted: Int32Array, from: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = from; i < end; i++) hash = Math.imul(hash ^ (sorted[i] ?? 0), 0x01000193) ^ (hash >>> 15);
    const mask = this.#table.length - 1;
    let at = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const p = this.#table[at] ?? NONE;
      if (p === NONE || this.#isSetOf(p, sorted, from, end)) return at;
      at = (at + 1) & mask;
    }
  }

  #isSetOf(p: number, sorted: Int32Array, from: number, end: number): boolean {
    const start = this.#problem.slotsFrom[p] ?? 0;
    const to = this.#problem.slotsFrom[p + 1] ?? 0;
    if (placedIn(this.#sorted, start, to) - start !== end - from) return false;
    for (let i = 0; i < end - from; i++) if (this.#sorted[start + i] !== sorted[from + i]) return false;
    return true;
  }
}

/** Ascending, NONE last: as unsigned numbers NONE is the largest. */
function sortedSet(nodes: Int32Array): Int32Array {
  if (nodes.length > 16) {
    new Uint32Array(nodes.buffer, nodes.byteOffset, nodes.length).sort();
    return nodes;
  }
  for (let i = 1; i < nodes.length; i++) {
    const n = nodes[i] ?? NONE;
    let at = i;
    while (at > 0 && (nodes[at - 1] ?? NONE) >>> 0 > n >>> 0) {
      nodes[at] = nodes[at - 1] ?? NONE;
      at--;
    }
    nodes[at] = n;
  }
  return nodes;
}

function placedIn(sorted: Int32Array, from: number, to: number): number {
  let end = to;
  while (end > from && sorted[end - 1] === NONE) end--;
  return end;
}
