import {
  type CallOptions,
  type DeadlineTimer,
  deadlineTimer,
  isKeelsonError,
  KeelsonError,
  lookFirst,
  type TimerHandle,
  withDeadline,
  withinLimits,
} from '@keelson/runtime';
import type { Session, SessionOptions } from '../session.ts';
import type { KvLease } from './backend.ts';
import type { StoreContext } from './context.ts';
import { ownerOfLease } from './entry.ts';

/** How much earlier than the store the client gives up, in milliseconds: room for clocks that run at different speeds, and for a timer's grain. */
export function safetyMarginMs(ttlMs: number): number {
  return Math.max(2, ttlMs / 100);
}

/**
 * A session over a lease. The lease is renewed every third of its ttl. The deadline counts from the sending of
 * the last renewal that was answered, as the store counts from its arrival, which is later. Everything that happens to the
 * session looks at that deadline first, so that a process that was stopped learns of its loss before it does anything else.
 */
export class LeaseSession implements Session {
  readonly id: string;
  readonly #context: StoreContext;
  readonly #lease: bigint;
  readonly #lost = new AbortController();
  readonly #deadline: DeadlineTimer;
  readonly #onEnded: (session: LeaseSession) => void;
  #ttlMs: number;
  #beat: TimerHandle | undefined;
  #revoked: Promise<void> | undefined;

  /** Opens one; `onEnded` is told once its lease needs no more looking after. */
  static async open(
    context: StoreContext,
    options: SessionOptions,
    onEnded: (session: LeaseSession) => void,
  ): Promise<LeaseSession> {
    const { backend, calls, runtime } = context;
    if (!Number.isFinite(options.ttlMs) || options.ttlMs <= 0)
      throw new KeelsonError('E_INVALID_ARGUMENT', `ttlMs must be a positive number, not ${options.ttlMs}.`);
    const ttlMs = Math.max(Math.ceil(options.ttlMs), backend.limits.minLeaseTtlMs);
    // Not a write for the caller: a lease whose reply was lost holds nothing and ends by itself.
    return await calls.read('openSession', '/', options, async (limits) => {
      const sentAtMs = runtime.clock.monotonicMs();
      const lease = await backend.grantLease(ttlMs, limits);
      return new LeaseSession(context, lease, sentAtMs, onEnded);
    });
  }

  private constructor(
    context: StoreContext,
    lease: KvLease,
    sentAtMs: number,
    onEnded: (session: LeaseSession) => void,
  ) {
    this.id = ownerOfLease(lease.id);
    this.#context = context;
    this.#lease = lease.id;
    this.#ttlMs = lease.ttlMs;
    this.#onEnded = onEnded;
    this.#deadline = deadlineTimer(context.runtime, this.#deadlineFrom(sentAtMs), () => this.#expired());
    lookFirst(this.#lost.signal, () => this.#deadline.check());
    this.#scheduleBeat(sentAtMs + this.#ttlMs / 3);
  }

  get ttlMs(): number {
    return this.#ttlMs;
  }

  get lost(): AbortSignal {
    this.#deadline.check();
    return this.#lost.signal;
  }

  get aliveUntilMs(): number {
    return this.#deadline.deadlineMs;
  }

  assertAlive(): void {
    if (!this.lost.aborted) return;
    throw new KeelsonError('E_SESSION_EXPIRED', `The session ${this.id} has ended.`, {
      cause: this.#lost.signal.reason,
      details: { session: this.id },
    });
  }

  close(options: CallOptions = {}): Promise<void> {
    // The owner stops before its entries go.
    this.#end(new KeelsonError('E_CLOSED', `The session ${this.id} was closed.`, { details: { session: this.id } }));
    this.#revoked ??= this.#revoke(options).catch((error: unknown) => {
      // A revocation that failed may be tried again by another close.
      this.#revoked = undefined;
      throw error;
    });
    return this.#revoked;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #revoke(options: CallOptions): Promise<void> {
    const { backend, runtime } = this.#context;
    const timeoutMs = options.timeoutMs ?? Math.min(5_000, this.#ttlMs);
    try {
      // Not through the calls of the store: those are ended before its sessions are.
      await withDeadline(runtime, options, timeoutMs, (signal) =>
        backend.revokeLease(this.#lease, { signal, timeoutMs }),
      );
    } catch (error) {
      if (!isKeelsonError(error, 'E_SESSION_EXPIRED')) throw error;
    }
    this.#onEnded(this);
  }

  #deadlineFrom(sentAtMs: number): number {
    return sentAtMs + this.#ttlMs - safetyMarginMs(this.#ttlMs);
  }

