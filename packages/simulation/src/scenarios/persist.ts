import { isKeelsonError, type Runtime, sleep } from '@keelson/runtime';

/**
 * Tries until it succeeds, as a program does whose store is out of reach now and then. Gives up with the error that another try cannot
 * mend: one that is not retryable, or whose outcome only the caller can find out.
 */
export async function persist<T>(runtime: Runtime, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isKeelsonError(error) || !error.retryable || error.code === 'E_OUTCOME_UNKNOWN') throw error;
      await sleep(runtime, 50 + runtime.random.integer(200), signal === undefined ? {} : { signal });
    }
  }
}

/** A rest of `fromMs` to `toMs` milliseconds. */
export async function rest(runtime: Runtime, fromMs: number, toMs: number): Promise<void> {
  await sleep(runtime, fromMs + runtime.random.integer(toMs - fromMs));
}
