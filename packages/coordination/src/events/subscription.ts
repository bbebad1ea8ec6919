import { type CallOptions, KeelsonError, onAbort, type Runtime } from '@keelson/runtime';
import type { Revision, Store } from '@keelson/store';
import { persist } from '../common/persist.ts';
import type { StoreGuard } from '../guard/store-guard.ts';
import { Cursor, checkSequence } from './cursor.ts';
import { decodeEvent, type LoggedEvent } from './event.ts';
import { MOST_AT_ONCE, readMany } from './read-log.ts';
import { joinFeed, type TopicFeed } from './topic-feed.ts';
import type { TopicPaths } from './topic-paths.ts';
import { decodeMark, type LogMark } from './topic-records.ts';

/** What a subscription yields. */
export type EventItem =
  | { readonly type: 'event'; readonly event: LoggedEvent }
  /** So many events were trimmed before this reader came to them; the next item follows after those. Never silent. */
  | { readonly type: 'gap'; readonly missed: number };

/** Where a subscription begins. */
export type EventStart =
  | 'beginning'
  | 'end'
  /** The event of this number. */
  | { readonly sequence: number }
  /** The first event of a later revision: what happened after something else that was read from the store. */
  | { readonly afterRevision: Revision };

/** How a topic is read. */
export interface SubscribeOptions {
  /** Where to begin; with a `consumer` only as long as that has no cursor yet. Default: `end`, with a consumer `beginning`. */
  readonly from?: EventStart;
  /** Name of the durable cursor that `commit` moves. One reader at a time should use it; a lock or an election sees to that. */
  readonly consumer?: string;
  /** Moves the cursor only while this holds: that of the lock or leadership under which the consumer works. */
  readonly guard?: StoreGuard;
  /** Ends the subscription; the iteration finishes without an error. */
  readonly signal?: AbortSignal;
}

/** A reader of a topic. Iterate once, with `for await`; leaving the loop, `signal` or `close` ends it. A store that is closed throws `E_CLOSED`. */
export interface Subscription extends AsyncIterable<EventItem>, AsyncDisposable {
  /**
   * Notes, durably, that everything up to `event` has been dealt with. Whoever reads on under the same consumer begins after it; what was
   * dealt with but not noted comes again. Default time limit 5 s. Rejects with `E_VERSION_CONFLICT` where another reader of that name
   * moved the cursor, `E_FENCED` where the guard is lost, `E_INVALID_ARGUMENT` without a consumer.
   */
  commit(event: Pick<LoggedEvent, 'sequence'>, options?: CallOptions): Promise<void>;
  close(): Promise<void>;
}

/** The shell of one reader: takes from the shared feed what that holds, and reads the log itself where it is behind. */
export class TopicSubscription implements Subscription {
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #paths: TopicPaths;
  readonly #options: SubscribeOptions;
  readonly #cursor: Cursor | undefined;
  readonly #stop = new AbortController();
  #iterated = false;
  #known = false;

  constructor(store: Store, runtime: Runtime, paths: TopicPaths, options: SubscribeOptions) {
    const { consumer, guard, from } = options;
    if (typeof from === 'object' && 'sequence' in from) checkSequence(from.sequence);
    this.#store = store;
    this.#runtime = runtime;
    this.#paths = paths;
    this.#options = options;
    this.#cursor = consumer === undefined ? undefined : new Cursor(store, runtime, paths.cursor(consumer), guard);
  }

  async commit({ sequence }: Pick<LoggedEvent, 'sequence'>, options: CallOptions = {}): Promise<void> {
    if (this.#cursor === undefined)
      throw new KeelsonError('E_INVALID_ARGUMENT', 'Only a subscription of a named consumer has a cursor to move.');
    checkSequence(sequence);
    if (!this.#known) await this.#cursor.read(options);
    this.#known = true;
    await this.#cursor.move(sequence + 1, options);
  }

  close(): Promise<void> {
    this.#stop.abort(new KeelsonError('E_CLOSED', 'The subscription was closed.'));
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EventItem> {
    if (this.#iterated) throw new KeelsonError('E_INVALID_ARGUMENT', 'A subscription can be iterated once.');
    this.#iterated = true;
    const release = onAbort(this.#options.signal, () => void this.close());
    const { feed, leave } = joinFeed(this.#store, this.#runtime, this.#paths);
    const { signal } = this.#stop;
    try {
      let next = await this.#start(feed, signal);
      for (;;) {
        await feed.until(next, signal);
        const items = await this.#take(feed, next, signal);
        for (const item of items) {
          if (signal.aborted) return;
          yield item;
          next += item.type === 'gap' ? item.missed : 1;
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      release();
      leave();
      await this.close();
    }
  }

  async #start(feed: TopicFeed, signal: AbortSignal): Promise<number> {
    const { consumer, from = consumer === undefined ? 'end' : 'beginning' } = this.#options;
    const cursor = await persist(this.#runtime, signal, async () => await this.#cursor?.read({ signal }));
    this.#known = true;
    if (cursor !== undefined) return cursor.next;
    if (from === 'end') return await feed.next(signal);
    if (from === 'beginning') return (await this.#floor(signal)).sequence;
    if ('sequence' in from) return Math.max(1, from.sequence);
    return await this.#after(from.afterRevision, await feed.next(signal), signal);
  }

  /** Where the log begins. */
  async #floor(signal: AbortSignal): Promise<LogMark> {
    return decodeMark(await persist(this.#runtime, signal, () => this.#store.get(this.#paths.floor, { signal })));
  }

  /** The first event of a later revision, by halving: sequence numbers and revisions grow together. */
  async #after(revision: Revision, end: number, signal: AbortSignal): Promise<number> {
    let [low, high] = [(await this.#floor(signal)).sequence, end];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [entry] = await persist(this.#runtime, signal, () => this.#read(middle, 1, signal));
      // One that has been trimmed meanwhile was early enough to be.
      if (entry === undefined || entry.createRevision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async #take(feed: TopicFeed, next: number, signal: AbortSignal): Promise<readonly EventItem[]> {
    const held = feed.held(next, MOST_AT_ONCE);
    if (held !== undefined && held.length > 0) return held.map((event) => ({ type: 'event', event }));
    const count = Math.min(MOST_AT_ONCE, (await feed.next(signal)) - next);
    const entries = await persist(this.#runtime, signal, () => this.#read(next, count, signal));
    const items: EventItem[] = [];
    for (const entry of entries) {
      if (entry === undefined) break;
      items.push({ type: 'event', event: decodeEvent(this.#paths.name, entry) });
    }
    if (items.length > 0) return items;
    const floor = await this.#floor(signal);
    if (floor.sequence > next) return [{ type: 'gap', missed: floor.sequence - next }];
    // Deleted by hand, or its topic was: not to be waited for.
    return [{ type: 'gap', missed: Math.max(1, count) }];
  }

  #read(from: number, count: number, signal: AbortSignal): ReturnType<typeof readMany> {
    const names = Array.from({ length: count }, (_, index) => this.#paths.event(from + index));
    return readMany(this.#store, names, { signal });
  }
}
