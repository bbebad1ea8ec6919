import type { CallOptions, Runtime } from '@keelson/runtime';
import type { Store } from '@keelson/store';

/** Opens the store that a URL names, with the driver of its engine: `etcd://…` (also a Keelson server) or `zookeeper://…`. Only that driver is loaded. */
export async function connectStore(url: string, runtime: Runtime, limits: CallOptions = {}): Promise<Store> {
  if (/^zookeepers?:/.test(url)) {
    const { connectZooKeeperStore } = await import('@keelson/store-zookeeper');
    return await connectZooKeeperStore({ address: url, runtime, ...limits });
  }
  const { connectEtcd } = await import('@keelson/store-etcd');
  return await connectEtcd({ endpoints: url, runtime, ...limits });
}
