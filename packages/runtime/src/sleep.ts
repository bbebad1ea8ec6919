import { abortError, onAbort } from './abort.ts';
import type { Runtime } from './runtime.ts';

/** How a sleep can end early. */
export interface SleepOptions {
  /** Ends the sleep; it rejects as `abortError` says. */
  readonly signal?: AbortSignal;
  /** Does not keep the process alive. */
  readonly background?: boolean;
}

/** Resolves `ms` milliseconds from now. Rejects with `E_ABORTED` when `signal` trips first; leaves neither timer nor listener. */
export function sleep(runtime: Pick<Runtime, 'timers'>, ms: number, options: SleepOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted === true) {
      reject(abortError(options.signal));
      return;
    }
    const timer = runtime.timers.after(
      ms,
      () => {
        removeListener();
        resolve();
      },
      { background: options.background ?? false },
    );
    const removeListener = onAbort(options.signal, (signal) => {
      timer.cancel();
      reject(abortError(signal));
    });
  });
}
