import { isKeelsonError, onAbort, type Runtime } from '@keelson/runtime';

/** How a call went: `ok`, or the code of its error. */
export const outcomeOf = (error: unknown): string => (isKeelsonError(error) ? error.code : 'E_INTERNAL');

/** Runs `work` and tells how it went and how long it took, in milliseconds, before its caller learns. */
export async function observed<T>(
  runtime: Pick<Runtime, 'clock'>,
  work: () => Promise<T>,
  tell: (outcome: string, tookMs: number) => void,
): Promise<T> {
  const startedMs = runtime.clock.monotonicMs();
  let outcome = 'ok';
  try {
    return await work();
  } catch (error) {
    outcome = outcomeOf(error);
    throw error;
  } finally {
    tell(outcome, runtime.clock.monotonicMs() - startedMs);
  }
}

/** Tells once how long something was held, in milliseconds, and why it ended: a code, `E_CLOSED` where it was given back. */
export function observeEnd(
  runtime: Pick<Runtime, 'clock'>,
  lost: AbortSignal,
  tell: (code: string, heldMs: number) => void,
): void {
  const sinceMs = runtime.clock.monotonicMs();
  onAbort(lost, (tripped) => tell(outcomeOf(tripped.reason), runtime.clock.monotonicMs() - sinceMs));
}
