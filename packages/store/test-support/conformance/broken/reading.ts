import { isPath, lastSegment } from '../../../src/path.ts';
import type { Entry } from '../../../src/port.ts';
import type { BrokenDriver } from './broken-driver.ts';
import { changed } from './delegate.ts';

/** Drivers that are wrong about paths and reading. */
export const brokenReaders: readonly BrokenDriver[] = [
  {
    name: 'takes a path with a trailing slash for the path without',
    breaks: 'G1',
    wrap: (store) => changed(store, { get: (path, options) => store.get(path.replace(/(.)\/$/, '$1'), options) }),
  },
  {
    name: 'does not tell names apart by case',
    breaks: 'G1',
    wrap: (store) => {
      const fold = (path: string): string => (isPath(path) ? path.toLowerCase() : path);
      return changed(store, {
        get: (path, options) => store.get(fold(path), options),
        create: (path, value, options) => store.create(fold(path), value, options),
      });
    },
  },
  {
    name: 'reads from a cache',
    breaks: 'G2',
    wrap: (store) => {
      const cache = new Map<string, Entry | undefined>();
      return changed(store, {
        get: async (path, options) => {
          if (!cache.has(path)) cache.set(path, await store.get(path, options));
          return cache.get(path);
        },
      });
    },
  },
  {
    name: 'keeps the version over a deletion',
    breaks: 'G3',
    wrap: (store) => {
      const lives = new Map<string, number>();
      return changed(store, {
        put: async (path, value, options) => {
          const written = await store.put(path, value, options);
          return { ...written, version: written.version + (lives.get(path) ?? 0) };
        },
        delete: async (path, options) => {
          lives.set(path, ((await store.get(path).catch(() => undefined))?.version ?? 0) + (lives.get(path) ?? 0));
          return await store.delete(path, options);
        },
      });
    },
  },
  {
    name: 'counts revisions per client',
    breaks: 'G4',
    wrap: (store) => {
      let count = 0n;
      return changed(store, {
        create: async (path, value, options) => {
          count += 1n;
          return { ...(await store.create(path, value, options)), revision: count };
        },
      });
    },
  },
  {
    name: 'lists only children that were written themselves',
    breaks: 'G5',
    wrap: (store) =>
      changed(store, {
        children: async (path, options) =>
          (await store.list(path, options)).entries.map((entry) => lastSegment(entry.path)),
      }),
  },
  {
    name: 'lists its first hundred entries only',
    breaks: 'G6',
    wrap: (store) =>
      changed(store, {
        list: async (path, options) => {
          const { entries, revision } = await store.list(path, options);
          return { entries: entries.slice(0, 100), revision };
        },
      }),
  },
  {
    name: 'lists entry by entry, though it says that it lists one state',
    breaks: 'G6',
    wrap: (store) =>
      changed(store, {
        list: async (path, options) => {
          const { entries, revision } = await store.list(path, options);
          const again: Entry[] = [];
          for (const entry of entries) {
            const now = await store.get(entry.path);
            if (now !== undefined) again.push(now);
          }
          return { entries: again, revision };
        },
      }),
  },
  {
    name: 'keeps the array it was given',
    breaks: 'G7',
    wrap: (store) =>
      changed(store, {
        put: async (path, value, options) => {
          // As a driver does that sends on its next turn.
          await Promise.resolve();
          return await store.put(path, value, options);
        },
      }),
  },
  {
    name: 'takes values of any size, cut to what fits',
    breaks: 'G7',
    wrap: (store) =>
      changed(store, {
        put: (path, value, options) => store.put(path, value.subarray(0, store.capabilities.maxValueBytes), options),
      }),
  },
  {
    name: 'answers serializable reads from a replica that lags',
    breaks: 'G32',
    wrap: (store) => {
      const shown: (Entry | undefined)[] = [];
      return changed(store, {
        get: async (path, options) => {
          shown.push(await store.get(path, options));
          return options?.consistency === 'serializable' ? shown.at(-4) : shown.at(-1);
        },
      });
    },
  },
];
