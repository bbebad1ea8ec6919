import { isKeelsonError, KeelsonError, onAbort, type Runtime, retry } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { reportsOf } from '../common/watched-entry.ts';
import { decodeEvent, type LoggedEvent } from './event.ts';
import { MOST_AT_ONCE, readMany } from './read-log.ts';
import type { TopicPaths } from './topic-paths.ts';
import { decodeMark } from './topic-records.ts';

/** Most events held for the readers of a process, per topic. Who is further behind reads the store itself. */
const WINDOW_EVENTS = 1_000;

/** Most characters of payload held so. */
const WINDOW_SIZE = 8 << 20;

/**
 * The newest events of one topic for all readers of this process: one watch on the end of the log, and each event read once. Memory is
 * bounded; a reader takes what it needs when it needs it, and none holds up another.
 */
export class TopicFeed {
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #paths: TopicPaths;
  readonly #stop = new AbortController();
  #window: { readonly event: LoggedEvent; readonly size: number }[] = [];
  #windowSize = 0;
  /** The sequence number after the newest event in the window; `undefined` before the end of the log is known. */
  #next: number | undefined;
  #waiters = new Set<() => void>();
  #error: unknown;
  #readers = 0;

  constructor(store: Store, runtime: Runtime, paths: TopicPaths) {
    this.#store = store;
    this.#runtime = runtime;
    this.#paths = paths;
  }

  /** Counts a reader; the first one starts the watch. Call what it gives when it leaves; the last one ends the watch. */
  join(onIdle: () => void): () => void {
    this.#readers += 1;
    if (this.#readers === 1) void this.#follow();
    let joined = true;
    return () => {
      if (!joined) return;
      joined = false;
      this.#readers -= 1;
      if (this.#readers > 0) return;
      this.#stop.abort();
      onIdle();
    };
  }

  /** The sequence number of the event that comes next; waits until the store has said. */
  async next(signal: AbortSignal): Promise<number> {
    while (this.#next === undefined) await this.#turn(signal);
    return this.#next;
  }

  /** Waits until there is an event at `sequence`. */
  async until(sequence: number, signal: AbortSignal): Promise<void> {
    while (this.#next === undefined || this.#next <= sequence) await this.#turn(signal);
  }

  /** The events from `sequence` on that are held; `undefined` where that one is not held any more. */
  held(sequence: number, most: number): readonly LoggedEvent[] | undefined {
    const first = this.#window[0]?.event.sequence;
    if (first === undefined || sequence < first) return undefined;
    return this.#window.slice(sequence - first, sequence - first + most).map(({ event }) => event);
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        remove();
        this.#waiters.delete(wake);
        if (this.#error === undefined) resolve();
        else reject(this.#error);
      };
      this.#waiters.add(wake);
      const remove = onAbort(signal, (tripped) => {
        this.#waiters.delete(wake);
        reject(tripped.reason);
      });
    });
  }

  #wakeAll(): void {
    const waiters = this.#waiters;
    this.#waiters = new Set();
    for (const wake of waiters) wake();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    try {
      const watch = this.#store.watch(this.#paths.head, { signal, entryOnly: true });
      for await (const { entry } of reportsOf(watch, this.#paths.head)) {
        const next = decodeMark(entry).sequence;
        await this.#advance(next, signal);
      }
      if (!signal.aborted) throw new KeelsonError('E_INTERNAL', 'The watch on a topic ended by itself.');
    } catch (error) {
      if (signal.aborted) return;
      if (!isKeelsonError(error, 'E_CLOSED'))
        this.#runtime.logger.error({ error, topic: this.#paths.name }, 'a topic cannot be followed any more');
      this.#error = error;
      this.#wakeAll();
    }
  }

  async #advance(next: number, signal: AbortSignal): Promise<void> {
    if (this.#next === undefined || next < this.#next) {
      // Behind what was seen before: the topic was deleted, and its log has begun anew.
      this.#window = [];
      this.#windowSize = 0;
      this.#next = next;
      this.#wakeAll();
      return;
    }
    // Of a jump past the whole window only the end is worth holding.
    if (next - this.#next > WINDOW_EVENTS) {
      this.#window = [];
      this.#windowSize = 0;
      this.#next = next - WINDOW_EVENTS;
    }
    while (this.#next < next) {
      const from: number = this.#next;
      const count = Math.min(MOST_AT_ONCE, next - from);
      const names = Array.from({ length: count }, (_, index) => this.#paths.event(from + index));
      const policy = { attempts: Number.POSITIVE_INFINITY, baseMs: 20, capMs: 500, signal };
      const entries = await retry(this.#runtime, policy, () => readMany(this.#store, names, { signal }));
      for (const [index, entry] of entries.entries()) {
        if (entry === undefined) {
          // Trimmed before it was read: the window must have no hole.
          this.#window = [];
          this.#windowSize = 0;
        } else this.#hold(decodeEvent(this.#paths.name, entry), entry.value.length);
        this.#next = from + index + 1;
      }
      this.#wakeAll();
    }
  }

  #hold(event: LoggedEvent, size: number): void {
    this.#window.push({ event, size });
    this.#windowSize += size;
    while (this.#window.length > WINDOW_EVENTS || this.#windowSize > WINDOW_SIZE)
      this.#windowSize -= this.#window.shift()?.size ?? 0;
  }
}

const feeds = new WeakMap<Store, Map<string, TopicFeed>>();

/** The one feed of a topic in this process, and what to call when it is not needed any more. */
export function joinFeed(
  store: Store,
  runtime: Runtime,
  paths: TopicPaths,
): { readonly feed: TopicFeed; readonly leave: () => void } {
  const ofStore = feeds.get(store) ?? new Map<string, TopicFeed>();
  feeds.set(store, ofStore);
  const feed = ofStore.get(paths.base) ?? new TopicFeed(store, runtime, paths);
  ofStore.set(paths.base, feed);
  const leave = feed.join(() => {
    if (ofStore.get(paths.base) === feed) ofStore.delete(paths.base);
  });
  return { feed, leave };
}
