import { KeelsonError, withDeadline } from '@keelson/runtime';
import { checkPath } from '../path.ts';
import type { ChildrenOptions, Entry, Listing, ReadOptions, StorePath } from '../port.ts';
import type { RangeRequest } from './backend.ts';
import type { BackendOptions } from './calls.ts';
import type { StoreContext } from './context.ts';
import { entryOf } from './entry.ts';
import { namesOf } from './names.ts';
import { type Ranger, scanChildren, scanDescendants, withRestart } from './scan.ts';
import type { WatchDepth } from './watch-scope.ts';

/** The reading half of a store over the etcd model. */
export class Reads {
  readonly #context: StoreContext;
  /** The newest revision a read has shown. A serializable read that is older is made again: reads never go back. */
  #seenRevision = 0n;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  get(path: StorePath, options: ReadOptions): Promise<Entry | undefined> {
    const { calls, keys } = this.#context;
    checkPath(path);
    return calls.read('get', path, options, async (limits) => {
      const { kvs } = await this.#ranger(limits)({ key: keys.keyOf(path), ...consistencyOf(options) });
      return kvs[0] === undefined ? undefined : entryOf(path, kvs[0]);
    });
  }

  children(path: StorePath, options: ChildrenOptions): Promise<readonly string[]> {
    const { calls, keys } = this.#context;
    checkPath(path);
    const { createdUpTo } = options;
    if (createdUpTo !== undefined && typeof createdUpTo !== 'bigint')
      throw new KeelsonError('E_INVALID_ARGUMENT', 'createdUpTo must be a bigint.');
    return calls.read('children', path, options, async (limits) => {
      const bound = createdUpTo === undefined ? {} : { maxCreateRevision: createdUpTo };
      const request = { ...consistencyOf(options), ...bound, keysOnly: true };
      const { names } = await withRestart(() => scanChildren(keys, path, this.#ranger(limits), request));
      return namesOf(keys, path, names);
    });
  }

  list(path: StorePath, options: ReadOptions & { readonly recursive?: boolean }): Promise<Listing> {
    const { calls, keys } = this.#context;
    checkPath(path);
    const scan = options.recursive === true ? scanDescendants : scanChildren;
    return calls.read('list', path, options, async (limits) => {
      const found = await withRestart(() => scan(keys, path, this.#ranger(limits), consistencyOf(options)));
      return { entries: this.#entries(found.kvs), revision: found.revision };
    });
  }

  /** Everything a watch on `path` covers, at one revision. `limits` are those of each read that it takes. */
  async snapshot(path: StorePath, depth: WatchDepth, limits: BackendOptions): Promise<Listing> {
    const { keys, runtime } = this.#context;
    const ranger: Ranger = (request) =>
      withDeadline(runtime, limits, limits.timeoutMs, (signal) =>
        this.#ranger({ signal, timeoutMs: limits.timeoutMs })(request),
      );
    const scan = depth === 'all' ? scanDescendants : scanChildren;
    return await withRestart(async () => {
      const own = await ranger({ key: keys.keyOf(path) });
      if (depth === 'entry') return { entries: this.#entries(own.kvs), revision: own.revision };
      const below = await scan(keys, path, ranger, {}, own.revision);
      return { entries: this.#entries([...own.kvs, ...below.kvs]), revision: own.revision };
    });
  }

  #entries(kvs: readonly Parameters<typeof entryOf>[1][]): Entry[] {
    const entries: Entry[] = [];
    for (const kv of kvs) {
      const path = this.#context.keys.pathOf(kv.key);
      if (path !== undefined) entries.push(entryOf(path, kv));
    }
    return entries;
  }

  #ranger(limits: BackendOptions): Ranger {
    const { backend } = this.#context;
    return async (request) => {
      const result = await backend.range(request, limits);
      if (request.serializable !== true || result.revision >= this.#seenRevision) return this.#seen(result);
      return this.#seen(await backend.range({ ...request, serializable: false }, limits));
    };
  }

  #seen<T extends { readonly revision: bigint }>(result: T): T {
    if (result.revision > this.#seenRevision) this.#seenRevision = result.revision;
    return result;
  }
}

function consistencyOf(options: ReadOptions): Pick<RangeRequest, 'serializable'> {
  return options.consistency === 'serializable' ? { serializable: true } : {};
}
