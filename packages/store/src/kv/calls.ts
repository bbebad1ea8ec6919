import {
  type CallOptions,
  type CallScope,
  DEFAULT_TIMEOUT_MS,
  KeelsonError,
  type Runtime,
  withinLimits,
} from '@keelson/runtime';
import type { StorePath } from '../port.ts';

/** What a call below the port is given: the limits of the call above. */
export interface BackendOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** As `BackendCallOptions.untimed`. */
  readonly untimed?: AbortSignal | undefined;
}

/** Runs every call of one store: deadline, caller's signal, end of the store, span. */
export class Calls {
  readonly #runtime: Runtime;
  readonly #closed = new AbortController();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Trips with `E_CLOSED` when the store is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  close(): void {
    this.#closed.abort(new KeelsonError('E_CLOSED', 'The store is closed.'));
  }

  /** A call that changes nothing. */
  read<T>(
    name: string,
    path: StorePath,
    options: CallOptions,
    work: (limits: BackendOptions) => Promise<T>,
    defaultMs: number = DEFAULT_TIMEOUT_MS,
  ): Promise<T> {
    return this.#run(name, path, options, defaultMs, (scope) => work(this.#limitsOf(scope, options)));
  }

  /**
   * A call that may change something. Once the engine has been asked, an end from this side (deadline, signal, close) leaves
   * the outcome unknown, unless the engine itself says that the request was never sent.
   */
  async write<T>(
    name: string,
    path: StorePath,
    options: CallOptions,
    work: (limits: BackendOptions) => Promise<T>,
  ): Promise<T> {
    let asked: CallScope | undefined;
    try {
      return await this.#run(name, path, options, DEFAULT_TIMEOUT_MS, (scope) => {
        asked = scope;
        return work(this.#limitsOf(scope, options));
      });
    } catch (error) {
      if (asked?.gaveUp === undefined || error !== asked.gaveUp) throw error;
      throw new KeelsonError('E_OUTCOME_UNKNOWN', `The ${name} of ${path} was sent, but its reply did not come.`, {
        cause: error,
        details: { path },
      });
    }
  }

  /** A plain object, as limits are spread into those of calls further down; its signal is made when it is asked for. */
  #limitsOf(scope: CallScope, { signal }: CallOptions): BackendOptions {
    return {
      get signal() {
        return scope.signal;
      },
      timeoutMs: scope.timeoutMs,
      untimed: signal === undefined ? this.#closed.signal : undefined,
    };
  }

  #run<T>(
    name: string,
    path: StorePath,
    options: CallOptions,
    defaultMs: number,
    work: (scope: CallScope) => Promise<T>,
  ): Promise<T> {
    const limits = { signals: [options.signal, this.#closed.signal], timeoutMs: options.timeoutMs ?? defaultMs };
    return this.#runtime.tracer.span(`store.${name}`, { 'keelson.path': path }, () =>
      withinLimits(this.#runtime, limits, work),
    );
  }
}
