import { isKeelsonError } from '@keelson/runtime';
import type { CreateOptions, DeleteOptions, PutOptions } from '../../../src/port.ts';
import type { Operation, OperationResult } from '../../../src/transaction.ts';
import type { BrokenDriver } from './broken-driver.ts';
import { changed } from './delegate.ts';

const withoutExpect = <T extends PutOptions | DeleteOptions>(options: T | undefined): Omit<T, 'expect'> | undefined => {
  if (options === undefined) return undefined;
  const { expect: _ignored, ...rest } = options;
  return rest;
};

const withoutSequential = (options: CreateOptions): CreateOptions => {
  const { sequential: _ignored, ...rest } = options;
  return rest;
};

/** Drivers that are wrong about writing. */
export const brokenWriters: readonly BrokenDriver[] = [
  {
    name: 'ignores what a put expects',
    breaks: 'G8',
    wrap: (store) => changed(store, { put: (path, value, options) => store.put(path, value, withoutExpect(options)) }),
  },
  {
    name: 'creates by looking first and writing then',
    breaks: 'G9',
    wrap: (store) =>
      changed(store, {
        create: async (path, value, options) => {
          if (options?.sequential === true || (await store.get(path)) !== undefined)
            return await store.create(path, value, options);
          return await store.put(path, value, options);
        },
      }),
  },
  {
    name: 'numbers sequential names by how many children there are',
    breaks: 'G10',
    wrap: (store) =>
      changed(store, {
        create: async (path, value, options) => {
          if (options?.sequential !== true) return await store.create(path, value, options);
          const parent = path.slice(0, path.lastIndexOf('/'));
          for (let number = (await store.children(parent)).length; ; number += 1) {
            try {
              const name = path + String(number).padStart(10, '0');
              return await store.create(name, value, withoutSequential(options));
            } catch (error) {
              if (!isKeelsonError(error, 'E_ALREADY_EXISTS')) throw error;
            }
          }
        },
      }),
  },
  {
    name: 'deletes an entry and leaves its children orphaned',
    breaks: 'G11',
    wrap: (store) =>
      changed(store, {
        delete: async (path, options) => {
          try {
            return await store.delete(path, options);
          } catch (error) {
            if (!isKeelsonError(error, 'E_NOT_EMPTY')) throw error;
            return true;
          }
        },
      }),
  },
  {
    name: 'deletes a subtree one by one, though it says that it does so in one step',
    breaks: 'G11',
    wrap: (store) =>
      changed(store, {
        delete: async (path, options) => {
          if (options?.recursive !== true) return await store.delete(path, options);
          const { entries } = await store.list(path, { recursive: true });
          for (const entry of entries.toReversed()) await store.delete(entry.path);
          return await store.delete(path, options);
        },
      }),
  },
  {
    name: 'ignores what a transaction compares',
    breaks: 'G12',
    wrap: (store) =>
      changed(store, { transact: ({ if: _ignored, ...transaction }, options) => store.transact(transaction, options) }),
  },
  {
    name: 'applies a transaction operation by operation, so that half of it may stay',
    breaks: 'G12',
    wrap: (store) =>
      changed(store, {
        transact: async (transaction, options) => {
          const { succeeded } = await store.transact({ if: transaction.if ?? [], then: [] }, options);
          const results: OperationResult[] = [];
          let revision = 0n;
          const branch: readonly Operation[] = succeeded ? transaction.then : (transaction.else ?? []);
          for (const operation of branch) {
            const one = await store.transact({ then: [operation] }, options);
            results.push(...one.results);
            ({ revision } = one);
          }
          return { succeeded, revision, results };
        },
      }),
  },
  {
    name: 'compares first and writes then',
    breaks: 'G13',
    wrap: (store) =>
      changed(store, {
        transact: async (transaction, options) => {
          const { succeeded } = await store.transact({ if: transaction.if ?? [], then: [] }, options);
          const branch = succeeded ? transaction.then : (transaction.else ?? []);
          return { ...(await store.transact({ then: branch }, options)), succeeded };
        },
      }),
  },
];
