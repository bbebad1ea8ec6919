import { isKeelsonError, type Runtime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import type { ServerMetrics } from './server-metrics.ts';

/** A store whose calls are counted, timed and traced. Watches and sessions pass through. */
export function meteredStore(store: Store, runtime: Runtime, metrics: ServerMetrics): Store {
  const metered = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    const startedMs = runtime.clock.monotonicMs();
    let outcome = 'ok';
    try {
      return await runtime.tracer.span(`store ${operation}`, { 'store.engine': store.capabilities.engine }, work);
    } catch (error) {
      outcome = isKeelsonError(error) ? error.code : 'E_INTERNAL';
      throw error;
    } finally {
      metrics.storeOperations.add({ operation, outcome });
      metrics.storeDurations.observe({ operation }, runtime.clock.monotonicMs() - startedMs);
    }
  };
  return {
    capabilities: store.capabilities,
    get status() {
      return store.status;
    },
    get: (path, options) => metered('get', () => store.get(path, options)),
    children: (path, options) => metered('children', () => store.children(path, options)),
    list: (path, options) => metered('list', () => store.list(path, options)),
    put: (path, value, options) => metered('put', () => store.put(path, value, options)),
    create: (path, value, options) => metered('create', () => store.create(path, value, options)),
    delete: (path, options) => metered('delete', () => store.delete(path, options)),
    transact: (transaction, options) => metered('transact', () => store.transact(transaction, options)),
    watch: (path, options) => store.watch(path, options),
    openSession: (options) => metered('open-session', () => store.openSession(options)),
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
  };
}
