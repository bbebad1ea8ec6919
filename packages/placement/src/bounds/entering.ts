import type { CompiledProblem } from '../model/compiled.ts';
import { Heaviest } from './knapsack.ts';

/** What a node lacks of what it should carry at least, even if all that is there stays. */
export interface Lacking {
  /** [d] of load. */
  readonly load: Float64Array;
  /** Of replicas that it could lead: each lead takes one. */
  readonly leads: number;
}

/**
 * How many replicas the nodes have to take in at least, together, so that none lacks anything any more: each as many as it lacks to lead its part, and
 * so many that the heaviest of all replicas together weigh what it lacks. That holds in every dimension, and in every weighted sum of them: few replicas are
 * heavy in every dimension, so the sum in which each counts by what is lacking of it in all is mostly what proves most.
 *
 * `heaviest[p * D + d]` is what a replica of p weighs at most. O(D · P log P).
 */
export function enteringReplicas(
  { D, P }: Pick<CompiledProblem, 'D' | 'P'>,
  heaviest: Float64Array,
  lacking: readonly Lacking[],
): number {
  const totals = Float64Array.from({ length: D }, (_, d) => lacking.reduce((sum, { load }) => sum + (load[d] ?? 0), 0));
  const single = Array.from(totals, (_, d) => totals.map((total, other) => (other === d && total > 0 ? 1 : 0)));
  const together = totals.map((total) => (total > 0 ? 1 / total : 0));
  const needed = Int32Array.from(lacking, ({ leads }) => leads);
  for (const prices of D > 1 ? [...single, together] : single) {
    if (prices.every((price) => price === 0)) continue;
    const worth = (amounts: Float64Array, at: number): number => {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += (amounts[at + d] ?? 0) * (prices[d] ?? 0);
      return sum;
    };
    const sorted = new Heaviest(Float64Array.from({ length: P }, (_, p) => worth(heaviest, p * D)));
    for (const [i, { load }] of lacking.entries()) needed[i] = Math.max(needed[i] ?? 0, sorted.needed(worth(load, 0)));
  }
  return needed.reduce((sum, count) => sum + count, 0);
}
