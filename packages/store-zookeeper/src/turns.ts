import { abortError, onAbort } from '@keelson/runtime';
import type { StorePath } from '@keelson/store';

/** Lets one at a time be busy with a path. Who wants several waits until all of them are free. */
export class Turns {
  readonly #busy: Map<StorePath, Promise<void>> = new Map();

  /**
   * Resolves, with what gives the turn back, once nobody else is busy with any of the paths.
   *
   * @throws as `signal` has tripped.
   */
  async take(paths: readonly StorePath[], signal: AbortSignal): Promise<() => void> {
    for (;;) {
      if (signal.aborted) throw abortError(signal);
      const busy = paths.flatMap((path) => this.#busy.get(path) ?? []);
      if (busy.length === 0) break;
      await firstOf(busy, signal);
    }
    let release = (): void => {};
    const done = new Promise<void>((resolve) => {
      release = resolve;
    });
    for (const path of paths) this.#busy.set(path, done);
    return () => {
      for (const path of paths) this.#busy.delete(path);
      release();
    };
  }
}

async function firstOf([busy]: readonly Promise<void>[], signal: AbortSignal): Promise<void> {
  let release = (): void => {};
  const aborted = new Promise<void>((resolve) => {
    release = onAbort(signal, () => resolve());
  });
  await Promise.race([busy, aborted]);
  release();
}
