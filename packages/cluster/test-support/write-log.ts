import type { Operation, Store, StorePath } from '@keelson/store';

/** One write as it went into the store. */
export interface LoggedWrite {
  readonly op: 'create' | 'set' | 'delete';
  readonly path: StorePath;
  readonly value: Uint8Array;
}

const nothing = new Uint8Array();

/** The store, with every write that succeeded reported in order. */
export function recordWrites(store: Store, report: (write: LoggedWrite) => void): Store {
  const put = (path: StorePath, value: Uint8Array, version: number): void =>
    report({ op: version === 1 ? 'create' : 'set', path, value });
  const overrides: Partial<Store> = {
    async put(path, value, options) {
      const written = await store.put(path, value, options);
      put(path, value, written.version);
      return written;
    },
    async create(path, value, options) {
      const written = await store.create(path, value, options);
      put(written.path, value, 1);
      return written;
    },
    async delete(path, options) {
      const existed = await store.delete(path, options);
      if (existed) report({ op: 'delete', path, value: nothing });
      return existed;
    },
    async transact(transaction, options) {
      const result = await store.transact(transaction, options);
      const branch: readonly Operation[] = result.succeeded ? transaction.then : (transaction.else ?? []);
      for (const [index, operation] of branch.entries()) {
        const outcome = result.results[index];
        if (operation.type === 'put' && outcome?.type === 'put')
          put(operation.path, operation.value, outcome.written.version);
        if (operation.type === 'delete' && outcome?.type === 'delete' && outcome.existed) {
          report({ op: 'delete', path: operation.path, value: nothing });
        }
      }
      return result;
    },
  };
  return new Proxy(store, {
    get: (target, key) => {
      const own: unknown = Reflect.get(overrides, key);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
