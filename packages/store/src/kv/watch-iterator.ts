import { KeelsonError, onAbort } from '@keelson/runtime';
import type { Watch, WatchEvent, WatchOptions } from '../watch.ts';

/** Default of `bufferedChanges`. */
const DEFAULT_BUFFERED_CHANGES = 10_000;

/** Why every watch that was closed has stopped: one for all, as making an error for each costs more than the closing. */
const CLOSED = new KeelsonError('E_CLOSED', 'The watch was closed.');

/** How many changes a watch may hold for its reader. Throws `E_INVALID_ARGUMENT` where the option is no number to count with. */
export function bufferLimitOf(options: WatchOptions): number {
  const limit = options.bufferedChanges ?? DEFAULT_BUFFERED_CHANGES;
  if (!Number.isInteger(limit) || limit < 1)
    throw new KeelsonError('E_INVALID_ARGUMENT', `bufferedChanges must be a whole number from 1, not ${limit}.`);
  return limit;
}

/**
 * What every watch is to its reader: iterated once, ended once, its events given one after the other however many are asked for at a time. A driver's
 * watch extends it with `step`, which is only called when the reader wants an event, so that a slow reader causes no work.
 */
export abstract class WatchIterator implements Watch, AsyncIterator<WatchEvent, undefined> {
  readonly #stop = new AbortController();
  #releases: (() => void)[] = [];
  #wake: () => void = () => {};
  #turn: Promise<unknown> = Promise.resolve();
  #iterated = false;
  #error: unknown;

  /** Trips when the watch ends, whyever. */
  protected get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /** One step towards the next event; gives the event where there is one. Not called again before it has settled, nor once the watch has ended. */
  protected abstract step(): Promise<WatchEvent | undefined>;

  [Symbol.asyncIterator](): AsyncIterator<WatchEvent, undefined> {
    if (this.#iterated) throw new KeelsonError('E_INVALID_ARGUMENT', 'A watch can be iterated once; open another one.');
    this.#iterated = true;
    return this;
  }

  next(): Promise<IteratorResult<WatchEvent, undefined>> {
    const result = this.#turn.then(() => this.#next());
    this.#turn = result.catch(() => {});
    return result;
  }

  return(): Promise<IteratorResult<WatchEvent, undefined>> {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  close(): Promise<void> {
    this.end();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends the iteration: with `error` where one is given, else as finished. The first call counts. */
  end(error?: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#error = error;
    this.#stop.abort(error ?? CLOSED);
    const releases = this.#releases;
    this.#releases = [];
    for (const release of releases) release();
    this.#wake();
  }

  /** Ends the watch as finished when `signal` trips. */
  protected endWith(signal: AbortSignal | undefined): void {
    this.atEnd(onAbort(signal, () => this.end()));
  }

  /** Has `release` called when the watch ends; at once where it has. */
  protected atEnd(release: () => void): void {
    if (this.#stop.signal.aborted) release();
    else this.#releases.push(release);
  }

  /** Lets a `step` that waits in `changed` go on. */
  protected wake(): void {
    this.#wake();
  }

  /** Resolves with the next `wake`, or when the watch ends. */
  protected changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #next(): Promise<IteratorResult<WatchEvent, undefined>> {
    while (!this.#stop.signal.aborted) {
      const event = await this.step();
      if (event !== undefined && !this.#stop.signal.aborted) return { value: event, done: false };
    }
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
    return { value: undefined, done: true };
  }
}
