import type { Store } from '@keelson/store';
import type { ConformanceFaults, ConformanceFixture } from '@keelson/store/conformance';
import { startTcpProxy, type TcpProxy, testRuntime } from '@keelson/testing';
import { connectEtcd, etcdBackend } from '../src/index.ts';

/** How long a reply is held that shall be lost, in milliseconds: longer than the kit waits for it, shorter than the driver's patience with a silent member. */
const HOLD_MS = 400;

/** The conformance fixture of one etcd (or what speaks like one) that listens on `port`; `name` keeps its cases apart. */
export function etcdFixture(port: number, name: string): ConformanceFixture & { readonly close: () => Promise<void> } {
  const endpoints = [`127.0.0.1:${port}`];
  const proxies = new Map<Store, TcpProxy>();
  const proxyOf = (store: Store): TcpProxy => {
    const proxy = proxies.get(store);
    if (proxy === undefined) throw new Error('a store of another fixture');
    return proxy;
  };
  const faults: ConformanceFaults = {
    expireSession: async (session) => {
      const backend = etcdBackend({ endpoints });
      await backend.revokeLease(BigInt.asIntN(64, BigInt(`0x${session.id}`)));
      await backend.close();
    },
    disconnect: async (store) => proxyOf(store).cut(),
    reconnect: async (store) => proxyOf(store).restore(),
    loseReply: async (store) => proxyOf(store).holdReplies(HOLD_MS),
  };
  return {
    runtime: testRuntime,
    root: `/conformance/${name}`,
    sessionTtlMs: 2_000,
    faults,
    openStore: async () => {
      const proxy = await startTcpProxy(port);
      const store = await connectEtcd({ endpoints: [`127.0.0.1:${proxy.port}`], runtime: testRuntime });
      proxies.set(store, proxy);
      return store;
    },
    close: async () => {
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
    },
  };
}
