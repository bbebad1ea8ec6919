import type { CallOptions } from '@keelson/runtime';

/** How a session is opened. */
export interface SessionOptions extends CallOptions {
  /** How long the session outlives silence, in milliseconds. Shorter finds crashes sooner; longer forgives pauses and slow networks. The engine may grant more: read `session.ttlMs`. */
  readonly ttlMs: number;
}

/**
 * A life sign with the store. What is written under it goes when it ends.
 *
 * Its promise: **`lost` trips no later than the moment at which the store can first give the session's entries away**, by the
 * local monotonic clock, counted from the *sending* of the last acknowledged keepalive, whatever the network does. After a pause of
 * the process, `lost` is tripped before any other callback of this session runs, and `assertAlive` throws; and whoever kept
 * the signal and reads `aborted` is told the truth by the clock, whether or not a timer has had its turn.
 */
export interface Session extends AsyncDisposable {
  /** Lower-case hex without prefix, as Helix writes session ids. Equals `owner` of the entries written under it. */
  readonly id: string;
  /** The granted time to live, in milliseconds. */
  readonly ttlMs: number;
  /** Trips once, when the session has ended or can no longer be known to live. `reason` is a `KeelsonError` with `E_SESSION_EXPIRED` or `E_CLOSED`. Never untrips. */
  readonly lost: AbortSignal;
  /** Local monotonic time until which the store is known to keep the session, in milliseconds. */
  readonly aliveUntilMs: number;
  /** Throws `E_SESSION_EXPIRED` unless the session is known to live at this instant. */
  assertAlive(): void;
  /** Ends the session now: its entries are deleted. Trips `lost` with `E_CLOSED`. Idempotent. */
  close(options?: CallOptions): Promise<void>;
}
