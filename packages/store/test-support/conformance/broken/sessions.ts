import { KeelsonError, type Runtime } from '@keelson/runtime';
import type { Session } from '../../../src/session.ts';
import type { BrokenDriver } from './broken-driver.ts';
import { changed } from './delegate.ts';

/** A session that does what `inner` does, except for what `changes` does instead. */
function changedSession(inner: Session, changes: Partial<Session>): Session {
  return {
    id: inner.id,
    get ttlMs() {
      return inner.ttlMs;
    },
    get lost() {
      return inner.lost;
    },
    get aliveUntilMs() {
      return inner.aliveUntilMs;
    },
    assertAlive: () => inner.assertAlive(),
    close: (options) => inner.close(options),
    [Symbol.asyncDispose]: () => inner.close(),
    ...changes,
  };
}

/** A signal that trips `delayMs` after `signal`. */
function delayed(runtime: Runtime, signal: AbortSignal, delayMs: number): AbortSignal {
  const late = new AbortController();
  signal.addEventListener('abort', () => {
    runtime.timers.after(delayMs, () => late.abort(signal.reason));
  });
  return late.signal;
}

/** Drivers that are wrong about sessions. */
export const brokenSessions: readonly BrokenDriver[] = [
  {
    name: 'keeps an ephemeral entry: deletes without a word to watches, and writes it again',
    breaks: 'G14',
    wrap: (store) => {
      const written = new Map<string, [string, Uint8Array][]>();
      return changed(store, {
        create: async (path, value, options) => {
          const result = await store.create(path, value, options);
          const { session } = options ?? {};
          if (session !== undefined)
            written.set(session.id, [...(written.get(session.id) ?? []), [result.path, value]]);
          return result;
        },
        openSession: async (options) => {
          const session = await store.openSession(options);
          const close = async (): Promise<void> => {
            await session.close();
            for (const [path, value] of written.get(session.id) ?? []) await store.put(path, value);
            written.delete(session.id);
          };
          return changedSession(session, { close });
        },
      });
    },
  },
  {
    name: 'writes ephemeral entries as persistent ones',
    breaks: 'G14',
    wrap: (store) =>
      changed(store, {
        put: (path, value, { session, ...options } = {}) => {
          session?.assertAlive();
          return store.put(path, value, options);
        },
      }),
  },
  {
    name: 'tells `lost` a ttl late',
    breaks: 'G15',
    wrap: (store, runtime) =>
      changed(store, {
        openSession: async (options) => {
          const session = await store.openSession(options);
          return changedSession(session, { lost: delayed(runtime, session.lost, session.ttlMs) });
        },
      }),
  },
  {
    name: 'counts the ttl from the moment it looks, not from the last keepalive',
    breaks: 'G15',
    wrap: (store, runtime) =>
      changed(store, {
        openSession: async (options) => {
          const session = await store.openSession(options);
          return Object.defineProperty(changedSession(session, {}), 'aliveUntilMs', {
            get: () => runtime.clock.monotonicMs() + session.ttlMs + 1,
          });
        },
      }),
  },
  {
    name: 'learns of its end by a timer only, so after a pause it believes to live',
    breaks: 'G16',
    wrap: (store, runtime) =>
      changed(store, {
        openSession: async (options) => {
          const session = await store.openSession(options);
          const lost = delayed(runtime, session.lost, 0);
          const assertAlive = (): void => {
            if (lost.aborted) throw new KeelsonError('E_SESSION_EXPIRED', 'ended');
          };
          return changedSession(session, { lost, assertAlive });
        },
      }),
  },
  {
    name: 'sends no keepalive',
    breaks: 'G17',
    wrap: (store, runtime) =>
      changed(store, {
        openSession: async (options) => {
          const session = await store.openSession(options);
          // As the tree does with a lease that nobody renews.
          runtime.timers.after(session.ttlMs, () => void store.faults.expireSession(session).catch(() => {}));
          return session;
        },
      }),
  },
  {
    name: 'says that a session is closed without ending it',
    breaks: 'G18',
    wrap: (store) =>
      changed(store, {
        openSession: async (options) => changedSession(await store.openSession(options), { close: async () => {} }),
      }),
  },
  {
    name: 'lets an ended session write',
    breaks: 'G18',
    wrap: (store) =>
      changed(store, {
        put: (path, value, { session, ...options } = {}) =>
          store.put(path, value, session === undefined || session.lost.aborted ? options : { ...options, session }),
      }),
  },
];
