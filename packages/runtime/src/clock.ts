/** Milliseconds since the Unix epoch, for people and for records. May step. */
export type WallMs = number;

/** Milliseconds on a clock that never goes back, for measuring and for deadlines. Its zero means nothing. */
export type MonotonicMs = number;

/** The only source of time in Keelson; virtual in simulations. */
export interface Clock {
  /** Wall time, in milliseconds since the Unix epoch. May be stepped by the operator of the machine. */
  wallMs(): WallMs;
  /** Monotonic time, in milliseconds. Every lease, time-out and deadline is computed from this one. */
  monotonicMs(): MonotonicMs;
}

/** A timer that has been set and can be taken back. */
export interface TimerHandle {
  /** Takes the timer back. Does nothing when it has fired or was cancelled before. */
  cancel(): void;
}

/** The only source of delays in Keelson; virtual in simulations. */
export interface Timers {
  /** Calls `run` once, `delayMs` milliseconds from now. The timer keeps the process alive unless `options.background`. */
  after(delayMs: number, run: () => void, options?: { readonly background?: boolean }): TimerHandle;
  /** Calls `run` every `periodMs` milliseconds, never two at once in one tick. */
  every(periodMs: number, run: () => void, options?: { readonly background?: boolean }): TimerHandle;
}

/** The only source of chance in Keelson; seeded in simulations. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** An integer in [0, bound). `bound` is at least 1. */
  integer(bound: number): number;
  /** A random version-4 UUID, lower case. */
  uuid(): string;
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
}
