import type { CompiledProblem } from '../model/compiled.ts';
import { leastCost } from './knapsack.ts';
import type { NodeLimits } from './node-limits.ts';

/**
 * Bytes that have to be copied: those of all that is placed, less those of what stays. A node keeps a limited number of replicas, so
 * no more than the bytes of as many of its largest, and limited weight, so no more than a knapsack of that size holds. O(P + N).
 */
export function bytesBound({ P, bytes }: CompiledProblem, { bytesStaying }: NodeLimits, placedOf: Int32Array): number {
  let sum = 0;
  for (let p = 0; p < P; p++) sum += (placedOf[p] ?? 0) * (bytes[p] ?? 0);
  for (const staying of bytesStaying) sum -= staying;
  return Math.max(0, sum);
}

/**
 * Bytes that come with what has to be copied: `replicas` of them cost no less than as many of the smallest, and what nodes lack in a
 * dimension no less than the same weight of what has the fewest bytes for it. O(D · P log P), O(P) where all have the same bytes.
 */
export function enteringBytes(
  { D, P, bytes, slotsFrom }: CompiledProblem,
  { heaviest, lackingLoad }: NodeLimits,
  replicas: number,
): number {
  if (bytes.every((size) => size === bytes[0])) return replicas * (bytes[0] ?? 0);
  let times = 0;
  for (let p = 0; p < P; p++) times = Math.max(times, (slotsFrom[p + 1] ?? 0) - (slotsFrom[p] ?? 0));
  let most = leastCost(bytes, new Float64Array(P).fill(1), times, replicas);
  for (let d = 0; d < D; d++) {
    const lacking = lackingLoad[d] ?? 0;
    if (lacking === 0) continue;
    const gains = Float64Array.from({ length: P }, (_, p) => heaviest[p * D + d] ?? 0);
    most = Math.max(most, leastCost(bytes, gains, times, lacking));
  }
  return most;
}
