import { throwIfAborted } from './abort.ts';
import { isKeelsonError } from './error.ts';
import type { Runtime } from './runtime.ts';
import { sleep } from './sleep.ts';

/** When and how often to try again. */
export interface RetryPolicy {
  /** Most attempts, the first included. Infinity only together with `signal`. Default 5. */
  readonly attempts?: number;
  /** Upper bound of the first wait, in milliseconds. Doubles with each attempt. Default 50. */
  readonly baseMs?: number;
  /** Upper bound of any wait, in milliseconds. Default 5,000. */
  readonly capMs?: number;
  /** Whether an error is worth another attempt. Default: a Keelson error that is `retryable`. */
  readonly retryIf?: (error: unknown) => boolean;
  /** Ends the waiting between attempts; give it to the work as well. */
  readonly signal?: AbortSignal;
  /** Told before each wait. */
  readonly onRetry?: (error: unknown, attempt: number, waitMs: number) => void;
}

/**
 * The wait before attempt `attempt` + 1 (`attempt` counts from 1), in milliseconds: uniform in [0, min(capMs, baseMs · 2^(attempt-1))).
 * `chance` is a random number in [0, 1). The whole range is used ("full jitter") so that clients cut off together do not come back together.
 */
export function fullJitterMs(attempt: number, chance: number, policy: RetryPolicy = {}): number {
  const boundMs = Math.min(policy.capMs ?? 5_000, (policy.baseMs ?? 50) * 2 ** (attempt - 1));
  return chance * boundMs;
}

/**
 * Runs `work` until it succeeds, its error is not worth retrying, or the attempts are used up; then rejects with the last error.
 *
 * @example
 * await retry(runtime, { attempts: 3 }, () => store.get('/config'));
 */
export async function retry<T>(
  runtime: Pick<Runtime, 'timers' | 'random'>,
  policy: RetryPolicy,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  const attempts = policy.attempts ?? 5;
  const retryIf = policy.retryIf ?? ((error) => isKeelsonError(error) && error.retryable);
  for (let attempt = 1; ; attempt += 1) {
    throwIfAborted(policy.signal);
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= attempts || !retryIf(error)) throw error;
      const waitMs = fullJitterMs(attempt, runtime.random.next(), policy);
      policy.onRetry?.(error, attempt, waitMs);
      await sleep(runtime, waitMs, policy.signal === undefined ? {} : { signal: policy.signal });
    }
  }
}
