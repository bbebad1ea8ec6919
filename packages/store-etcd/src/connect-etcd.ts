import { type CallOptions, isKeelsonError, systemRuntime } from '@keelson/runtime';
import { kvStore, type SessionListener, type Store } from '@keelson/store';
import { type SessionAnnouncer, sessionAnnouncer } from '@keelson/store/supervised';
import { type EtcdEndpoint, endpointName, parseEtcdAddress } from './address.ts';
import { type EtcdBackendOptions, etcdBackend } from './etcd-backend.ts';

/** What `connectEtcd` takes besides where the cluster is: `timeoutMs` is the longest wait for the first answer, default 5,000. */
export interface ConnectEtcdOptions extends EtcdBackendOptions, CallOptions {
  /** Put before every path, for example `/production`. Goes before what the address says. */
  readonly prefix?: string;
}

/**
 * Opens a store on an etcd cluster, or on a Keelson server, which speaks etcd's protocol. Resolves once a member has answered.
 * Rejects with `E_UNAVAILABLE` where none does, `E_UNAUTHENTICATED` where the user is not signed in, `E_INVALID_ARGUMENT` for a
 * malformed address. Under `keelson run`, the supervisor learns of its sessions.
 *
 * @example
 * const store = await connectEtcd({ endpoints: 'etcd://127.0.0.1:2379/production' });
 * await store.put('/greeting', new TextEncoder().encode('hello'));
 */
export async function connectEtcd(options: ConnectEtcdOptions): Promise<Store> {
  const { runtime = systemRuntime(), prefix, signal, timeoutMs, ...rest } = options;
  const backend = etcdBackend({ ...rest, runtime });
  try {
    const limits = { ...(signal === undefined ? {} : { signal }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    await backend.range({ key: '\0', countOnly: true, serializable: true }, limits);
  } catch (error) {
    // Any answer will do, and a user may well have no right to this key.
    if (!isKeelsonError(error, 'E_FORBIDDEN')) {
      await backend.close();
      throw error;
    }
  }
  const address = parseEtcdAddress(options.endpoints, { secure: rest.tls !== undefined });
  const onSession = announceTo(sessionAnnouncer(), address.endpoints);
  return kvStore(backend, runtime, {
    prefix: prefix ?? address.prefix,
    ...(onSession === undefined ? {} : { onSession }),
  });
}

/** Under a supervisor (`keelson run`), it learns of every session. The address goes without user and password. */
function announceTo(
  announcer: SessionAnnouncer | undefined,
  endpoints: readonly EtcdEndpoint[],
): SessionListener | undefined {
  if (announcer === undefined) return undefined;
  const scheme = endpoints[0]?.secure === true ? 'etcds' : 'etcd';
  const store = `${scheme}://${endpoints.map(endpointName).join(',')}`;
  return {
    opened: (session, ttlMs) => announcer.opened({ engine: 'etcd', session, ttlMs, store }),
    ended: (session) => announcer.ended(session),
  };
}
