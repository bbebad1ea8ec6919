export { type EtcdMember, type EtcdOptions, type EtcdServer, startEtcd } from './etcd.ts';
export { type EventuallyOptions, eventually, testRuntime } from './eventually.ts';
export type { LinkFaults } from './faulty-link.ts';
export { freePort, freePorts } from './free-port.ts';
export { type IsolationWay, type NetworkPeer, type PeerNetwork, startPeerNetwork } from './peer-network.ts';
export {
  type CommandResult,
  type ManagedProcess,
  type ProcessExit,
  runCommand,
  type SpawnOptions,
  spawnProcess,
} from './process.ts';
export { chromiumPath, etcdctlPath, requireServer, type ServerName, serverFile } from './servers.ts';
export { StallWatch } from './stall-watch.ts';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
export { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.ts';
export {
  startZooKeeper,
  type ZooKeeperMember,
  type ZooKeeperOptions,
  type ZooKeeperServer,
} from './zookeeper.ts';
