import type { Store } from '../../../src/port.ts';
import type { Watch, WatchEvent } from '../../../src/watch.ts';

/** A store that does what `inner` does, except for what `changes` does instead. */
export function changed(inner: Store, changes: Partial<Store>): Store {
  return {
    capabilities: inner.capabilities,
    get status() {
      return inner.status;
    },
    get: (path, options) => inner.get(path, options),
    children: (path, options) => inner.children(path, options),
    list: (path, options) => inner.list(path, options),
    put: (path, value, options) => inner.put(path, value, options),
    create: (path, value, options) => inner.create(path, value, options),
    delete: (path, options) => inner.delete(path, options),
    transact: (transaction, options) => inner.transact(transaction, options),
    watch: (path, options) => inner.watch(path, options),
    openSession: (options) => inner.openSession(options),
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
    ...changes,
  };
}

/** A watch whose events pass through `change`, which gives what the reader sees instead. */
export function changedWatch(inner: Watch, change: (event: WatchEvent) => readonly WatchEvent[]): Watch {
  const events = async function* (): AsyncGenerator<WatchEvent, undefined> {
    for await (const event of inner) yield* change(event);
    return undefined;
  };
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = events();
      return {
        next: () => iterator.next(),
        return: async () => {
          await inner.close();
          return { value: undefined, done: true };
        },
      };
    },
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
  };
}
