import type { CompiledProblem } from '../model/compiled.ts';
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
