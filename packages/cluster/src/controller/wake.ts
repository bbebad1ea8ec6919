import type { Runtime } from '@keelson/runtime';

/** A bell for one listener: rung any number of times while nobody listens, it is heard once. */
export class Wake {
  readonly #runtime: Runtime;
  #rung = false;
  #hear: (() => void) | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  ring(): void {
    this.#rung = true;
    this.#hear?.();
  }

  /** Resolves when the bell is rung, was rung since it was last heard, or `timeoutMs` milliseconds have passed. */
  async heard(timeoutMs: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = this.#runtime.timers.after(timeoutMs, resolve);
        this.#hear = () => {
          timer.cancel();
          resolve();
        };
      });
      this.#hear = undefined;
    }
    this.#rung = false;
  }
}
