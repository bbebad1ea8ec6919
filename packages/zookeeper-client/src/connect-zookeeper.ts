import { ZooKeeperClient } from './client.ts';
import type { ConnectZooKeeperOptions } from './client-options.ts';

/**
 * Connects to an ensemble and opens (or takes up) a session. Rejects with `E_UNAVAILABLE` when no server can be reached or what answers is no
 * ZooKeeper, `E_UNAUTHENTICATED`, `E_SESSION_EXPIRED` for a session that cannot be taken up, `E_TIMEOUT`, `E_INVALID_ARGUMENT`.
 *
 * @example
 * await using zk = await connectZooKeeper({ connectString: 'zk1:2181,zk2:2181,zk3:2181/app' });
 * await zk.create('/greeting', new TextEncoder().encode('hello'));
 */
export async function connectZooKeeper(options: ConnectZooKeeperOptions): Promise<ZooKeeperClient> {
  const client = new ZooKeeperClient(options);
  try {
    await client.whenConnected(options);
    return client;
  } catch (error) {
    await client.close({ timeoutMs: 0 }).catch(() => {});
    throw error;
  }
}
