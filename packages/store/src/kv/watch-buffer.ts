import type { WatchEvent } from '../watch.ts';

/**
 * Events that wait for the reader of a watch. Bounded: by `limit` for changes, and because an event that says no more than the one
 * before it takes that one's place.
 */
export class WatchBuffer {
  readonly #limit: number;
  #events: WatchEvent[] = [];
  #changes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** Adds an event. `false`: there was no room, everything held was dropped, and only a snapshot can heal that. */
  push(event: WatchEvent): boolean {
    if (event.type === 'changes') {
      if (this.#changes + event.changes.length > this.#limit) {
        this.clear();
        return false;
      }
      this.#changes += event.changes.length;
    } else if (event.type !== 'snapshot') {
      this.#forgetOutdated(event.type);
    }
    this.#events.push(event);
    return true;
  }

  shift(): WatchEvent | undefined {
    const event = this.#events.shift();
    if (event?.type === 'changes') this.#changes -= event.changes.length;
    return event;
  }

  /** Progress makes unread progress and an unread interruption before it pointless; an interruption makes another one so. */
  #forgetOutdated(by: 'progress' | 'interrupted'): void {
    for (;;) {
      const last = this.#events.at(-1)?.type;
      if (last !== by && !(by === 'progress' && last === 'interrupted')) return;
      this.#events.pop();
    }
  }

  clear(): void {
    this.#events = [];
    this.#changes = 0;
  }
}
