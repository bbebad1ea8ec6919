import { type CallOptions, KeelsonError, type Runtime } from '@keelson/runtime';
import { type KvBackend, leaseOfOwner } from '@keelson/store';
import type { AnnouncedSession } from '@keelson/store/supervised';
import { etcdBackend } from '@keelson/store-etcd';

/** Ends sessions that are leases of etcd, or of Keelson's own server. Keeps one connection to each store that it has been told of. */
export class EtcdSessions {
  readonly #runtime: Runtime;
  readonly #backends = new Map<string, KvBackend>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Opens the connection; any answer shows that it stands. */
  async prepare(address: string): Promise<void> {
    await this.#backend(address).range({ key: '\0', countOnly: true, serializable: true });
  }

  /** Rejects with `E_SESSION_EXPIRED` where the session has ended already. */
  async end(address: string, { session }: AnnouncedSession, limits: CallOptions): Promise<void> {
    const lease = leaseOfOwner(session);
    if (lease === undefined) throw new KeelsonError('E_INVALID_ARGUMENT', `${session} is no session of etcd.`);
    await this.#backend(address).revokeLease(lease, limits);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#backends.values()].map((backend) => backend.close()));
  }

  #backend(address: string): KvBackend {
    const known = this.#backends.get(address);
    if (known !== undefined) return known;
    const backend = etcdBackend({ endpoints: address, runtime: this.#runtime });
    this.#backends.set(address, backend);
    return backend;
  }
}
