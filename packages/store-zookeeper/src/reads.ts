import { type CallOptions, isKeelsonError } from '@keelson/runtime';
import { checkPath, compareUtf8, type Entry, type Listing, type ReadOptions, type StorePath } from '@keelson/store';
import type { StoreContext } from './context.ts';
import { entryOf, isEntryName } from './entry.ts';
import { walk } from './walk.ts';

/** The reading half of a store on ZooKeeper. */
export class Reads {
  readonly #context: StoreContext;
  /** The newest transaction shown by any connection of this store. */
  readonly #newestZxid: () => bigint;

  constructor(context: StoreContext, newestZxid: () => bigint) {
    this.#context = context;
    this.#newestZxid = newestZxid;
  }

  get(path: StorePath, options: ReadOptions): Promise<Entry | undefined> {
    checkPath(path);
    const { client } = this.#context.main;
    return this.#read('get', path, options, async (limits, caughtUp) => {
      const [node] = await Promise.all([orAbsent(client.get(path, limits)), caughtUp]);
      this.#context.main.noteExistence(path, node !== undefined);
      // The root cannot be written and is never an entry, though ZooKeeper has a node there.
      return node === undefined || path === '/' ? undefined : entryOf(path, node);
    });
  }

  children(path: StorePath, options: ReadOptions): Promise<readonly string[]> {
    checkPath(path);
    const { chrooted, main } = this.#context;
    return this.#read('children', path, options, async (limits, caughtUp) => {
      const [found] = await Promise.all([orAbsent(main.client.children(path, limits)), caughtUp]);
      return (found?.names ?? []).filter((name) => isEntryName(path, name, chrooted)).sort(compareUtf8);
    });
  }

  list(path: StorePath, options: ReadOptions & { readonly recursive?: boolean }): Promise<Listing> {
    checkPath(path);
    return this.#read('list', path, options, async (limits, caughtUp) => {
      // What the server had reached before the walk began is in the listing; whatever comes during the walk may be too.
      const revision = await caughtUp;
      const depth = options.recursive === true ? 'all' : 'children';
      const entries = await walk(this.#context, path, depth, limits);
      const below = [...entries.values()].filter((entry) => entry.path !== path);
      return { entries: below.sort((a, b) => compareUtf8(a.path, b.path)), revision };
    });
  }

  #read<T>(
    name: string,
    path: StorePath,
    options: ReadOptions,
    read: (limits: CallOptions, caughtUp: Promise<bigint>) => Promise<T>,
  ): Promise<T> {
    const { calls, main } = this.#context;
    return calls.read(name, path, options, (limits) =>
      main.reading(limits, () => {
        // A serializable read takes what the server has, unless another connection of this store has shown more.
        const exact = options.consistency !== 'serializable' || this.#newestZxid() > main.client.lastZxid;
        return read(limits, exact ? main.catchUp() : Promise.resolve(main.client.lastZxid));
      }),
    );
  }
}

/** What a read found, `undefined` where there is no such node. */
export async function orAbsent<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isKeelsonError(error, 'E_NOT_FOUND')) return undefined;
    throw error;
  }
}
