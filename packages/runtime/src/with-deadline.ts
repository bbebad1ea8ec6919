import { abortError, onAbort } from './abort.ts';
import type { CallOptions } from './call-options.ts';
import { KeelsonError } from './error.ts';
import type { Runtime } from './runtime.ts';

/**
 * Runs `work` with a signal that trips when the time (`options.timeoutMs`, else `defaultMs`, in milliseconds) is over or
 * `options.signal` trips, and settles in any case: with what `work` gives, or with `E_TIMEOUT` or `E_ABORTED` where `work` has not
 * answered its signal by the next turn. That one turn lets `work` answer with a better code, for only it knows whether a write
 * had been sent. `E_INVALID_ARGUMENT` for a time that is none. What `work` does after that is its own affair and is not reported.
 *
 * @example
 * const value = await withDeadline(runtime, options, 5_000, (signal) => request(signal));
 */
export function withDeadline<T>(
  runtime: Pick<Runtime, 'timers'>,
  options: CallOptions,
  defaultMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (options.signal?.aborted === true) return Promise.reject(abortError(options.signal));
  const timeoutMs = options.timeoutMs ?? defaultMs;
  if (!(timeoutMs >= 0))
    return Promise.reject(
      new KeelsonError('E_INVALID_ARGUMENT', `timeoutMs must be a number from 0, not ${timeoutMs}.`),
    );
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    let lastTurn: { cancel(): void } | undefined;
    const give = (error: KeelsonError): void => {
      timer.cancel();
      removeListener();
      controller.abort(error);
      lastTurn = runtime.timers.after(0, () => reject(error));
    };
    const timer = runtime.timers.after(timeoutMs, () =>
      give(new KeelsonError('E_TIMEOUT', `No answer within ${timeoutMs} ms.`, { details: { timeoutMs } })),
    );
    const removeListener = onAbort(options.signal, (signal) => give(abortError(signal)));
    const finish = (): void => {
      timer.cancel();
      removeListener();
      lastTurn?.cancel();
    };
    Promise.resolve()
      .then(() => work(controller.signal))
      .then(resolve, reject)
      .finally(finish);
  });
}
