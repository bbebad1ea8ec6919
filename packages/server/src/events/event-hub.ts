import type { ClusterEvent } from '../api/schemas.ts';
import { type EventStream, eventFrame } from '../http/event-stream.ts';
import type { EventBody, EventLog } from './event-log.ts';

interface Subscriber {
  readonly stream: EventStream;
  /** Missed something; gets a `reset` as soon as it reads again. */
  behind: boolean;
}

/**
 * Tells the streams of one cluster what happens. A client that reads too slowly is sent `reset` once it reads again: it then asks for
 * everything anew. Its backlog never grows past the stream's own bound.
 */
export class EventHub {
  readonly #log: EventLog;
  readonly #past: readonly ClusterEvent[];
  readonly #subscribers: Set<Subscriber> = new Set();
  #ended = false;

  /** `past`: what happened before the log begins, oldest first. It is shown, but nobody can resume from it. */
  constructor(log: EventLog, past: readonly ClusterEvent[] = []) {
    this.#log = log;
    this.#past = past;
  }

  /** Number of open streams. */
  get size(): number {
    return this.#subscribers.size;
  }

  /** Id a client resumes after to miss nothing from now on. */
  get lastId(): string {
    return this.#log.lastId;
  }

  /** Newest first. */
  newest(limit: number): readonly ClusterEvent[] {
    const newest = this.#log.newest(limit);
    const missing = limit - newest.length;
    return missing <= 0 || !this.#log.complete ? newest : [...newest, ...this.#past.slice(-missing).toReversed()];
  }

  /** Records what happened at `revision` and tells everybody. */
  publish(revision: bigint, bodies: readonly EventBody[]): void {
    const events = this.#log.append(revision, bodies);
    if (events.length === 0 || this.#subscribers.size === 0) return;
    const frames = events.map(frameOf).join('');
    for (const subscriber of this.#subscribers) this.#send(subscriber, frames);
  }

  /** Adds a stream: first what it missed since `lastEventId`, or a `reset` where that is not known; then what happens. */
  subscribe(stream: EventStream, lastEventId: string | undefined): void {
    if (this.#ended) {
      stream.end();
      return;
    }
    const subscriber: Subscriber = { stream, behind: false };
    this.#subscribers.add(subscriber);
    stream.closed.addEventListener('abort', () => this.#subscribers.delete(subscriber), { once: true });
    if (lastEventId === undefined) {
      this.#send(subscriber, eventFrame({ id: this.#log.lastId }));
      return;
    }
    const missed = this.#log.after(lastEventId);
    this.#send(subscriber, missed === undefined ? this.#resetFrame() : missed.map(frameOf).join(''));
  }

  /** Ends every stream, now and later. */
  end(): void {
    this.#ended = true;
    for (const subscriber of this.#subscribers) subscriber.stream.end();
  }

  #send(subscriber: Subscriber, frames: string): void {
    if (subscriber.behind || frames === '' || subscriber.stream.send(frames)) return;
    subscriber.behind = true;
    subscriber.stream.onceDrained(() => {
      subscriber.behind = false;
      this.#send(subscriber, this.#resetFrame());
    });
  }

  #resetFrame(): string {
    return eventFrame({ id: this.#log.lastId, event: 'reset', data: {} });
  }
}

function frameOf(event: ClusterEvent): string {
  return eventFrame({ id: event.id, event: event.type, data: event });
}
