import type { Runtime } from '@keelson/runtime';
import type { Session, Store, Watch, WatchEvent } from '@keelson/store';
import { type Measures, measuresOn } from './instruments.ts';
import type { MeterLike } from './meter.ts';
import { observed, observeEnd } from './observed-call.ts';

/**
 * The same store, measured: its calls, the sessions that were lost, the watches that were interrupted or had to begin anew.
 *
 * @example
 * const store = meteredStore(await openStore(url), { runtime, meter: metrics.getMeter('keelson') });
 */
export function meteredStore(
  inner: Store,
  { runtime, meter }: { readonly runtime: Pick<Runtime, 'clock' | 'tracer'>; readonly meter: MeterLike },
): Store {
  const measures = measuresOn(meter);
  const measured = <T>(operation: string, work: () => Promise<T>): Promise<T> =>
    observed(
      runtime,
      () => runtime.tracer.span(`store ${operation}`, { 'store.engine': inner.capabilities.engine }, work),
      (outcome, tookMs) => {
        measures.count('keelson.store.operations', { operation, outcome });
        measures.time('keelson.store.operation.duration', tookMs, { operation });
      },
    );
  return {
    capabilities: inner.capabilities,
    get status() {
      return inner.status;
    },
    get: (path, options) => measured('get', () => inner.get(path, options)),
    children: (path, options) => measured('children', () => inner.children(path, options)),
    list: (path, options) => measured('list', () => inner.list(path, options)),
    put: (path, value, options) => measured('put', () => inner.put(path, value, options)),
    create: (path, value, options) => measured('create', () => inner.create(path, value, options)),
    delete: (path, options) => measured('delete', () => inner.delete(path, options)),
    transact: (transaction, options) => measured('transact', () => inner.transact(transaction, options)),
    watch: (path, options) => meteredWatch(inner.watch(path, options), measures),
    openSession: async (options) => {
      const session = await measured('open-session', () => inner.openSession(options));
      observeSession(session, runtime, measures);
      return session;
    },
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
  };
}

function observeSession(session: Session, runtime: Pick<Runtime, 'clock'>, measures: Measures): void {
  observeEnd(runtime, session.lost, (code) => {
    if (code !== 'E_CLOSED') measures.count('keelson.store.session.losses', { 'error.type': code });
  });
}

function meteredWatch(inner: Watch, measures: Measures): Watch {
  const note = (event: WatchEvent): void => {
    if (event.type === 'interrupted') measures.count('keelson.store.watch.interruptions');
    else if (event.type === 'snapshot' && event.reason !== 'initial')
      measures.count('keelson.store.watch.restarts', { reason: event.reason });
  };
  return {
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
    [Symbol.asyncIterator]: () => {
      const events = inner[Symbol.asyncIterator]();
      return {
        next: async () => {
          const result = await events.next();
          if (result.done !== true) note(result.value);
          return result;
        },
        return: () => events.return?.() ?? Promise.resolve({ value: undefined, done: true }),
      };
    },
  };
}
