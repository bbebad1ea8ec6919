import { KeelsonError } from '@keelson/runtime';
import type { Session } from '@keelson/store';

/** What the platform says of the signal, past the getter defined below. */
const nativeAborted = (signal: AbortSignal): boolean => Reflect.get(AbortSignal.prototype, 'aborted', signal);

/**
 * The right to be in a state, as a signal. It is tripped with the session by whoever holds it, but a process that was stopped may
 * handle a request before any timer or listener has run. So reading `aborted` asks the session's clock first, and trips then and
 * there when the session is over: no reader can see ownership that is gone.
 */
export class Ownership {
  readonly #controller = new AbortController();

  constructor(session: Pick<Session, 'assertAlive'>) {
    const { signal } = this.#controller;
    const check = (): boolean => {
      if (nativeAborted(signal)) return true;
      try {
        session.assertAlive();
        return false;
      } catch (error) {
        this.end(error);
        return true;
      }
    };
    Object.defineProperties(signal, {
      aborted: { get: check },
      throwIfAborted: {
        value: (): void => {
          if (check()) throw signal.reason;
        },
      },
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends it; the first reason counts. */
  end(reason: unknown): void {
    this.#controller.abort(reason);
  }
}

/** Reason of an ownership that ended because the replica moves on. */
export function movedOn(from: string, to: string): KeelsonError {
  return new KeelsonError('E_CLOSED', `The replica leaves ${from} for ${to}.`, { details: { from, to } });
}
