import type { Store } from '@keelson/store';
import type { ConformanceFaults, ConformanceFixture } from '@keelson/store/conformance';
import { startTcpProxy, type TcpProxy, testRuntime } from '@keelson/testing';
import { endSession } from '@keelson/zookeeper-client';
import { type ConnectZooKeeperStoreOptions, connectZooKeeperStore, ZooKeeperSession } from '../src/index.ts';

/** How long a reply is held that shall be lost, in milliseconds: longer than the kit waits for it, shorter than the driver's patience with a silent server. */
const HOLD_MS = 400;

/**
 * The conformance fixture of ZooKeeper servers that listen on `ports`; `name` keeps its cases apart. Each store goes through proxies of its
 * own, one for each server; `options` are the store's.
 */
export function zookeeperFixture(
  ports: readonly number[],
  name: string,
  options: Partial<ConnectZooKeeperStoreOptions> = {},
): ConformanceFixture & { readonly close: () => Promise<void> } {
  const proxies = new Map<Store, readonly TcpProxy[]>();
  const onEach = async (store: Store, act: (proxy: TcpProxy) => void): Promise<void> => {
    const found = proxies.get(store);
    if (found === undefined) throw new Error('a store of another fixture');
    for (const proxy of found) act(proxy);
  };
  const faults: ConformanceFaults = {
    expireSession: async (session) => {
      if (!(session instanceof ZooKeeperSession)) throw new Error('a session of another driver');
      const servers = ports.map((port) => `127.0.0.1:${port}`).join(',');
      await endSession({ connectString: servers, session: session.credentials, runtime: testRuntime });
    },
    disconnect: (store) => onEach(store, (proxy) => proxy.cut()),
    reconnect: (store) => onEach(store, (proxy) => proxy.restore()),
    loseReply: (store) => onEach(store, (proxy) => proxy.holdReplies(HOLD_MS)),
  };
  return {
    runtime: testRuntime,
    root: `/conformance/${name}`,
    sessionTtlMs: 2_000,
    faults,
    openStore: async () => {
      const own = await Promise.all(ports.map((port) => startTcpProxy(port)));
      const address = own.map(({ port }) => `127.0.0.1:${port}`).join(',');
      const store = await connectZooKeeperStore({
        address,
        runtime: testRuntime,
        connectionTimeoutMs: 6_000,
        ...options,
      });
      proxies.set(store, own);
      return store;
    },
    close: async () => {
      await Promise.all([...proxies.values()].flat().map((proxy) => proxy.close()));
    },
  };
}