  /** Sets the next renewal; whatever was set before is replaced. */
  #scheduleBeat(atMs: number): void {
    const { clock, timers } = this.#context.runtime;
    this.#beat?.cancel();
    const delayMs = Math.max(0, atMs - clock.monotonicMs());
    this.#beat = timers.after(delayMs, () => this.#sendBeat(), { background: true });
  }

  #sendBeat(): void {
    if (this.lost.aborted) return;
    const { backend, runtime } = this.#context;
    const sentAtMs = runtime.clock.monotonicMs();
    // A slow answer counts too, as long as it is from within the ttl: the next renewal does not wait for it.
    const timeoutMs = this.#ttlMs;
    this.#scheduleBeat(sentAtMs + this.#ttlMs / 3);
    withinLimits(runtime, { signals: [this.#lost.signal], timeoutMs }, (scope) => {
      // Its signal is made where the backend asks for it: beats are many, and few backends do.
      const limits = {
        get signal() {
          return scope.signal;
        },
        timeoutMs,
      };
      return backend.keepLeaseAlive(this.#lease, limits);
    }).then(
      (ttlMs) => this.#answered(sentAtMs, ttlMs),
      (error: unknown) => this.#failed(error),
    );
  }

  #answered(sentAtMs: number, ttlMs: number): void {
    // The answer may have waited while this process was stopped: it cannot bring back what the clock has ended.
    if (this.lost.aborted) return;
    this.#ttlMs = ttlMs;
    // Answers may overtake each other; an older one takes nothing back.
    this.#deadline.moveTo(Math.max(this.#deadline.deadlineMs, this.#deadlineFrom(sentAtMs)));
  }

  #failed(error: unknown): void {
    if (this.lost.aborted) return;
    const { runtime } = this.#context;
    if (isKeelsonError(error, 'E_SESSION_EXPIRED') || isKeelsonError(error, 'E_CLOSED')) {
      runtime.logger.warn({ session: this.id, error }, 'session ended by the store');
      this.#end(this.#expiry(`The store has ended the session ${this.id}.`, error));
      this.#onEnded(this);
      return;
    }
    runtime.logger.debug({ session: this.id, error }, 'keepalive failed; trying again');
    // Often enough to find the store again before the deadline; not in step with others that lost it too.
    this.#scheduleBeat(runtime.clock.monotonicMs() + (this.#ttlMs / 20) * (0.5 + runtime.random.next()));
  }

  #expired(): void {
    this.#context.runtime.logger.warn(
      { session: this.id, ttlMs: this.#ttlMs },
      'session lost: no keepalive was answered in time',
    );
    this.#end(
      this.#expiry(`The session ${this.id} is lost: no keepalive was answered within its ttl of ${this.#ttlMs} ms.`),
    );
  }

  #expiry(message: string, cause?: unknown): KeelsonError {
    const details = { session: this.id, ttlMs: this.#ttlMs };
    return new KeelsonError('E_SESSION_EXPIRED', message, cause === undefined ? { details } : { cause, details });
  }

  /** Trips `lost`, once: the first reason stands. */
  #end(reason: KeelsonError): void {
    this.#beat?.cancel();
    this.#deadline.cancel();
    if (!this.#lost.signal.aborted) this.#lost.abort(reason);
  }
}
