import { type CallOptions, type Runtime, systemRuntime } from '@keelson/runtime';
import type { Store, StoreCapabilities } from '@keelson/store';
import { Calls } from '@keelson/store/driver';
import { type SessionAnnouncer, sessionAnnouncer } from '@keelson/store/supervised';
import {
  type Acl,
  type AuthInfo,
  connectZooKeeper,
  DEFAULT_MAX_REQUEST_BYTES,
  OPEN_ACL,
  parseConnectString,
  type SaslUser,
  ZooKeeperClient,
  type ZooKeeperClientOptions,
  type ZooKeeperTls,
} from '@keelson/zookeeper-client';
import { parseZooKeeperAddress } from './address.ts';
import { createChroot, type LearntServers, learnServers } from './learn-servers.ts';
import { Link } from './link.ts';
import { type SessionListener, ZooKeeperStore } from './store.ts';

/** What `connectZooKeeperStore` takes: `timeoutMs` is the longest wait for the first answer, default 5,000. */
export interface ConnectZooKeeperStoreOptions extends CallOptions {
  /** `zookeeper://[user:password@]host:port,…[/chroot]` (`zookeepers://` for TLS), or `host:port,…[/chroot]`. The chroot is created where it is missing. */
  readonly address: string;
  /** Trust and identity for TLS. Given, servers are spoken to over TLS whatever the address begins with. */
  readonly tls?: ZooKeeperTls;
  /** Credentials beside those of the address, which are of the scheme `digest`. */
  readonly auth?: readonly AuthInfo[];
  /** A user to sign in by SASL DIGEST-MD5. */
  readonly sasl?: SaslUser;
  /** The access list of everything the store creates. Default: everybody may do everything, as Helix does. */
  readonly acl?: readonly Acl[];
  /** The servers' `jute.maxbuffer`, in bytes: raise both together. Default 1,048,575. */
  readonly maxRequestBytes?: number;
  /** The time-out asked for the store's own connection, which owns no entries, in milliseconds: how soon a silent server is left (two thirds of it). Default 10,000. */
  readonly connectionTimeoutMs?: number;
  /**
   * How exact reads are made: `sync`, the default, by ZooKeeper's `sync`, and by a place in the order of writes where the server leads; `quorum`
   * always by the latter, for ensembles of five and more whose leader may be cut off with a follower, and behind load balancers.
   */
  readonly exactReads?: 'sync' | 'quorum';
  /** Use one-shot watches, as with servers before 3.6, which is found out by itself. Default false. */
  readonly classicWatches?: boolean;
  /** Default: the system's. */
  readonly runtime?: Runtime;
}

/** Bytes of a request that are not the value: paths, access lists, the parents created with an entry. */
const OVERHEAD_BYTES = 64 * 1024;

/** Most comparisons, and operations, of a transaction. ZooKeeper itself only limits the size of the request. */
const MAX_TRANSACTION_OPERATIONS = 500;

/**
 * Opens a store on a ZooKeeper ensemble, 3.5 or newer. Resolves once a server has answered. Rejects with `E_UNAVAILABLE` where none does,
 * `E_UNAUTHENTICATED` where the user is not accepted, `E_INVALID_ARGUMENT` for a malformed address. Under `keelson run`, the supervisor learns of its sessions.
 *
 * @example
 * const store = await connectZooKeeperStore({ address: 'zookeeper://10.0.0.1:2181,10.0.0.2:2181/production' });
 * await store.put('/greeting', new TextEncoder().encode('hello'));
 */
export async function connectZooKeeperStore(options: ConnectZooKeeperStoreOptions): Promise<Store> {
  const { runtime = systemRuntime(), signal, timeoutMs, acl = OPEN_ACL } = options;
  const client = clientOptionsOf(options, runtime);
  const limits = { ...(signal === undefined ? {} : { signal }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  const { chroot } = parseConnectString(client.connectString);
  const servers = await learnServers(client, limits, (first) => createChroot(first, chroot, acl));
  const sessionTimeoutMs = options.connectionTimeoutMs ?? 10_000;
  const main = await connectZooKeeper({ ...client, ...limits, sessionTimeoutMs, onExpired: 'renew' });
  const context = {
    runtime,
    acl,
    calls: new Calls(runtime),
    main: new Link(main),
    chrooted: chroot !== '',
    capabilities: capabilitiesOf(options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES, servers),
  };
  const openClient = (ttlMs: number): ZooKeeperClient =>
    new ZooKeeperClient({ ...client, sessionTimeoutMs: ttlMs, onExpired: 'end' });
  const support = { classic: options.classicWatches === true || !servers.lastingWatches };
  return new ZooKeeperStore(context, openClient, support, announceTo(sessionAnnouncer(), client));
}

/** Under a supervisor (`keelson run`), it learns of every session, with what it takes to end it. The address goes without user and password. */
function announceTo(
  announcer: SessionAnnouncer | undefined,
  { connectString, tls }: ZooKeeperClientOptions,
): SessionListener | undefined {
  if (announcer === undefined) return undefined;
  const store = `${tls === undefined ? 'zookeeper' : 'zookeepers'}://${connectString}`;
  return {
    opened: ({ id, ttlMs, credentials }) =>
      announcer.opened({
        engine: 'zookeeper',
        session: id,
        ttlMs,
        store,
        secret: Buffer.from(credentials.password).toString('base64'),
      }),
    ended: (session) => announcer.ended(session),
  };
}

function clientOptionsOf(options: ConnectZooKeeperStoreOptions, runtime: Runtime): ZooKeeperClientOptions {
  const { connectString, secure, credentials } = parseZooKeeperAddress(options.address);
  const { auth = [], tls = secure ? {} : undefined, sasl, maxRequestBytes, exactReads } = options;
  const own =
    credentials === undefined ? [] : [{ scheme: 'digest', auth: `${credentials.user}:${credentials.password}` }];
  return {
    connectString,
    runtime,
    auth: [...own, ...auth],
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
    ...(maxRequestBytes === undefined ? {} : { maxRequestBytes }),
    ...(exactReads === undefined ? {} : { exactReads }),
  };
}

function capabilitiesOf(maxRequestBytes: number, { minMs, maxMs }: LearntServers): StoreCapabilities {
  return {
    engine: 'zookeeper',
    atomicList: false,
    atomicRecursiveDelete: false,
    atomicWatchEvents: false,
    history: false,
    coalescedChanges: true,
    lingeringParents: true,
    maxValueBytes: maxRequestBytes - OVERHEAD_BYTES,
    maxTransactionOperations: MAX_TRANSACTION_OPERATIONS,
    minSessionTtlMs: minMs,
    maxSessionTtlMs: maxMs,
    // Sessions end on a tick, and followers tell their leader of them twice a tick. The shortest session has two ticks by default.
    sessionExpiryLagMs: minMs,
  };
}
