import { KeelsonError, type Runtime, sleep, systemRuntime } from '@keelson/runtime';

/** The runtime of tests with real processes. */
export const testRuntime: Runtime = systemRuntime();

/** How long and how often `eventually` asks. */
export interface EventuallyOptions {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** Pause between two questions, in milliseconds. Default 25. */
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks `question` until it answers without throwing and with something other than `undefined` and `false`; gives that answer.
 * Rejects with `E_TIMEOUT` saying `what` was awaited; `cause` is the last error thrown.
 */
export async function eventually<T>(
  what: string,
  question: () => T | undefined | false | Promise<T | undefined | false>,
  options: EventuallyOptions = {},
): Promise<T> {
  const { timeoutMs = 10_000, everyMs = 25, signal } = options;
  const deadlineMs = testRuntime.clock.monotonicMs() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await question();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      lastError = error;
    }
    if (testRuntime.clock.monotonicMs() >= deadlineMs) {
      throw new KeelsonError('E_TIMEOUT', `Waited ${timeoutMs} ms in vain for: ${what}.`, { cause: lastError });
    }
    await sleep(testRuntime, everyMs, signal === undefined ? {} : { signal });
  }
}
