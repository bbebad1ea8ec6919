import { KeelsonError } from '@keelson/runtime';
import type { JuteReader } from '../wire/jute-reader.ts';

/** A request that waits for its reply. */
export interface InFlightRequest {
  readonly xid: number;
  readonly name: string;
  readonly path: string | undefined;
  /** Whether it may change something, so that a lost reply leaves its outcome unknown. */
  readonly changes: boolean;
  /** When it was handed in, on the monotonic clock: no later than its sending. */
  readonly sentMs: number;
  readonly deadlineMs: number;
  /** Its reply was good; `reader` stands at the payload. */
  readonly answered: (reader: JuteReader, zxid: bigint) => void;
  readonly failed: (error: unknown) => void;
  /** Told the result code first, whether or not anybody waits still. */
  readonly replied: ((code: number) => void) | undefined;
  /** Nobody waits for it any more; its reply will still come. */
  settled: boolean;
  /** Takes the listener off the caller's signal. */
  removeListener: (() => void) | undefined;
}

/** The error of a request whose reply did not come. */
export function lostReply(request: InFlightRequest, cause: unknown): KeelsonError {
  const what = request.path === undefined ? request.name : `${request.name} of ${request.path}`;
  const details = request.path === undefined ? {} : { path: request.path };
  if (request.changes)
    return new KeelsonError('E_OUTCOME_UNKNOWN', `The ${what} was sent, but its reply did not come.`, {
      cause,
      details,
    });
  if (cause instanceof KeelsonError) return cause;
  return new KeelsonError('E_UNAVAILABLE', `The ${what} got no reply.`, { cause, details });
}

/** Requests in the order of sending, which is the order of their replies. A queue whose front moves on, so that taking from it costs no copying. */
export class InFlight {
  #requests: (InFlightRequest | undefined)[] = [];
  #front = 0;

  get size(): number {
    return this.#requests.length - this.#front;
  }

  push(request: InFlightRequest): void {
    this.#requests.push(request);
  }

  /** The request whose reply comes next. */
  shift(): InFlightRequest | undefined {
    const request = this.#requests[this.#front];
    if (request === undefined) return undefined;
    this.#requests[this.#front] = undefined;
    this.#front += 1;
    if (this.#front === this.#requests.length) {
      this.#requests.length = 0;
      this.#front = 0;
    } else if (this.#front >= 4_096) {
      this.#requests = this.#requests.slice(this.#front);
      this.#front = 0;
    }
    return request;
  }

  /** Takes everything. */
  drain(): InFlightRequest[] {
    const requests = this.#requests.slice(this.#front).filter((request) => request !== undefined);
    this.#requests = [];
    this.#front = 0;
    return requests;
  }

  /** Gives up on requests whose time is over; their places stay, as their replies may come. Gives the next deadline, Infinity for none. */
  expire(nowMs: number, giveUp: (request: InFlightRequest) => void): number {
    let nextMs = Number.POSITIVE_INFINITY;
    // Giving up runs callbacks that may send: what they add has its own deadline.
    for (const request of this.#requests.slice(this.#front)) {
      if (request === undefined || request.settled) continue;
      if (request.deadlineMs > nowMs) nextMs = Math.min(nextMs, request.deadlineMs);
      else giveUp(request);
    }
    return nextMs;
  }
}
