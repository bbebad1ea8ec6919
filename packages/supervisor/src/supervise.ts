import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { isKeelsonError, KeelsonError, type Runtime, sleep, type TimerHandle } from '@keelson/runtime';
import { type BackOffPolicy, countEnd, type RestartRule, waitMs } from './back-off.ts';
import { endSessionsOfDead, type SessionEvent, type WatchedSessions } from './end-sessions-of-dead.ts';
import type { SessionEnder } from './session-ender.ts';

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What happens, for whoever writes it down. */
export type SupervisorEvent =
  | { readonly event: 'started'; readonly pid: number }
  | ({ readonly event: 'exited'; readonly pid: number } & ProcessEnd)
  | { readonly event: 'restarting'; readonly inMs: number }
  /** A signal was passed on. */
  | { readonly event: 'signal'; readonly pid: number; readonly signal: NodeJS.Signals }
  /** It did not end in time after it was asked to. */
  | { readonly event: 'killed'; readonly pid: number; readonly afterMs: number }
  | SessionEvent;

/** How a process is supervised. */
export interface SuperviseOptions {
  readonly runtime: Runtime;
  /** Starts the process, by `spawnSupervised`. */
  readonly start: () => ChildProcess;
  readonly ender: SessionEnder;
  readonly restart: RestartRule;
  readonly backOff: BackOffPolicy;
  /** A process that was asked to stop is killed after this long, in milliseconds; 0: never. */
  readonly stopTimeoutMs: number;
  readonly onEvent: (event: SupervisorEvent) => void;
}

/** Signals after which the process is not started again, whatever the rule says. */
const STOPPING: ReadonlySet<NodeJS.Signals> = new Set(['SIGTERM', 'SIGINT', 'SIGQUIT']);

/** Longest wait for sessions to be ended before this process ends itself, in milliseconds. */
const LAST_WAIT_MS = 5_000;

/** The exit code that stands for an end: the process's own, or 128 and the number of the signal, as shells have it. */
export function exitCodeOfEnd({ code, signal }: ProcessEnd): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** Runs a process, again and again by the rule, and ends its sessions whenever it has died. */
export class Supervisor {
  readonly #options: SuperviseOptions;
  readonly #stop = new AbortController();
  #child: ChildProcess | undefined;
  #passed: NodeJS.Signals | undefined;
  #killer: TimerHandle | undefined;

  constructor(options: SuperviseOptions) {
    this.#options = options;
  }

  /** Passes a signal on to the process. SIGTERM, SIGINT and SIGQUIT also say that it is not to be started again. */
  signal(signal: NodeJS.Signals): void {
    this.#passed = signal;
    const pid = this.#child?.pid;
    if (pid !== undefined) {
      this.#options.onEvent({ event: 'signal', pid, signal });
      this.#child?.kill(signal);
    }
    if (!STOPPING.has(signal)) return;
    this.#stop.abort(new Error(signal));
    if (pid !== undefined) this.#killLater(pid);
  }

  /**
   * Resolves with the exit code of the last process, once it has ended for good and its sessions are ended or given up.
   *
   * @throws E_INVALID_ARGUMENT where the process cannot be started at all.
   */
  async run(): Promise<number> {
    const { runtime, restart, backOff, onEvent } = this.#options;
    let ends = 0;
    while (!this.#stop.signal.aborted) {
      const startedMs = runtime.clock.monotonicMs();
      const { end, sessions } = await this.#runOnce();
      ends = countEnd(ends, runtime.clock.monotonicMs() - startedMs, backOff);
      const failed = end.code !== 0;
      const wanted = restart === 'always' || (restart === 'on-failure' && failed);
      // Ended by the very signal that was passed on: whoever sent it wanted that.
      const asked = this.#stop.signal.aborted || (end.signal !== null && end.signal === this.#passed);
      if (!wanted || asked) {
        await this.#settle(sessions);
        return exitCodeOfEnd(end);
      }
      const inMs = waitMs(ends, runtime.random.next(), backOff);
      onEvent({ event: 'restarting', inMs });
      await this.#pause(inMs);
      if (this.#stop.signal.aborted) await this.#settle(sessions);
    }
    // Told to stop while none was running.
    return exitCodeOfEnd({ code: null, signal: this.#passed ?? 'SIGTERM' });
  }

  async #runOnce(): Promise<{ end: ProcessEnd; sessions: WatchedSessions }> {
    const { runtime, start, ender, onEvent } = this.#options;
    const child = start();
    const { pid } = child;
    if (pid !== undefined) {
      onEvent({ event: 'started', pid });
      child.once('exit', (code, signal) => onEvent({ event: 'exited', pid, code, signal }));
    }
    const sessions = endSessionsOfDead(child, { runtime, ender, onEvent });
    this.#child = child;
    this.#passed = undefined;
    const end = await new Promise<ProcessEnd>((resolve, reject) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      child.on('error', (cause) => {
        // Also told of a signal that could not be sent, to a process that runs on.
        if (pid === undefined) reject(cannotStart(cause));
      });
    }).finally(() => {
      this.#child = undefined;
      this.#killer?.cancel();
    });
    return { end, sessions };
  }

  #killLater(pid: number): void {
    const { runtime, stopTimeoutMs, onEvent } = this.#options;
    if (stopTimeoutMs === 0 || this.#killer !== undefined) return;
    this.#killer = runtime.timers.after(stopTimeoutMs, () => {
      if (this.#child?.pid !== pid) return;
      onEvent({ event: 'killed', pid, afterMs: stopTimeoutMs });
      this.#child.kill('SIGKILL');
    });
  }

  /** Waits, unless it is told to stop. */
  async #pause(inMs: number): Promise<void> {
    await sleep(this.#options.runtime, inMs, { signal: this.#stop.signal }).catch((error: unknown) => {
      if (!isKeelsonError(error, 'E_ABORTED')) throw error;
    });
  }

  /** Sessions that are being ended get a moment; what takes longer ends by its ttl. */
  async #settle(sessions: WatchedSessions): Promise<void> {
    const enough = new AbortController();
    const limit = sleep(this.#options.runtime, LAST_WAIT_MS, { signal: enough.signal }).catch((error: unknown) => {
      if (!isKeelsonError(error, 'E_ABORTED')) throw error;
    });
    await Promise.race([sessions.settled(), limit]);
    enough.abort();
    await limit;
  }
}

function cannotStart(cause: Error): KeelsonError {
  const { code = cause.message, path = 'it' } = cause as NodeJS.ErrnoException;
  return new KeelsonError('E_INVALID_ARGUMENT', `Cannot start ${path} (${code}).`, { cause });
}
