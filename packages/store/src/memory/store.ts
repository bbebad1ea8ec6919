import type { Runtime } from '@keelson/runtime';
import { type KvStoreOptions, kvStore } from '../kv/kv-store.ts';
import type { MvccBackend } from '../mvcc/index.ts';
import type { Store } from '../port.ts';
import { memoryBackend } from './backend.ts';
import type { MemoryFaults } from './faults.ts';
import { faultsOf, MemoryLink } from './link.ts';

/** How a memory store is opened. */
export interface MemoryStoreOptions extends Pick<KvStoreOptions, 'prefix'> {
  /** The tree, where several stores share one. It outlives them. Default: a tree of its own, which ends with the store. */
  readonly backend?: MvccBackend;
}

/** A store in memory, and what can be made to go wrong with it. */
export interface MemoryStore extends Store {
  readonly faults: MemoryFaults;
  /** The tree; give it to other stores that are to share it. */
  readonly backend: MvccBackend;
}

/**
 * A store in this process's memory: for tests, simulations and the browser. With a virtual runtime everything in it happens in
 * virtual time, the same way in every run.
 *
 * @example
 * const store = memoryStore(virtualRuntime({ seed: 1 }));
 * store.faults.loseReplies();
 * await store.put('/a', value); // rejects with E_OUTCOME_UNKNOWN at its deadline, but the value is there
 */
export function memoryStore(runtime: Runtime, options: MemoryStoreOptions = {}): MemoryStore {
  const tree = options.backend ?? memoryBackend(runtime);
  const link = new MemoryLink(tree, runtime);
  const store = kvStore(link, runtime, options.prefix === undefined ? {} : { prefix: options.prefix });
  const closeStore = store.close.bind(store);
  const close = async (): Promise<void> => {
    await closeStore();
    if (options.backend === undefined) await tree.close();
  };
  return Object.assign(store, { faults: faultsOf(link, tree), backend: tree, close, [Symbol.asyncDispose]: close });
}
