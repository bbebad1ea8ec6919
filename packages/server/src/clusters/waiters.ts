import { abortError, type CallOptions, KeelsonError, type Runtime, withDeadline } from '@keelson/runtime';

interface Waiter {
  readonly met: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Those who wait for a condition that only news can bring about. It is asked again at each `check`, never by the clock. */
export class Waiters {
  readonly #runtime: Pick<Runtime, 'timers'>;
  readonly #defaultMs: number;
  readonly #waiting: Set<Waiter> = new Set();

  /** `defaultMs`: longest wait of a call that does not say, in milliseconds. */
  constructor(runtime: Pick<Runtime, 'timers'>, defaultMs: number) {
    this.#runtime = runtime;
    this.#defaultMs = defaultMs;
  }

  /** Resolves once `met` is true. Rejects with `E_TIMEOUT`, `E_ABORTED`, or with what `fail` is given. */
  until(met: () => boolean, options: CallOptions): Promise<void> {
    if (met()) return Promise.resolve();
    return withDeadline(this.#runtime, options, this.#defaultMs, (signal) => {
      return new Promise<void>((resolve, reject) => {
        const waiter: Waiter = { met, resolve, reject };
        this.#waiting.add(waiter);
        signal.addEventListener('abort', () => {
          this.#waiting.delete(waiter);
          reject(abortError(signal));
        });
      });
    });
  }

  /** Asks every condition again. */
  check(): void {
    for (const waiter of this.#waiting) {
      if (!waiter.met()) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }

  /** Ends every wait. */
  fail(message: string): void {
    for (const waiter of this.#waiting) waiter.reject(new KeelsonError('E_CLOSED', message));
    this.#waiting.clear();
  }
}
