import type { CallOptions } from '@keelson/runtime';
import type { Entry } from '@keelson/store';

/** A typed record with what a guarded change of it must name. */
export interface Versioned<T> {
  readonly value: T;
  /** Number of writes to it, 1 as created. For `expect`, and as an ETag. */
  readonly version: number;
}

/** Options of every change. */
export interface ChangeOptions extends CallOptions {
  /** The version that must be there; otherwise `E_VERSION_CONFLICT` and nothing is changed. Default: any, and a change made meanwhile by another is built upon. */
  readonly expect?: number | undefined;
}

/** The call options among the options of a change. */
export function callOf(options: CallOptions): CallOptions {
  const { signal, timeoutMs } = options;
  return { ...(signal === undefined ? {} : { signal }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

/** A view with the version of its entry. */
export function versioned<T>(entry: Pick<Entry, 'version'>, value: T): Versioned<T> {
  return { value, version: entry.version };
}
