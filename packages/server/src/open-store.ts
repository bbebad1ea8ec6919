import { KeelsonError, type Runtime } from '@keelson/runtime';
import { type KvBackend, kvStore, type Store } from '@keelson/store';
import { memoryBackend } from '@keelson/store/memory';
import type { MvccBackend } from '@keelson/store/mvcc';

/** A store the server has opened. */
export interface OpenedStore {
  readonly store: Store;
  /** The engine in this process, which the etcd API is served from; absent where the store is elsewhere. */
  readonly engine?: MvccBackend;
  /** What it is, for people. */
  readonly description: string;
  /** Address at which other processes reach the same store, where that is not this server's etcd API. */
  readonly url?: string;
  /** Closes the store, then the engine. */
  close(): Promise<void>;
}

/** How a store is opened. */
export interface OpenStoreOptions {
  /** `embedded:`, `memory:`, `etcd://host:port,…[/prefix]` or `zookeeper://host:port,…[/chroot]`. */
  readonly url: string;
  /** Folder of the embedded store. */
  readonly dataDirectory: string | undefined;
  readonly runtime: Runtime;
}

/**
 * Opens the store that `url` names. Rejects with `E_INVALID_ARGUMENT` for another scheme, and as the drivers do: `E_UNAVAILABLE` where an
 * etcd or ZooKeeper cannot be reached, the embedded store's codes where its folder is held, damaged or of a newer format.
 */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  const { url, runtime, dataDirectory } = options;
  const scheme = url.split(':', 1)[0];
  if (scheme === 'embedded') {
    if (dataDirectory === undefined)
      throw new KeelsonError('E_INVALID_ARGUMENT', 'The embedded store needs a data folder. Give --data-dir.');
    const { openEmbeddedBackend } = await import('@keelson/store-embedded');
    return hosted(
      await openEmbeddedBackend({ directory: dataDirectory, runtime }),
      runtime,
      `embedded, in ${dataDirectory}`,
    );
  }
  if (scheme === 'memory') return hosted(memoryBackend(runtime), runtime, 'memory: nothing is kept');
  if (scheme === 'etcd' || scheme === 'etcds') {
    const { connectEtcd } = await import('@keelson/store-etcd');
    const store = await connectEtcd({ endpoints: url, runtime });
    return { store, description: withoutPassword(url), url, close: () => store.close() };
  }
  if (scheme === 'zookeeper' || scheme === 'zookeepers') {
    const { connectZooKeeperStore } = await import('@keelson/store-zookeeper');
    const store = await connectZooKeeperStore({ address: url, runtime });
    return { store, description: withoutPassword(url), url, close: () => store.close() };
  }
  throw new KeelsonError(
    'E_INVALID_ARGUMENT',
    `\`${withoutPassword(url).slice(0, 100)}\` is no store. Give etcd://host:port,…[/prefix], zookeeper://host:port,…[/chroot], memory: or nothing for the embedded one.`,
  );
}

/** What may be shown of an address that may hold a user and a password. */
function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/)[^@/]*@/, '$1');
}

function hosted(engine: MvccBackend & KvBackend, runtime: Runtime, description: string): OpenedStore {
  const store = kvStore(engine, runtime, { closeBackend: false });
  return {
    store,
    engine,
    description,
    close: async () => {
      await store.close();
      await engine.close();
    },
  };
}
