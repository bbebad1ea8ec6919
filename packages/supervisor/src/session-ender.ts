import { type CallOptions, isKeelsonError, KeelsonError, type Runtime, retry, withDeadline } from '@keelson/runtime';
import type { AnnouncedSession } from '@keelson/store/supervised';
import { EtcdSessions } from './etcd-sessions.ts';
import { endZooKeeperSession } from './zookeeper-sessions.ts';

/** Ends sessions of others. Only to be used on sessions whose holder is certainly dead. */
export interface SessionEnder {
  /** Makes ready for {@link end}, without touching the session, so that it takes one round trip where the engine allows it. Never fails. */
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
  /** Address for sessions of its engine, where the one that they are announced with will not do: with a user and password, or through another door. */
  readonly store?: string;
}

/** Pause bounds between attempts to reach the store, in milliseconds. */
const RETRY = { baseMs: 20, capMs: 500 };

/** An ender for sessions in etcd, in Keelson's own server and in ZooKeeper. */
export function sessionEnder(options: SessionEnderOptions): SessionEnder {
  const { runtime } = options;
  const etcd = new EtcdSessions(runtime);
  const addressFor = ({ engine, store }: AnnouncedSession): string =>
    options.store !== undefined && engineOf(options.store) === engine ? options.store : store;
  const endOnce = async (session: AnnouncedSession, limits: CallOptions): Promise<void> => {
    const address = addressFor(session);
    if (session.engine === 'etcd') await etcd.end(address, session, limits);
    else if (session.engine === 'zookeeper') await endZooKeeperSession(runtime, address, session, limits);
    else throw unsupported(session);
  };
  return {
    prepare: (session) => {
      if (session.engine !== 'etcd') return;
      etcd.prepare(addressFor(session)).catch((error: unknown) => {
        // There will be another attempt when it matters.
        runtime.logger.debug({ error, session: session.session }, 'no connection to the store yet');
      });
    },
    end: async (session, limits = {}) => {
      try {
        // After its ttl the store has ended it by itself.
        await withDeadline(runtime, limits, limits.timeoutMs ?? session.ttlMs, (signal) =>
          retry(runtime, { ...RETRY, attempts: Number.POSITIVE_INFINITY, retryIf: isWorthAnotherTry, signal }, () =>
            endOnce(session, { signal }),
          ),
        );
      } catch (error) {
        if (!isKeelsonError(error, 'E_SESSION_EXPIRED')) throw error;
      }
    },
    close: () => etcd.close(),
  };
}

const engineOf = (address: string): string => (/^zookeepers?:/.test(address) ? 'zookeeper' : 'etcd');

const unsupported = ({ engine, session }: AnnouncedSession): KeelsonError =>
  new KeelsonError('E_UNSUPPORTED', `Sessions of ${engine} cannot be ended from outside.`, {
    details: { engine, session },
  });

/** Ending a session twice is as good as once: a lost answer is no reason to stop. */
const isWorthAnotherTry = (error: unknown): boolean =>
  isKeelsonError(error) && (error.retryable || error.code === 'E_OUTCOME_UNKNOWN');
