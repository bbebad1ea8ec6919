import { type CallOptions, KeelsonError, type Runtime } from '@keelson/runtime';
import { type Comparison, lastSegment, type Operation, type Store, type StorePath } from '@keelson/store';
import { layoutBelow } from '../common/layout.ts';
import { checkText, limitsOf } from '../common/limits.ts';
import { encodeRecord } from '../common/record.ts';
import { decodeCursor } from './cursor.ts';
import { type EventRecord, encodeEvent } from './event.ts';
import { type Published, TopicPublisher } from './publisher.ts';
import { readMany } from './read-log.ts';
import { type SubscribeOptions, type Subscription, TopicSubscription } from './subscription.ts';
import { type TopicPaths, topicPaths } from './topic-paths.ts';
import { checkRetention, decodeMark, decodeRetention, type Retention } from './topic-records.ts';
import { trimTopic } from './trim.ts';

/** How an event is published. */
export interface PublishOptions extends CallOptions {
  /**
   * Idempotence key: as long as an event of this key is in the log, publishing it again writes nothing. So a publisher that does not know
   * whether it was heard simply says it again.
   */
  readonly key?: string;
  /** Published only if all of these hold; else `E_VERSION_CONFLICT`. */
  readonly if?: readonly Comparison[];
  /** Written in the same step: all of it and the event, or none. */
  readonly with?: readonly Operation[];
}

/** A topic, for people who look. */
export interface TopicDescription {
  readonly name: string;
  /** The first event that is kept; equal to `next` where there is none. */
  readonly first: number;
  /** The number of the event that comes next. */
  readonly next: number;
  /** Bytes of the events that are kept. */
  readonly bytes: number;
  readonly retention: Retention;
  readonly cursors: readonly TopicCursor[];
}

/** How far a consumer has come. */
export interface TopicCursor {
  readonly consumer: string;
  readonly next: number;
  /** Events that it has not dealt with, those included that were trimmed before it came to them. */
  readonly behind: number;
  /** When it was moved last, by the wall clock of its reader, in milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** A topic of the event log. */
export interface Topic {
  readonly name: string;
  readonly path: StorePath;
  /**
   * Appends an event. Events of one topic have one order, the same for all readers; those that one process publishes keep the order of
   * its calls. Default time limit 5 s. Rejects with `E_OUTCOME_UNKNOWN` where it cannot be known in time whether it was published
   * (with a `key`, publish it again), `E_TOO_LARGE` past the store's limit for one value, `E_UNAVAILABLE` while a thousand
   * wait already, `E_INVALID_ARGUMENT` for a payload that is no JSON.
   */
  publish(payload: unknown, options?: PublishOptions): Promise<Published>;
  /** Reads events in their order, each at least once, waiting for those to come. Readers of one process and topic share one watch. */
  subscribe(options?: SubscribeOptions): Subscription;
  /** Says how long events are kept; what is not given keeps its default. */
  configure(retention: Partial<Retention>, options?: CallOptions): Promise<void>;
  describe(options?: CallOptions): Promise<TopicDescription>;
  /** Deletes now what retention does not keep; publishing does so too, from time to time. Gives how many events went. */
  trim(options?: CallOptions): Promise<number>;
}

/** The topics of a store. */
export interface EventLog {
  /** The topic called `name`, whether or not anything was published to it. Throws `E_INVALID_PATH` for a name that is no single segment. */
  topic(name: string): Topic;
  /** The names of the topics that there are. */
  topics(options?: CallOptions): Promise<readonly string[]>;
}

/** What an event log works with. It needs no session: nothing in it belongs to anybody. */
export interface EventLogOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  /** Where the recipes live. Default `/coordination`. */
  readonly root?: StorePath;
  /** Name of the program that publishes, shown with each event. Default: none. */
  readonly publisher?: string;
}

/**
 * The event log over a store: topics that everybody may publish to and read, from any point that is still kept, as often as they like.
 *
 * @example
 * const orders = eventLog({ store, runtime }).topic('orders');
 * await orders.publish({ order: 7, state: 'paid' }, { key: 'order-7-paid' });
 * for await (const item of orders.subscribe({ consumer: 'mailer' })) if (item.type === 'event') await send(item.event);
 */
export function eventLog(options: EventLogOptions): EventLog {
  const { store, runtime, root, publisher = '' } = options;
  checkText(publisher, 'publisher');
  const layout = layoutBelow(root);
  return {
    topic: (name) => new StoredTopic(store, runtime, topicPaths(layout.topic(name), name), publisher),
    topics: (limits = {}) => store.children(layout.topics, limitsOf(limits)),
  };
}

