/** What every call that can wait takes. */
export interface CallOptions {
  /**
   * Ends the wait early. The call rejects with `E_ABORTED`, whose `cause` is `signal.reason`; a reason that is a `KeelsonError`
   * is passed on as it is. A write that may have been applied by then rejects with `E_OUTCOME_UNKNOWN` instead.
   */
  readonly signal?: AbortSignal;
  /** The longest wait, in milliseconds; each call states its default. The call rejects with `E_TIMEOUT` (a read) or `E_OUTCOME_UNKNOWN` (a write that may have been applied). */
  readonly timeoutMs?: number;
}

/** The default of `timeoutMs` where a call states no other. */
export const DEFAULT_TIMEOUT_MS = 5_000;
