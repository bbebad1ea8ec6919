import type { Runtime } from '@keelson/runtime';

interface Step {
  readonly name: string;
  readonly end: () => Promise<void> | undefined;
}

/** What a server has opened, to be ended in the reverse order. One part that fails to end does not keep the others open. */
export class Shutdown {
  readonly #runtime: Runtime;
  readonly #steps: Step[] = [];
  readonly #started = new AbortController();
  #running: Promise<void> | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Trips when the server begins to stop. */
  get started(): AbortSignal {
    return this.#started.signal;
  }

  /** Adds a part that was opened just now. */
  add(name: string, end: () => Promise<void> | undefined): void {
    this.#steps.push({ name, end });
  }

  /** Ends everything; again: waits for the same. */
  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    this.#started.abort();
    for (const { name, end } of this.#steps.splice(0).toReversed()) {
      try {
        await end();
      } catch (error) {
        this.#runtime.logger.error({ error, part: name }, 'a part of the server did not end in order');
      }
    }
  }
}
