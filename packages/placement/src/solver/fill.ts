import { NONE } from '../model/compiled.ts';
import type { FairShares } from '../score/fair-shares.ts';
import { Shelf } from './shelf.ts';
import type { SolverState } from './state.ts';

/**
 * Gives every slot without a place the best one that is free. Classes that may stand on few nodes come first, the heaviest
 * partitions of each class before the light ones, which even out what those left uneven. What finds no room stays without a place.
 */
export function fillMissing(state: SolverState, fair: FairShares): void {
  if (state.homeless === 0) return;
  const { classes, problem } = state.layout;
  const missing = partitionsMissing(state);
  const order = classes.map((_, c) => c).sort((a, b) => takersOf(a) - takersOf(b) || a - b);
  for (const c of order) {
    const partitions = missing[c] ?? new Int32Array(0);
    if (partitions.length === 0) continue;
    const shelf = new Shelf(state, fair, c);
    for (const p of heaviestFirst(partitions, shelf.weights, problem.unweighted)) {
      for (let s = problem.slotsFrom[p] as number; s < (problem.slotsFrom[p + 1] as number); s++) {
        if (state.node[s] === NONE) shelf.put(s);
      }
    }
  }

  function takersOf(c: number): number {
    return classes[c]?.takers.length ?? 0;
  }
}

/** By class, the partitions that lack a replica. */
function partitionsMissing(state: SolverState): Int32Array[] {
  const { problem, classOf, classes } = state.layout;
  const counts = new Int32Array(classes.length);
  const lacking = state.touched.sorted().filter((p) => {
    const isLacking = state.node.subarray(problem.slotsFrom[p], problem.slotsFrom[p + 1]).includes(NONE);
    if (isLacking) counts[classAt(p)] = (counts[classAt(p)] as number) + 1;
    return isLacking;
  });
  const lists = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (const p of lacking) {
    const c = classAt(p);
    const at = counts[c] as number;
    (lists[c] as Int32Array)[at] = p;
    counts[c] = at + 1;
  }
  return lists;

  function classAt(p: number): number {
    return classOf[problem.resourceOf[p] as number] as number;
  }
}

/** Steps of an eighth of a power of two: near enough to the order by weight, and sorted in two passes. */
const BUCKETS = 512;

/** The partitions by descending weight, to within 1/8; equal ones by index. `weights(p)` is the share of the fair load of a node. */
function heaviestFirst(partitions: Int32Array, weights: (p: number) => number, alike: boolean): Int32Array {
  if (alike) return partitions;
  const bucket = new Uint16Array(partitions.length);
  const from = new Int32Array(BUCKETS + 1);
  for (let i = 0; i < partitions.length; i++) {
    const at = bucketOf(weights(partitions[i] as number));
    bucket[i] = at;
    from[at + 1] = (from[at + 1] as number) + 1;
  }
  for (let b = 0; b < BUCKETS; b++) from[b + 1] = (from[b + 1] as number) + (from[b] as number);
  const sorted = new Int32Array(partitions.length);
  for (let i = 0; i < partitions.length; i++) {
    const b = bucket[i] as number;
    sorted[from[b] as number] = partitions[i] as number;
    from[b] = (from[b] as number) + 1;
  }
  return sorted;
}

const bits = new DataView(new ArrayBuffer(8));

/** The exponent and the first three bits of the fraction, from 2^8 down to 2^-56: the heaviest in bucket 0. */
function bucketOf(weight: number): number {
  bits.setFloat64(0, weight);
  const step = (bits.getUint32(0) >>> 17) - ((1023 - 56) << 3);
  return BUCKETS - 1 - Math.max(0, Math.min(BUCKETS - 1, step));
}
