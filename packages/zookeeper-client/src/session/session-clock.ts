/** What is known of a session's life, by the local monotonic clock. All times in milliseconds. */
export interface SessionClock {
  /** The time-out the server granted. */
  readonly timeoutMs: number;
  /** Sending of the newest request or ping that was answered: the server counts from its arrival, which is later. */
  readonly aliveFromMs: number;
  /** The last time anything was sent. */
  readonly sentMs: number;
  /** The last time anything was heard. */
  readonly heardMs: number;
}

/** What the session needs next. */
export type SessionStep =
  /** Nothing was heard for two thirds of the time-out: the connection is to be given up while there is time for another. */
  | { readonly type: 'silent' }
  /** Nothing was sent for a third of the time-out: the server must hear something. */
  | { readonly type: 'ping' }
  | { readonly type: 'wait'; readonly untilMs: number };

/** How much earlier than the server the client gives up, in milliseconds: room for clocks that run at different speeds, and for a timer's grain. */
export function safetyMarginMs(timeoutMs: number): number {
  return Math.max(2, timeoutMs / 100);
}

/** A session was opened or taken up again by a request sent at `sentMs`. */
export function attached(timeoutMs: number, sentMs: number, nowMs: number): SessionClock {
  return { timeoutMs, aliveFromMs: sentMs, sentMs, heardMs: nowMs };
}

/** Something was sent. */
export function sent(clock: SessionClock, nowMs: number): SessionClock {
  return { ...clock, sentMs: nowMs };
}

/** Something was heard; `answeredSentMs`: the sending of the newest request that it answers, absent where it answers none. */
export function heard(clock: SessionClock, nowMs: number, answeredSentMs?: number): SessionClock {
  const aliveFromMs = Math.max(clock.aliveFromMs, answeredSentMs ?? clock.aliveFromMs);
  return { ...clock, heardMs: nowMs, aliveFromMs };
}

/** Until when the server is known to keep the session. Whoever owns something by it must stop by then. */
export function aliveUntilMs(clock: SessionClock): number {
  return clock.aliveFromMs + clock.timeoutMs - safetyMarginMs(clock.timeoutMs);
}

/** What is to be done at `nowMs`. After a ping `sent` must be told, or the answer stays the same. */
export function nextStep(clock: SessionClock, nowMs: number): SessionStep {
  const silentAtMs = clock.heardMs + (clock.timeoutMs * 2) / 3;
  if (nowMs >= silentAtMs) return { type: 'silent' };
  const pingAtMs = clock.sentMs + clock.timeoutMs / 3;
  if (nowMs >= pingAtMs) return { type: 'ping' };
  return { type: 'wait', untilMs: Math.min(silentAtMs, pingAtMs) };
}

/** How long one server may take to answer the first request, in milliseconds: with several servers short enough that another can be tried within the session. */
export function attemptLimitMs(timeoutMs: number, servers: number, hasSession: boolean): number {
  const shareMs = timeoutMs / (servers === 1 ? 1.5 : 3);
  return hasSession ? Math.min(4_000, Math.max(300, shareMs)) : Math.min(10_000, Math.max(2_000, shareMs));
}
