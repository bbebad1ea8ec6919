export { type ConnectZooKeeperStoreOptions, connectZooKeeperStore } from './connect-zookeeper-store.ts';
export { ZooKeeperSession } from './session.ts';
