import { type CallOptions, isKeelsonError, systemRuntime } from '@keelson/runtime';
import { kvStore, type Store } from '@keelson/store';
import { parseEtcdAddress } from './address.ts';
import { type EtcdBackendOptions, etcdBackend } from './etcd-backend.ts';

/** What `connectEtcd` takes besides where the cluster is: `timeoutMs` is the longest wait for the first answer, default 5,000. */
export interface ConnectEtcdOptions extends EtcdBackendOptions, CallOptions {
  /** Put before every path, for example `/production`. Goes before what the address says. */
  readonly prefix?: string;
}

/**
 * Opens a store on an etcd cluster, or on a Keelson server, which speaks etcd's protocol. Resolves once a member has answered.
 * Rejects with `E_UNAVAILABLE` where none does, `E_UNAUTHENTICATED` where the user is not signed in, `E_INVALID_ARGUMENT` for a
 * malformed address.
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
  return kvStore(backend, runtime, { prefix: prefix ?? parseEtcdAddress(options.endpoints).prefix });
}
