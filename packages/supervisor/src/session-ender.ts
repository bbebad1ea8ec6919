import { type CallOptions, isKeelsonError, KeelsonError, type Runtime, retry, withDeadline } from '@keelson/runtime';
import { type KvBackend, leaseOfOwner } from '@keelson/store';
import type { AnnouncedSession } from '@keelson/store/supervised';
import { etcdBackend } from '@keelson/store-etcd';

/** Ends sessions of others. Only to be used on sessions whose holder is certainly dead. */
export interface SessionEnder {
  /** Makes ready for {@link end}, so that it takes one round trip. Never fails. */
  prepare(session: AnnouncedSession): void;
  /**
   * Ends a session; one that has ended already is no failure. Tries again while the store is out of reach, until the session's ttl is over.
   *
   * @throws E_UNSUPPORTED for an engine it cannot speak to; what the store answered otherwise.
   */
  end(session: AnnouncedSession, options?: CallOptions): Promise<void>;
  close(): Promise<void>;
}

/** How an ender reaches stores. */
export interface SessionEnderOptions {
  readonly runtime: Runtime;
  /** Address of the store, where the one that sessions are announced with will not do: with a user and password, or through another door. */
  readonly store?: string;
}

/** Pause bounds between attempts to reach the store, in milliseconds. */
const RETRY = { baseMs: 20, capMs: 500 };

/** An ender for sessions in etcd and in Keelson's own server. Keeps one connection to each store that it has been told of. */
export function sessionEnder(options: SessionEnderOptions): SessionEnder {
  const { runtime } = options;
  const backends = new Map<string, KvBackend>();
  const backendFor = (session: AnnouncedSession): KvBackend => {
    if (session.engine !== 'etcd')
      throw new KeelsonError('E_UNSUPPORTED', `Sessions of ${session.engine} cannot be ended from outside yet.`, {
        details: { engine: session.engine, session: session.session },
      });
    const address = options.store ?? session.store;
    const known = backends.get(address);
    if (known !== undefined) return known;
    const backend = etcdBackend({ endpoints: address, runtime });
    backends.set(address, backend);
    return backend;
  };
  return {
    prepare: (session) => {
      // Any answer shows that the connection stands; where there is none, the end will look for one.
      void (async () => backendFor(session).range({ key: '\0', countOnly: true, serializable: true }))().catch(
        (error: unknown) => runtime.logger.debug({ error, session: session.session }, 'no connection to the store yet'),
      );
    },
    end: (session, limits = {}) => endLease(runtime, backendFor, session, limits),
    close: async () => {
      await Promise.all([...backends.values()].map((backend) => backend.close()));
    },
  };
}

async function endLease(
  runtime: Runtime,
  backendFor: (session: AnnouncedSession) => KvBackend,
  session: AnnouncedSession,
  limits: CallOptions,
): Promise<void> {
  const lease = leaseOfOwner(session.session);
  if (lease === undefined)
    throw new KeelsonError('E_INVALID_ARGUMENT', `${session.session} is no session of ${session.engine}.`);
  const backend = backendFor(session);
  try {
    // After its ttl the store has ended it by itself.
    await withDeadline(runtime, limits, limits.timeoutMs ?? session.ttlMs, (signal) =>
      retry(runtime, { ...RETRY, attempts: Number.POSITIVE_INFINITY, retryIf: isWorthAnotherTry, signal }, () =>
        backend.revokeLease(lease, { signal }),
      ),
    );
  } catch (error) {
    if (!isKeelsonError(error, 'E_SESSION_EXPIRED')) throw error;
  }
}

/** Ending a session twice is as good as once: a lost answer is no reason to stop. */
const isWorthAnotherTry = (error: unknown): boolean =>
  isKeelsonError(error) && (error.retryable || error.code === 'E_OUTCOME_UNKNOWN');
