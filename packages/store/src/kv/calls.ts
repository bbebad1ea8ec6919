import {
  anySignal,
  type CallOptions,
  DEFAULT_TIMEOUT_MS,
  KeelsonError,
  type Runtime,
  withDeadline,
} from '@keelson/runtime';
import type { StorePath } from '../port.ts';

/** What a call below the port is given: the limits of the call above. */
export interface BackendOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** The limits of a call, whatever else its options hold. */
function limitsOf(options: CallOptions, signal: AbortSignal): CallOptions {
  return options.timeoutMs === undefined ? { signal } : { signal, timeoutMs: options.timeoutMs };
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
    const timeoutMs = options.timeoutMs ?? defaultMs;
    return this.#runtime.tracer.span(`store.${name}`, { 'keelson.path': path }, async () => {
      using signal = anySignal(options.signal, this.#closed.signal);
      return await withDeadline(this.#runtime, limitsOf(options, signal), defaultMs, (inner) =>
        work({ signal: inner, timeoutMs }),
      );
    });
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
    let asked: AbortSignal | undefined;
    try {
      return await this.read(name, path, options, (limits) => {
        asked = limits.signal;
        return work(limits);
      });
    } catch (error) {
      if (asked?.aborted !== true || error !== asked.reason) throw error;
      throw new KeelsonError('E_OUTCOME_UNKNOWN', `The ${name} of ${path} was sent, but its reply did not come.`, {
        cause: error,
        details: { path },
      });
    }
  }
}
