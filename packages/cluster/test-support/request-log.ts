import type { Operation, Store } from '@keelson/store';

/** One request to the store, as it was sent. */
export interface LoggedRequest {
  readonly by: string;
  readonly call: string;
  /** Paths that it names; of a transaction those of what it does where its comparisons hold. */
  readonly paths: readonly string[];
  /** Monotonic, in milliseconds. */
  readonly atMs: number;
}

const CALLS: ReadonlySet<unknown> = new Set(['get', 'list', 'put', 'create', 'delete', 'transact']);

function pathsOf(argument: unknown): readonly string[] {
  if (typeof argument === 'string') return [argument];
  return (argument as { readonly then: readonly Operation[] }).then.map(({ path }) => path);
}

/** The store, with each request reported as it is sent. Keepalives of sessions and watches are none. */
export function logRequests(store: Store, report: (request: Pick<LoggedRequest, 'call' | 'paths'>) => void): Store {
  return new Proxy(store, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (!CALLS.has(key)) return value.bind(target);
      return (...args: readonly unknown[]): unknown => {
        report({ call: String(key), paths: pathsOf(args[0]) });
        return Reflect.apply(value, target, args);
      };
    },
  });
}