/** A publisher looks this often whether there is something to trim, in events and in milliseconds. */
const TRIM_EVERY_EVENTS = 500;
const TRIM_EVERY_MS = 60_000;

/** The publishers of this process: one for each topic of a store. */
const publishers = new WeakMap<Store, Map<string, PublishingTopic>>();

interface PublishingTopic {
  readonly publisher: TopicPublisher;
  published: number;
  trimmedMs: number;
  trimming: boolean;
}

function publishingTopic(store: Store, runtime: Runtime, paths: TopicPaths): PublishingTopic {
  const ofStore = publishers.get(store) ?? new Map<string, PublishingTopic>();
  publishers.set(store, ofStore);
  const known = ofStore.get(paths.base);
  if (known !== undefined) return known;
  const publisher = new TopicPublisher(store, runtime, paths);
  const made = { publisher, published: 0, trimmedMs: runtime.clock.monotonicMs(), trimming: false };
  ofStore.set(paths.base, made);
  return made;
}

class StoredTopic implements Topic {
  readonly name: string;
  readonly path: StorePath;
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #paths: TopicPaths;
  readonly #publisher: string;

  constructor(store: Store, runtime: Runtime, paths: TopicPaths, publisher: string) {
    this.name = paths.name;
    this.path = paths.base;
    this.#store = store;
    this.#runtime = runtime;
    this.#paths = paths;
    this.#publisher = publisher;
  }

  async publish(payload: unknown, options: PublishOptions = {}): Promise<Published> {
    const { key, if: conditions = [], with: writes = [] } = options;
    if (key !== undefined) this.#paths.key(key);
    const record: EventRecord = {
      id: this.#runtime.random.uuid(),
      ...(key === undefined ? {} : { key }),
      payload,
      publisher: this.#publisher,
      atMs: this.#runtime.clock.wallMs(),
    };
    const bytes = this.#sizeOf(record);
    const topic = publishingTopic(this.#store, this.#runtime, this.#paths);
    const published = await topic.publisher.publish({ record, bytes, conditions, writes }, limitsOf(options));
    this.#trimSometimes(topic);
    return published;
  }

  subscribe(options: SubscribeOptions = {}): Subscription {
    return new TopicSubscription(this.#store, this.#runtime, this.#paths, options);
  }

  async configure(retention: Partial<Retention>, options: CallOptions = {}): Promise<void> {
    checkRetention(retention);
    await this.#store.put(this.#paths.base, encodeRecord({ retention }), limitsOf(options));
  }

  async describe(options: CallOptions = {}): Promise<TopicDescription> {
    const { base, head, floor, cursors } = this.#paths;
    const limits = limitsOf(options);
    const [config, headEntry, floorEntry] = await readMany(this.#store, [base, head, floor], limits);
    const [end, begin] = [decodeMark(headEntry), decodeMark(floorEntry)];
    const { entries } = await this.#store.list(cursors, limits);
    return {
      name: this.name,
      first: begin.sequence,
      next: end.sequence,
      bytes: end.bytes - begin.bytes,
      retention: decodeRetention(config),
      cursors: entries.map((entry) => {
        const { next, atMs } = decodeCursor(entry) ?? { next: 1, atMs: 0 };
        return { consumer: lastSegment(entry.path), next, behind: Math.max(0, end.sequence - next), atMs };
      }),
    };
  }

  trim(options: CallOptions = {}): Promise<number> {
    return trimTopic(this.#store, this.#runtime, this.#paths, limitsOf(options));
  }

  #sizeOf(record: EventRecord): number {
    let bytes: number;
    try {
      if (record.payload === undefined) throw new TypeError('undefined is no JSON value');
      bytes = encodeEvent(record).length;
    } catch (cause) {
      throw new KeelsonError('E_INVALID_ARGUMENT', 'The payload of an event must be a JSON value.', { cause });
    }
    const limit = this.#store.capabilities.maxValueBytes;
    if (bytes <= limit) return bytes;
    throw new KeelsonError('E_TOO_LARGE', `An event of ${bytes} bytes is larger than the store takes: ${limit}.`, {
      details: { bytes, limit },
    });
  }

  #trimSometimes(topic: PublishingTopic): void {
    topic.published += 1;
    const nowMs = this.#runtime.clock.monotonicMs();
    const due = topic.published >= TRIM_EVERY_EVENTS || nowMs - topic.trimmedMs >= TRIM_EVERY_MS;
    if (!due || topic.trimming) return;
    topic.published = 0;
    topic.trimmedMs = nowMs;
    topic.trimming = true;
    this.trim()
      .catch((error: unknown) => {
        this.#runtime.logger.warn({ error, topic: this.name }, 'a topic could not be trimmed; the next round will');
      })
      .finally(() => {
        topic.trimming = false;
      });
  }
}
