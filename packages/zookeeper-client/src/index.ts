export {
  type CreateNodeOptions,
  type NodeWatch,
  type ReadNodeOptions,
  type VersionOptions,
  ZooKeeperClient,
} from './client.ts';
export {
  type ConnectZooKeeperOptions,
  DEFAULT_MAX_REQUEST_BYTES,
  type ZooKeeperClientOptions,
} from './client-options.ts';
export { type ConnectString, parseConnectString, type ServerAddress } from './connect-string.ts';
export { connectZooKeeper } from './connect-zookeeper.ts';
export type { ZooKeeperTls } from './connection/channel.ts';
export type { AuthInfo } from './connection/handshake.ts';
export type { SaslUser } from './connection/sasl-digest-md5.ts';
export type { ServerRole } from './connection/server-role.ts';
export { type EndSessionOptions, endSession } from './end-session.ts';
export type { ConnectionEvent, SessionCredentials } from './session/session-link.ts';
export { outcomeOf, type TransactionOutcome, type TransactionTrace, tracedMulti } from './traced-multi.ts';
export type { WatchListener } from './watches/watch-table.ts';
export type {
  CreateMode,
  CreateOperation,
  MultiOperation,
  MultiResult,
  ReadOperation,
  ReadResult,
} from './wire/multi.ts';
export {
  type Acl,
  type ClientIdentity,
  type NodeEvent,
  OPEN_ACL,
  Permission,
  type Stat,
  sessionOwner,
  type WatchEventType,
} from './wire/records.ts';
export type { CreatedNode, MultiOutcome, NodeChildren, NodeData } from './wire/requests.ts';
export { ResultCode, zookeeperCodeOf } from './wire/result-code.ts';
