import type { CallOptions } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import type { ReplicaView } from './replica-table.ts';

/** An instance that takes part in a cluster, over one session after the other, until it is closed. */
export interface Participant extends AsyncDisposable {
  readonly cluster: string;
  readonly instance: string;
  /** The session it is live under; the last one while it has none. */
  readonly session: Session;
  /** Trips when that session is lost: everything owned is gone. After a rejoin it is another signal. */
  readonly sessionLost: AbortSignal;
  /** Whether it is live in the cluster now. */
  readonly live: boolean;
  /** What went wrong last while it had no session; `undefined` once it is live again. */
  readonly lastError: unknown;
  /** The replicas it holds. */
  replicas(): readonly ReplicaView[];
  /**
   * Leaves in order: ends every ownership, resets every replica, writes the history and closes the session, upon which the others take
   * over at once. Idempotent. Default time limit 5 s; what could not be told to the store by then ends with the session's ttl.
   */
  close(options?: CallOptions): Promise<void>;
}
