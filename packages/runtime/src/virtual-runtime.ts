import type { Clock, TimerHandle, Timers } from './clock.ts';
import { KeelsonError } from './error.ts';
import { jsonSafeFields } from './json-safe.ts';
import { type LogFields, type Logger, silentLogger } from './logger.ts';
import type { Runtime } from './runtime.ts';
import { seededRandom } from './seeded-random.ts';
import { stepBetweenTurns } from './settle.ts';
import { type QueuedTimer, TimerQueue } from './timer-queue.ts';
import { TraceLog } from './trace-log.ts';
import { silentTracer, type Tracer } from './tracer.ts';

/** How a virtual world begins. */
export interface VirtualRuntimeOptions {
  /** Decides every random number. Print it when a test fails. */
  readonly seed: number;
  /** Wall time at the start, in milliseconds since the Unix epoch. Default 2026-01-01T00:00:00Z. */
  readonly startWallMs?: number;
  /** Also given every log line; they are in the trace anyway. */
  readonly logger?: Logger;
  readonly tracer?: Tracer;
  /** Newest trace lines kept in full. Default 100,000; the digest covers all. */
  readonly traceLimit?: number;
}

/** A runtime whose time moves only when told to, the same way in every run of one seed. */
export interface VirtualRuntime extends Runtime {
  readonly seed: number;
  /** Moves time on by `ms` milliseconds: runs due timers one by one, and lets promises settle before the first and after each. Rejects with what a timer throws. */
  advance(ms: number): Promise<void>;
  /** Moves time on, timer by timer, until `predicate` holds. Rejects with `E_TIMEOUT` where it does not within `limitMs` of virtual time. */
  runUntil(predicate: () => boolean, options: { readonly limitMs: number }): Promise<void>;
  /** Moves time on until `work` settles and gives its outcome. Rejects with `E_TIMEOUT` where it does not within `limitMs` (default 60,000) of virtual time. */
  drive<T>(work: Promise<T>, options?: { readonly limitMs?: number }): Promise<T>;
  /** Lets time pass with nothing running, as when the process is stopped: timers due meanwhile run late, at the next move. */
  pause(ms: number): void;
  /** Adds a line to the trace. */
  note(line: string): void;
  /** What happened, in order: timers fired, lines logged, notes. Identical, byte for byte, in two runs of one seed. */
  readonly trace: readonly string[];
  /** Count and digest of the whole trace, older lines that are no longer kept included. */
  readonly traceSummary: string;
}

const DEFAULT_START_WALL_MS = 1_767_225_600_000;

class VirtualWorld implements VirtualRuntime {
  readonly seed: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Runtime['random'];
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly #queue = new TimerQueue();
  readonly #traceLog: TraceLog;
  #nowMs = 0;
  #sequence = 0;
  #ids = 0;
  #moving = false;

  constructor(options: VirtualRuntimeOptions) {
    const startWallMs = options.startWallMs ?? DEFAULT_START_WALL_MS;
    this.seed = options.seed;
    this.#traceLog = new TraceLog(options.traceLimit ?? 100_000);
    this.clock = { wallMs: () => startWallMs + Math.floor(this.#nowMs), monotonicMs: () => this.#nowMs };
    this.timers = {
      after: (delayMs, run) => this.#arm(Math.max(0, delayMs), run, undefined),
      every: (periodMs, run) => this.#arm(Math.max(1, periodMs), run, Math.max(1, periodMs)),
    };
    this.random = seededRandom(options.seed);
    this.logger = this.#tracingLogger(options.logger ?? silentLogger, {});
    this.tracer = options.tracer ?? silentTracer;
  }

  get trace(): readonly string[] {
    return this.#traceLog.lines;
  }

  get traceSummary(): string {
    return this.#traceLog.summary;
  }

  note(line: string): void {
    this.#traceLog.add(this.#nowMs, line);
  }

  pause(ms: number): void {
    this.note(`pause ${ms}`);
    this.#nowMs += ms;
  }

  advance(ms: number): Promise<void> {
    return this.#move(this.#nowMs + ms, () => false);
  }

  async runUntil(predicate: () => boolean, options: { readonly limitMs: number }): Promise<void> {
    await this.#move(this.#nowMs + options.limitMs, predicate);
    if (!predicate())
      throw new KeelsonError('E_TIMEOUT', `The condition did not hold within ${options.limitMs} ms of virtual time.`, {
        details: { seed: this.seed },
      });
  }

  async drive<T>(work: Promise<T>, options: { readonly limitMs?: number } = {}): Promise<T> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    work.then(mark, mark);
    await this.runUntil(() => settled, { limitMs: options.limitMs ?? 60_000 });
    return work;
  }

  async #move(targetMs: number, done: () => boolean): Promise<void> {
    if (this.#moving) throw new KeelsonError('E_INVALID_ARGUMENT', 'Virtual time is already being moved; await that.');
    this.#moving = true;
    try {
      await stepBetweenTurns(() => !done() && this.#step(targetMs));
    } finally {
      this.#moving = false;
    }
  }

  /** Fires the next timer; gives `false`, and the time as it then is, where none is due up to `targetMs`. */
  #step(targetMs: number): boolean {
    const next = this.#queue.peek();
    if (next === undefined || next.dueMs > targetMs) {
      this.#nowMs = Math.max(this.#nowMs, targetMs);
      return false;
    }
    this.#queue.pop();
    this.#fire(next);
    return true;
  }

  #fire(timer: QueuedTimer): void {
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    this.#traceLog.add(this.#nowMs, timer.id);
    try {
      timer.run();
    } finally {
      if (timer.periodMs !== undefined && !timer.cancelled) this.#requeue(timer, timer.periodMs);
    }
  }

  /** Periods count from now, not from when it was due: after a pause a repeating timer fires once, as real ones do. */
  #requeue(timer: QueuedTimer, periodMs: number): void {
    timer.dueMs = this.#nowMs + periodMs;
    timer.sequence = this.#sequence++;
    this.#queue.push(timer);
  }

  #arm(delayMs: number, run: () => void, periodMs: number | undefined): TimerHandle {
    this.#ids += 1;
    const timer: QueuedTimer = {
      id: this.#ids,
      dueMs: this.#nowMs + delayMs,
      sequence: this.#sequence++,
      run,
      periodMs,
      cancelled: false,
      at: -1,
    };
    this.#queue.push(timer);
    return {
      cancel: () => {
        timer.cancelled = true;
        this.#queue.remove(timer);
      },
    };
  }

  #tracingLogger(inner: Logger, bound: LogFields): Logger {
    const write =
      (level: 'debug' | 'info' | 'warn' | 'error') =>
      (fields: LogFields, message: string): void => {
        // No stack in the trace: it names source lines and folders, which differ between machines.
        this.note(`${level} ${message} ${JSON.stringify(jsonSafeFields({ ...bound, ...fields }, false))}`);
        inner[level](fields, message);
      };
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (fields) => this.#tracingLogger(inner.child(fields), { ...bound, ...fields }),
    };
  }
}

/**
 * A world for tests and simulations: time stands still until it is moved, timers run in one order, chance comes from a seed.
 * Promises settle between timers by turns of the event loop, never by real delays, so the order is the same on every machine;
 * code that does real input or output inside it gives that up.
 *
 * @example
 * const runtime = virtualRuntime({ seed: 7 });
 * runtime.timers.after(1_000, () => runtime.note('a second later'));
 * await runtime.advance(1_000);
 */
export function virtualRuntime(options: VirtualRuntimeOptions): VirtualRuntime {
  return new VirtualWorld(options);
}
