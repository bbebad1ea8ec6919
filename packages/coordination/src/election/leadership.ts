import type { CallOptions } from '@keelson/runtime';
import type { Revision, StorePath } from '@keelson/store';

/** An election that was won, until `lost` trips. */
export interface Leadership extends AsyncDisposable {
  readonly path: StorePath;
  /**
   * Create revision of the entry won: greater than that of every earlier leader of the path. Send it with everything done as
   * leader, or compare it in the transaction that does it, so that a deposed leader is refused.
   */
  readonly fencingToken: Revision;
  /**
   * Trips once, when the leadership ended: `E_SESSION_EXPIRED` (before the store can give it to another),
   * `E_VERSION_CONFLICT` (the entry was deleted or replaced from outside) or `E_CLOSED` (resigned).
   */
  readonly lost: AbortSignal;
  /**
   * Gives the leadership up: trips `lost`, then deletes the entry if it is still the one won. Idempotent. Default time limit 5 s; past it the
   * deletion is tried on until the session ends.
   */
  resign(options?: CallOptions): Promise<void>;
}
