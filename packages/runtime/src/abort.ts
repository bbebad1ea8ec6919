import { isKeelsonError, KeelsonError } from './error.ts';

/**
 * The error of a call that `signal` ended: its reason where that is a `KeelsonError` already (a deadline, a closed store, a lost
 * session), else `E_ABORTED` with the reason as `cause`.
 */
export function abortError(signal: AbortSignal): KeelsonError {
  const reason: unknown = signal.reason;
  if (isKeelsonError(reason)) return reason;
  return new KeelsonError('E_ABORTED', 'The call was ended by its caller.', { cause: reason });
}

/** Throws `abortError(signal)` where the signal has tripped. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortError(signal);
}

type AbortRunner = (signal: AbortSignal) => void;

/** Where a signal keeps what waits for it: a field of its own is many times cheaper than a weak map of signals that live for one call. */
const WAITING: unique symbol = Symbol('keelson.waiting');

/** What waits for a signal. One listener on the signal serves all: hundreds of calls may wait for one, and Node warns of a leak past ten. */
interface Waiting {
  readonly runners: Set<AbortRunner>;
  readonly listener: () => void;
}

type WaitedSignal = AbortSignal & { [WAITING]?: Waiting | undefined };

function runAll(signal: WaitedSignal, { runners }: Waiting): void {
  signal[WAITING] = undefined;
  const errors: unknown[] = [];
  for (const run of runners) {
    try {
      run(signal);
    } catch (error) {
      errors.push(error);
    }
  }
  // The platform reports it, as it does for a listener that throws; the others have been told all the same.
  if (errors.length > 0) throw errors[0];
}

function waitingFor(signal: WaitedSignal): Waiting {
  const known = signal[WAITING];
  if (known !== undefined) return known;
  const made: Waiting = { runners: new Set(), listener: () => runAll(signal, made) };
  signal[WAITING] = made;
  signal.addEventListener('abort', made.listener, { once: true });
  return made;
}

/** Calls `run` once when `signal` trips, at once where it has. Returns what takes it off again. */
export function onAbort(signal: AbortSignal | undefined, run: AbortRunner): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    run(signal);
    return () => {};
  }
  const waited: WaitedSignal = signal;
  const { runners, listener } = waitingFor(waited);
  // A function of its own for each call, as `run` may be given twice.
  const own: AbortRunner = (tripped) => run(tripped);
  runners.add(own);
  return () => {
    runners.delete(own);
    if (runners.size > 0 || waited[WAITING]?.runners !== runners) return;
    waited[WAITING] = undefined;
    signal.removeEventListener('abort', listener);
  };
}

/** A signal that follows others until it is disposed of. */
export type LinkedSignal = AbortSignal & Disposable;

/**
 * A signal that trips with the first of `signals` and takes over its reason; `undefined` ones are passed over. Unlike
 * `AbortSignal.any` it can be let go: dispose of it (`using`) when the work is over, and no listener stays behind on a signal
 * that lives longer.
 *
 * @example
 * using signal = anySignal(options.signal, session.lost);
 * await work(signal);
 */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  const removers: (() => void)[] = [];
  const release = (): void => {
    for (const remove of removers.splice(0)) remove();
  };
  for (const signal of signals) {
    if (controller.signal.aborted) break;
    removers.push(
      onAbort(signal, (tripped) => {
        release();
        controller.abort(tripped.reason);
      }),
    );
  }
  if (controller.signal.aborted) release();
  return Object.assign(controller.signal, { [Symbol.dispose]: release });
}
