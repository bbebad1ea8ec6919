import { isKeelsonError, KeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { connectEtcd } from '@keelson/store-etcd';
import { connectZooKeeperStore } from '@keelson/store-zookeeper';

/** How long a client goes on trying to connect, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Opens a store by its address, and tries for a while: the servers may just be under a fault. */
export async function connectStore(url: string, runtime: Runtime): Promise<Store> {
  const endMs = runtime.clock.monotonicMs() + PATIENCE_MS;
  for (;;) {
    try {
      return await open(url, runtime);
    } catch (error) {
      if (!isKeelsonError(error) || !error.retryable || runtime.clock.monotonicMs() > endMs) throw error;
      await sleep(runtime, 200);
    }
  }
}

function open(url: string, runtime: Runtime): Promise<Store> {
  if (url.startsWith('etcd://')) return connectEtcd({ endpoints: url, runtime });
  if (url.startsWith('zookeeper://')) return connectZooKeeperStore({ address: url, runtime });
  return Promise.reject(new KeelsonError('E_INVALID_ARGUMENT', `No store is known for ${url}.`));
}
