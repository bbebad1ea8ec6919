import type { Change, WatchEvent } from '../../../src/watch.ts';
import type { BrokenDriver } from './broken-driver.ts';
import { changed, changedWatch } from './delegate.ts';

const changesOf = (event: WatchEvent): readonly Change[] => (event.type === 'changes' ? event.changes : []);

/** This one alone may be right where a store may leave out what was overtaken. */
const LOSES_SOME = 'loses every tenth watch event';

/** The same driver, claiming that it may leave out what was overtaken. */
function claimingToCoalesce({ name, breaks, wrap }: BrokenDriver): BrokenDriver {
  return {
    name: `${name}, though it may leave out what was overtaken`,
    breaks,
    wrap: (store, runtime) => {
      const broken = wrap(store, runtime);
      return changed(broken, { capabilities: { ...broken.capabilities, coalescedChanges: true } });
    },
  };
}

const watchers: readonly BrokenDriver[] = [
  {
    name: 'tells of no deletion',
    breaks: 'G20',
    wrap: (store) =>
      changed(store, {
        watch: (path, options) =>
          changedWatch(store.watch(path, options), (event) => {
            const left = changesOf(event).filter(({ type }) => type === 'put');
            if (event.type !== 'changes') return [event];
            return left.length === 0 ? [] : [{ ...event, changes: left }];
          }),
      }),
  },
  {
    name: LOSES_SOME,
    breaks: 'G20',
    wrap: (store) =>
      changed(store, {
        watch: (path, options) => {
          let count = 0;
          return changedWatch(store.watch(path, options), (event) => {
            if (event.type !== 'changes') return [event];
            count += 1;
            return count % 10 === 0 ? [] : [event];
          });
        },
      }),
  },
  {
    name: 'tells a change twice now and then',
    breaks: 'G20',
    wrap: (store) =>
      changed(store, {
        watch: (path, options) => {
          let count = 0;
          return changedWatch(store.watch(path, options), (event) => {
            if (event.type === 'changes') count += 1;
            return event.type === 'changes' && count % 7 === 0 ? [event, event] : [event];
          });
        },
      }),
  },
  {
    name: 'reorders changes',
    breaks: 'G20',
    wrap: (store) =>
      changed(store, {
        watch: (path, options) => {
          let held: WatchEvent | undefined;
          let count = 0;
          return changedWatch(store.watch(path, options), (event) => {
            if (event.type !== 'changes') return [event];
            count += 1;
            const before = held;
            held = undefined;
            if (before !== undefined) return [event, before];
            if (count % 4 !== 0) return [event];
            held = event;
            return [];
          });
        },
      }),
  },
  {
    name: 'takes siblings that begin alike for children',
    breaks: 'G21',
    wrap: (store) =>
      changed(store, {
        watch: (path, options) => {
          const parent = path.slice(0, path.lastIndexOf('/')) || '/';
          const alike = (each: string): boolean => each.startsWith(path);
          return changedWatch(store.watch(parent, { ...options, recursive: true }), (event) => {
            if (event.type === 'snapshot')
              return [{ ...event, entries: event.entries.filter((entry) => alike(entry.path)) }];
            if (event.type !== 'changes') return [event];
            const changes = event.changes.filter((change) =>
              alike(change.type === 'put' ? change.entry.path : change.path),
            );
            return changes.length === 0 ? [] : [{ ...event, changes }];
          });
        },
      }),
  },
  {
    name: 'tells a transaction change by change, though it says that it does not',
    breaks: 'G22',
    wrap: (store) =>
      changed(store, {
        watch: (path, options) =>
          changedWatch(store.watch(path, options), (event) =>
            event.type === 'changes' ? changesOf(event).map((change) => ({ ...event, changes: [change] })) : [event],
          ),
      }),
  },
  {
    name: 'drops what a slow reader did not take, without a word',
    breaks: 'G23',
    wrap: (store) =>
      changed(store, {
        watch: (path, options) =>
          changedWatch(store.watch(path, options), (event) =>
            event.type === 'snapshot' && event.reason === 'overflow' ? [] : [event],
          ),
      }),
  },
  {
    name: 'holds everything for a slow reader, however much it is',
    breaks: 'G23',
    wrap: (store) =>
      changed(store, {
        watch: (path, options) => store.watch(path, { ...options, bufferedChanges: 1_000_000 }),
      }),
  },
  {
    name: 'resumes with a hole: begins one revision too late',
    breaks: 'G24',
    wrap: (store) =>
      changed(store, {
        watch: (path, { afterRevision, ...options } = {}) =>
          store.watch(path, afterRevision === undefined ? options : { ...options, afterRevision: afterRevision + 1n }),
      }),
  },
  {
    name: 'forgets what happened while it was cut off',
    breaks: 'G25',
    wrap: (store) =>
      changed(store, {
        watch: (path, options) => {
          let cutOff = false;
          return changedWatch(store.watch(path, options), (event) => {
            const first = cutOff;
            cutOff = event.type === 'interrupted';
            return first && event.type === 'changes' ? [] : [event];
          });
        },
      }),
  },
  {
    name: 'does not say that it is cut off',
    breaks: 'G25',
    wrap: (store) =>
      changed(store, {
        watch: (path, options) =>
          changedWatch(store.watch(path, options), (event) => (event.type === 'interrupted' ? [] : [event])),
      }),
  },
  {
    name: 'ends its watches without a word when the store is closed',
    breaks: 'G26',
    wrap: (store) =>
      changed(store, {
        watch: (path, options) => {
          const inner = store.watch(path, options);
          const quiet = async function* (): AsyncGenerator<WatchEvent> {
            try {
              yield* inner;
            } catch {
              // The fault: the reader is not told.
            }
          };
          return Object.assign(quiet(), { close: () => inner.close(), [Symbol.asyncDispose]: () => inner.close() });
        },
      }),
  },
];

/** Drivers that are wrong about watches. */
export const brokenWatchers: readonly BrokenDriver[] = [
  ...watchers,
  ...watchers.filter(({ name, breaks }) => breaks === 'G20' && name !== LOSES_SOME).map(claimingToCoalesce),
];
