/** A store by its address: `etcd://…`, `zookeeper://…`, or the folder of an embedded one. */
import { openEmbeddedStore } from '@keelson/store-embedded';
import { connectEtcd } from '@keelson/store-etcd';
import { connectZooKeeperStore } from '@keelson/store-zookeeper';

export async function openStore(address, runtime) {
  if (address.startsWith('etcd://')) return await connectEtcd({ endpoints: address, runtime });
  if (address.startsWith('zookeeper://')) return await connectZooKeeperStore({ address, runtime });
  return await openEmbeddedStore({ directory: address, runtime });
}
