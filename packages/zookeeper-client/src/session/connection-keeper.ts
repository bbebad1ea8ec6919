import { KeelsonError, type Runtime, type TimerHandle } from '@keelson/runtime';
import type { RequestPipe } from '../connection/request-pipe.ts';
import type { Reconnect } from './reconnect.ts';
import { homesickAfterMs } from './server-order.ts';
import { nextStep, type SessionClock } from './session-clock.ts';

/** Pause before a client that is busy looks again whether it can go home, in milliseconds. */
const BUSY_MS = 1_000;

/** Looks after one connection of a session: pings, gives it up when its server falls silent, and leaves it for a better one. */
export class ConnectionKeeper {
  readonly #runtime: Runtime;
  readonly #pipe: RequestPipe;
  readonly #server: string;
  readonly #clock: () => SessionClock;
  #step: TimerHandle | undefined;
  #homesick: TimerHandle | undefined;
  /** Whether the last look found silence that may only be this process's own. */
  #doubtful = false;

  /** `clock`: the session's, as it is when asked. */
  constructor(runtime: Runtime, pipe: RequestPipe, server: string, clock: () => SessionClock) {
    this.#runtime = runtime;
    this.#pipe = pipe;
    this.#server = server;
    this.#clock = clock;
  }

  /** Begins; ends with `stop`. */
  start(reconnect: Reconnect): void {
    this.#look();
    if (!reconnect.isHome) this.#goHomeIn(homesickAfterMs(this.#runtime.random.next()), reconnect);
  }

  /** Something has arrived. */
  heard(): void {
    this.#doubtful = false;
  }

  stop(): void {
    this.#step?.cancel();
    this.#homesick?.cancel();
  }

  #look(): void {
    const clock = this.#clock();
    const nowMs = this.#runtime.clock.monotonicMs();
    const step = nextStep(clock, nowMs);
    if (step.type === 'ping') this.#pipe.ping();
    if (step.type === 'silent' && this.#doubtful) {
      const limitMs = Math.round(nowMs - clock.heardMs);
      const message = `ZooKeeper at ${this.#server} has said nothing for ${limitMs} ms.`;
      this.#pipe.destroy(new KeelsonError('E_UNAVAILABLE', message));
      return;
    }
    // Silence may be this process's own: what has arrived while it was stopped is looked at before the connection is given up.
    this.#doubtful = step.type === 'silent';
    const waitMs = step.type === 'wait' ? step.untilMs - nowMs : step.type === 'ping' ? clock.timeoutMs / 3 : 1;
    const delayMs = Math.max(1, Math.ceil(waitMs));
    this.#step = this.#runtime.timers.after(delayMs, () => this.#look(), { background: true });
  }

  /** Some minutes after a failure the client goes back to the server that it would take first, when nothing is in flight. */
  #goHomeIn(delayMs: number, reconnect: Reconnect): void {
    const go = (): void => {
      if (this.#pipe.inFlight > 0) {
        this.#goHomeIn(BUSY_MS, reconnect);
        return;
      }
      reconnect.headHome();
      this.#pipe.destroy(new KeelsonError('E_UNAVAILABLE', 'The client goes back to another server.'));
    };
    this.#homesick = this.#runtime.timers.after(delayMs, go, { background: true });
  }
}
