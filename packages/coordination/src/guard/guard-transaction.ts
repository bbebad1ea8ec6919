import { KeelsonError } from '@keelson/runtime';
import type { Comparison, Transaction, TransactionResult } from '@keelson/store';

/**
 * `transaction` with the check that everything in `comparisons` still holds. The branch for failure reads the guarding entries
 * last, so that the answer tells a guard that is lost from a condition that is not met.
 */
export function guardTransaction(transaction: Transaction, comparisons: readonly Comparison[]): Transaction {
  const otherwise = transaction.else ?? [];
  if (otherwise.some(({ type }) => type !== 'get'))
    throw new KeelsonError('E_INVALID_ARGUMENT', 'The `else` of a guarded transaction may only read.');
  return {
    if: [...comparisons, ...(transaction.if ?? [])],
    then: transaction.then,
    else: [...otherwise, ...comparisons.map(({ path }) => ({ type: 'get', path }) as const)],
  };
}

/** The result as the caller's own transaction would have had it; `undefined` where the guard does not hold any more. */
export function readGuarded(
  result: TransactionResult,
  comparisons: readonly Comparison[],
): TransactionResult | undefined {
  if (result.succeeded) return result;
  const split = result.results.length - comparisons.length;
  const held = comparisons.every(({ createRevision }, index) => {
    const found = result.results[split + index];
    return found?.type === 'get' && found.entry?.createRevision === createRevision;
  });
  return held ? { ...result, results: result.results.slice(0, split) } : undefined;
}
