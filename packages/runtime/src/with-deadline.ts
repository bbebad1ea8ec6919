import { abortError, onAbort } from './abort.ts';
import type { CallOptions } from './call-options.ts';
import type { TimerHandle } from './clock.ts';
import { KeelsonError } from './error.ts';
import type { Runtime } from './runtime.ts';

/** What ends a call from this side. */
export interface CallLimits {
  /** Whichever trips first ends it; `undefined` ones are passed over. */
  readonly signals: readonly (AbortSignal | undefined)[];
  /** In milliseconds. */
  readonly timeoutMs: number;
}

/** What work under limits can ask. */
export interface CallScope {
  /** Trips when the time is over or one of the signals trips. Made when it is first asked for: work that does not ask is spared its cost. */
  readonly signal: AbortSignal;
  /** The whole time of the call, in milliseconds. */
  readonly timeoutMs: number;
  /** Why the call was given up from this side; `undefined` while it was not. */
  readonly gaveUp: KeelsonError | undefined;
}

/**
 * Runs `work` within `limits`, and settles in any case: with what `work` gives, or with `E_TIMEOUT` or `E_ABORTED` where `work` has not
 * answered its signal by the next turn. That one turn lets `work` answer with a better code, for only it knows whether a write
 * had been sent. `E_INVALID_ARGUMENT` for a time that is none. What `work` does after that is its own affair and is not reported.
 *
 * @example
 * const value = await withinLimits(runtime, { signals: [options.signal, closed], timeoutMs: 5_000 }, (scope) => request(scope.signal));
 */
export function withinLimits<T>(
  runtime: Pick<Runtime, 'timers'>,
  limits: CallLimits,
  work: (scope: CallScope) => Promise<T>,
): Promise<T> {
  const { signals, timeoutMs } = limits;
  for (const signal of signals) if (signal?.aborted === true) return Promise.reject(abortError(signal));
  if (!(timeoutMs >= 0))
    return Promise.reject(
      new KeelsonError('E_INVALID_ARGUMENT', `timeoutMs must be a number from 0, not ${timeoutMs}.`),
    );
  return new Promise<T>((resolve, reject) => {
    const scope = new LimitedCall(runtime, limits, reject);
    Promise.resolve(scope)
      .then(work)
      .then(
        (value) => {
          scope.end();
          resolve(value);
        },
        (error: unknown) => {
          scope.end();
          reject(error);
        },
      );
  });
}

/**
 * `withinLimits` for work that only wants the signal: `options.timeoutMs`, else `defaultMs`, and `options.signal`.
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
  const limits = { signals: [options.signal], timeoutMs: options.timeoutMs ?? defaultMs };
  return withinLimits(runtime, limits, ({ signal }) => work(signal));
}

class LimitedCall implements CallScope {
  readonly timeoutMs: number;
  readonly #timers: Runtime['timers'];
  readonly #reject: (error: KeelsonError) => void;
  readonly #releases: (() => void)[] = [];
  readonly #timer: TimerHandle;
  #lastTurn: TimerHandle | undefined;
  #controller: AbortController | undefined;
  #gaveUp: KeelsonError | undefined;

  constructor(
    { timers }: Pick<Runtime, 'timers'>,
    { signals, timeoutMs }: CallLimits,
    reject: (error: KeelsonError) => void,
  ) {
    this.timeoutMs = timeoutMs;
    this.#timers = timers;
    this.#reject = reject;
    this.#timer = timers.after(timeoutMs, () =>
      this.#giveUp(new KeelsonError('E_TIMEOUT', `No answer within ${timeoutMs} ms.`, { details: { timeoutMs } })),
    );
    for (const signal of signals)
      if (signal !== undefined) this.#releases.push(onAbort(signal, () => this.#giveUp(abortError(signal))));
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#gaveUp !== undefined) this.#controller.abort(this.#gaveUp);
    return this.#controller.signal;
  }

  get gaveUp(): KeelsonError | undefined {
    return this.#gaveUp;
  }

  /** Lets go of the timer and the signals. */
  end(): void {
    this.#release();
    this.#lastTurn?.cancel();
  }

  #release(): void {
    this.#timer.cancel();
    for (const release of this.#releases) release();
  }

  #giveUp(error: KeelsonError): void {
    if (this.#gaveUp !== undefined) return;
    this.#gaveUp = error;
    this.#release();
    this.#controller?.abort(error);
    this.#lastTurn = this.#timers.after(0, () => this.#reject(error));
  }
}
