import { isKeelsonError, type Runtime, retry } from '@keelson/runtime';

/** Whether the reply to a write was lost, so that nobody knows what became of it. */
export const isUnknown = (error: unknown): boolean => isKeelsonError(error, 'E_OUTCOME_UNKNOWN');

/**
 * Does `work` until it succeeds, as long as its errors are such that the next attempt may; `signal` ends it. A lost reply counts
 * as worth an attempt only where `idempotent`: work that can be applied twice without harm.
 */
export function persist<T>(
  runtime: Runtime,
  signal: AbortSignal,
  work: () => Promise<T>,
  options: { readonly idempotent?: boolean } = {},
): Promise<T> {
  const retryIf = (error: unknown): boolean =>
    isKeelsonError(error) && (error.retryable || (options.idempotent === true && isUnknown(error)));
  const policy = { attempts: Number.POSITIVE_INFINITY, baseMs: 20, capMs: 500, signal, retryIf };
  return retry(runtime, policy, work);
}
