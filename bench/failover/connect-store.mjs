/** The store that a URL names. */
import { connectEtcd } from '@keelson/store-etcd';
import { connectZooKeeperStore } from '@keelson/store-zookeeper';

export async function connectStore(url, runtime) {
  return url.startsWith('zookeeper')
    ? await connectZooKeeperStore({ address: url, runtime })
    : await connectEtcd({ endpoints: url, runtime });
}
