import { isKeelsonError, KeelsonError, retry, sleep } from '@keelson/runtime';
import type { BrokenDriver } from './broken-driver.ts';
import { changed } from './delegate.ts';

/** Drivers that are wrong about waiting, failing and ending. */
export const brokenFailers: readonly BrokenDriver[] = [
  {
    name: 'looks at the signal only when the call is over',
    breaks: 'G27',
    wrap: (store) =>
      changed(store, {
        put: async (path, value, { signal, ...options } = {}) => {
          const written = await store.put(path, value, options);
          if (signal?.aborted === true) throw new KeelsonError('E_ABORTED', 'too late', { cause: signal.reason });
          return written;
        },
      }),
  },
  {
    name: 'says E_OUTCOME_UNKNOWN of a read',
    breaks: 'G27',
    wrap: (store) =>
      changed(store, {
        get: async (path, options) => {
          try {
            return await store.get(path, options);
          } catch (error) {
            if (!isKeelsonError(error, 'E_TIMEOUT')) throw error;
            throw new KeelsonError('E_OUTCOME_UNKNOWN', 'no reply', { cause: error });
          }
        },
      }),
  },
  {
    name: 'sends a write again when its reply is lost',
    breaks: 'G28',
    wrap: (store, runtime) =>
      changed(store, {
        put: (path, value, options) =>
          retry(runtime, { retryIf: (error) => isKeelsonError(error, 'E_OUTCOME_UNKNOWN') }, () =>
            store.put(path, value, options),
          ),
      }),
  },
  {
    name: 'says that a write whose reply is lost has timed out',
    breaks: 'G28',
    wrap: (store) =>
      changed(store, {
        transact: async (transaction, options) => {
          try {
            return await store.transact(transaction, options);
          } catch (error) {
            if (!isKeelsonError(error, 'E_OUTCOME_UNKNOWN')) throw error;
            throw new KeelsonError('E_TIMEOUT', 'no reply', { cause: error });
          }
        },
      }),
  },
  {
    name: 'refuses a write while it is cut off, but makes it later',
    breaks: 'G29',
    wrap: (store, runtime) =>
      changed(store, {
        put: async (path, value, options) => {
          try {
            return await store.put(path, value, options);
          } catch (error) {
            if (isKeelsonError(error, 'E_UNAVAILABLE'))
              void (async () => {
                while (!store.status.connected) await sleep(runtime, 10, { background: true });
                await store.put(path, value);
              })();
            throw error;
          }
        },
      }),
  },
  {
    name: 'does not end its sessions when it is closed',
    breaks: 'G30',
    wrap: (store) => changed(store, { close: async () => {} }),
  },
  {
    name: 'says that it grants shorter sessions than it does',
    breaks: 'G31',
    wrap: (store) =>
      changed(store, {
        capabilities: { ...store.capabilities, minSessionTtlMs: 60_000 },
      }),
  },
];
