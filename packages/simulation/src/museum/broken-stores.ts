import { isKeelsonError, type Runtime } from '@keelson/runtime';
import type { Entry, Session, Store, Watch, WatchEvent } from '@keelson/store';

/** A store of which some calls are replaced. */
function replacing(store: Store, replaced: Partial<Store>): Store {
  return new Proxy(store, {
    get: (target, name) => {
      if (name in replaced) return Reflect.get(replaced, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/**
 * A client that declares its session lost only after twice its ttl, as a well-known etcd client does: for one ttl it believes in entries
 * that the store has given away.
 */
export function lateLoss(store: Store, runtime: Runtime): Store {
  return replacing(store, {
    openSession: async (options) => {
      const session = await store.openSession(options);
      const lost = new AbortController();
      session.lost.addEventListener('abort', () => {
        runtime.timers.after(session.ttlMs, () => lost.abort(session.lost.reason));
      });
      const late: Session = {
        id: session.id,
        ttlMs: session.ttlMs,
        lost: lost.signal,
        get aliveUntilMs() {
          return session.aliveUntilMs + session.ttlMs;
        },
        assertAlive: () => lost.signal.throwIfAborted(),
        close: (closing) => session.close(closing),
        [Symbol.asyncDispose]: () => session.close(),
      };
      sessions.set(late, session);
      return late;
    },
    put: (path, value, options = {}) => store.put(path, value, withRealSession(options)),
    create: (path, value, options = {}) => store.create(path, value, withRealSession(options)),
    transact: (transaction, options) =>
      store.transact(
        {
          ...transaction,
          then: transaction.then.map((operation) => withRealSession(operation)),
          ...(transaction.else === undefined
            ? {}
            : { else: transaction.else.map((operation) => withRealSession(operation)) }),
        },
        options,
      ),
  });
}

/** The store's own session behind one that was handed out. */
const sessions = new WeakMap<Session, Session>();

function withRealSession<T extends object>(options: T): T {
  const session = 'session' in options ? sessions.get(options.session as Session) : undefined;
  return session === undefined ? options : { ...options, session };
}

/** A client that keeps writes made while it is cut off, and sends them once it is connected again: long after it said that it could not. */
export function queuedWrites(store: Store, runtime: Runtime): Store {
  return replacing(store, {
    put: async (path, value, options) => {
      try {
        return await store.put(path, value, options);
      } catch (error) {
        if (isKeelsonError(error, 'E_UNAVAILABLE')) sendLater(() => store.put(path, value), runtime);
        throw error;
      }
    },
  });
}

function sendLater(write: () => Promise<unknown>, runtime: Runtime): void {
  runtime.timers.after(200, () => {
    write().catch((error: unknown) => {
      if (isKeelsonError(error, 'E_UNAVAILABLE')) sendLater(write, runtime);
    });
  });
}

/** A client that, after its watch was interrupted or compacted, reads what is there and tells that, but not what has gone meanwhile. */
export function forgottenDeletes(store: Store): Store {
  return replacing(store, {
    watch: (path, options) => {
      const watch = store.watch(path, options);
      const merged: Watch = {
        close: () => watch.close(),
        [Symbol.asyncDispose]: () => watch.close(),
        [Symbol.asyncIterator]: () => merge(watch),
      };
      return merged;
    },
  });
}

async function* merge(watch: Watch): AsyncGenerator<WatchEvent> {
  const put = (entry: Entry): { readonly type: 'put'; readonly entry: Entry } => ({ type: 'put', entry });
  for await (const event of watch) {
    if (event.type !== 'snapshot' || event.reason === 'initial') yield event;
    else yield { type: 'changes', changes: event.entries.map(put), revision: event.revision };
  }
}
