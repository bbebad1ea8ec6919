import { isInRange, type RecordedEvent, type RecordedWatch, type RecordedWrite, type WatchRange } from './record.ts';

/** Where in a record something stands: leg and message, from 0. */
export interface Place {
  readonly leg: number;
  readonly message: number;
}

/** An event with where it came, and what had come before it. */
export interface Delivery extends Place {
  readonly event: RecordedEvent;
  /** The same revision and key has come before. */
  readonly repeated: boolean;
  /** The greatest revision that events and snapshots had brought before this message, or in it before this event. */
  readonly latestBefore: number;
  /** The greatest bookmark before it. */
  readonly bookmarkBefore: number;
}

/** A bookmark with what should have come before it and had not. */
export interface Bookmark extends Place {
  readonly revision: number;
  readonly before: number;
  readonly missing: readonly RecordedWrite[];
}

/** A snapshot that the watcher took. */
export interface Snapshot extends Place {
  readonly revision: number;
  readonly latestBefore: number;
  readonly entries: Readonly<Record<string, string>> | undefined;
}

/** One time the watch was asked for, read. */
export interface ReadLeg {
  readonly leg: number;
  /** First revision it owes; undefined where it never came to stand. */
  readonly start: number | undefined;
  /** The first revision it did not yet owe, as the legs before had brought everything below. */
  readonly expectedStart: number | undefined;
  /** Revisions that a bookmark of this leg claimed before its first event: what is missing of them is the bookmark's fault. */
  readonly claimedBeforeFirst: number;
  readonly deliveries: readonly Delivery[];
  readonly compactRevision: number | undefined;
}

/** A watch beside what the store wrote in its range: all that the guarantees need, in one pass. */
export interface WatchReading {
  readonly watch: RecordedWatch;
  /** Writes that touch the range, ascending, with the changes in it only. */
  readonly owed: readonly RecordedWrite[];
  readonly legs: readonly ReadLeg[];
  readonly deliveries: readonly Delivery[];
  readonly bookmarks: readonly Bookmark[];
  readonly snapshots: readonly Snapshot[];
  /** Revisions of which at least one event came. */
  readonly delivered: ReadonlySet<number>;
  /** Revisions that a bookmark claimed wrongly. */
  readonly claimed: ReadonlySet<number>;
}

/** The writes that touch a range, ascending, with the changes in it only. */
export function owedIn(writes: readonly RecordedWrite[], range: WatchRange): readonly RecordedWrite[] {
  const isOwed = ({ revision, changes }: RecordedWrite, index: number): boolean =>
    changes.length > 0 &&
    revision >= (writes[index - 1]?.revision ?? 0) &&
    changes.every(({ key }) => isInRange(range, key));
  if (writes.every(isOwed)) return writes;
  return writes
    .map(({ revision, changes }) => ({ revision, changes: changes.filter(({ key }) => isInRange(range, key)) }))
    .filter(({ changes }) => changes.length > 0)
    .sort((a, b) => a.revision - b.revision);
}

/** Reads a watch. */
export function readWatch(writes: readonly RecordedWrite[], watch: RecordedWatch): WatchReading {
  return new Reader(watch, owedIn(writes, watch.range)).read();
}

const eventId = ({ revision, key }: RecordedEvent): string => `${revision} ${key}`;

class Reader {
  readonly #watch: RecordedWatch;
  readonly #owed: readonly RecordedWrite[];
  readonly #seen = new Set<string>();
  readonly #delivered = new Set<number>();
  readonly #claimed = new Set<number>();
  readonly #bookmarks: Bookmark[] = [];
  readonly #snapshots: Snapshot[] = [];
  /** Greatest revision of an event or a snapshot. */
  #latest = 0;
  #bookmark = 0;
  #started = false;

  constructor(watch: RecordedWatch, owed: readonly RecordedWrite[]) {
    this.#watch = watch;
    this.#owed = owed;
  }

  read(): WatchReading {
    const legs = this.#watch.legs.map((_, leg) => this.#readLeg(leg));
    return {
      watch: this.#watch,
      owed: this.#owed,
      legs,
      deliveries: legs.flatMap(({ deliveries }) => deliveries),
      bookmarks: this.#bookmarks,
      snapshots: this.#snapshots,
      delivered: this.#delivered,
      claimed: this.#claimed,
    };
  }

  #readLeg(leg: number): ReadLeg {
    const { fromRevision, messages = [] } = this.#watch.legs[leg] ?? {};
    const expectedStart = this.#started ? Math.max(this.#latest, this.#bookmark) + 1 : undefined;
    const deliveries: Delivery[] = [];
    let start = fromRevision;
    let claimedBeforeFirst = 0;
    let compactRevision: number | undefined;
    for (const [index, message] of messages.entries()) {
      const place = { leg, message: index };
      switch (message.type) {
        case 'created':
          start ??= message.revision + 1;
          break;
        case 'events':
          deliveries.push(...message.events.map((event) => this.#deliver(place, event)));
          break;
        case 'progress':
          this.#mark(place, message.revision, start ?? message.revision + 1);
          if (deliveries.length === 0) claimedBeforeFirst = message.revision;
          break;
        case 'snapshot': {
          const { revision, entries } = message;
          this.#snapshots.push({ ...place, revision, latestBefore: this.#latest, entries });
          this.#latest = Math.max(this.#latest, revision);
          start ??= revision + 1;
          break;
        }
        case 'compacted':
          compactRevision = message.compactRevision;
      }
    }
    this.#started ||= start !== undefined;
    return { leg, start, expectedStart, claimedBeforeFirst, deliveries, compactRevision };
  }

  #deliver(place: Place, event: RecordedEvent): Delivery {
    const repeated = this.#seen.has(eventId(event));
    const delivery = { ...place, event, repeated, latestBefore: this.#latest, bookmarkBefore: this.#bookmark };
    this.#seen.add(eventId(event));
    this.#delivered.add(event.revision);
    this.#latest = Math.max(this.#latest, event.revision);
    return delivery;
  }

  /** What a bookmark claims beyond the last event must have come; gaps before that are not its fault. */
  #mark(place: Place, revision: number, start: number): void {
    const from = Math.max(this.#latest + 1, this.#bookmark + 1, start);
    const missing = this.#owed.filter((write) => write.revision >= from && write.revision <= revision);
    for (const write of missing) this.#claimed.add(write.revision);
    this.#bookmarks.push({ ...place, revision, before: this.#bookmark, missing });
    this.#bookmark = Math.max(this.#bookmark, revision);
  }
}
