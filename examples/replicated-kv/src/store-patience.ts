import { isKeelsonError, type Runtime, retry } from '@keelson/runtime';

/**
 * Repeats a call to the store while that cannot be reached, until `signal` trips. A transition that runs while the store restarts
 * so waits for it; were it to fail instead, its replica would be in ERROR until an operator resets it.
 */
export function whileUnreachable<T>(runtime: Runtime, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  return retry(
    runtime,
    {
      attempts: Number.POSITIVE_INFINITY,
      baseMs: 20,
      capMs: 200,
      signal,
      retryIf: (error) => isKeelsonError(error) && error.retryable,
    },
    call,
  );
}
