import type { ClusterEvent } from '../api/schemas.ts';

/** A cluster event before it has its place in the log. */
export type EventBody = ClusterEvent extends infer Event
  ? Event extends ClusterEvent
    ? Omit<Event, 'id'>
    : never
  : never;

interface Place {
  readonly revision: bigint;
  readonly index: number;
}

/**
 * What happened in a cluster, as far back as memory is kept. An event's id is `revision-n`: its place in the store's one order, so
 * that a client can resume after it; what is no longer, or never was, in the log is answered with a gap instead of a guess.
 */
export class EventLog {
  readonly #capacity: number;
  readonly #events: { place: Place; event: ClusterEvent }[] = [];
  /** Everything after this place is in `#events`. */
  #floor: Place;
  #last: Place;
  #dropped = 0;

  /** Begins after `revision`. `capacity`: most events kept. */
  constructor(revision: bigint, capacity: number) {
    this.#capacity = capacity;
    this.#floor = { revision, index: 0 };
    this.#last = this.#floor;
  }

  /** Id of the newest place the log covers: resuming after it misses nothing so far. */
  get lastId(): string {
    return idOf(this.#last);
  }

  /** Whether everything since the beginning is still there. */
  get complete(): boolean {
    return this.#dropped === 0;
  }

  /** Adds what happened at `revision`, and gives it back with ids. Also called with no events, to move the resume point on. */
  append(revision: bigint, bodies: readonly EventBody[]): readonly ClusterEvent[] {
    if (revision < this.#last.revision) return []; // an answer of a slower member of the store; its news were told before
    let index = revision === this.#last.revision ? this.#last.index : 0;
    const added = bodies.map((body) => {
      index += 1;
      const place = { revision, index };
      const event = { id: idOf(place), ...body } as ClusterEvent;
      this.#events.push({ place, event });
      return event;
    });
    this.#last = { revision, index };
    const surplus = this.#events.splice(0, Math.max(0, this.#events.length - this.#capacity));
    this.#dropped += surplus.length;
    this.#floor = surplus.at(-1)?.place ?? this.#floor;
    return added;
  }

  /** What happened after the event `id`; `undefined` where that cannot be told: too old, of another store, or no id of ours. */
  after(id: string): readonly ClusterEvent[] | undefined {
    const place = parseId(id);
    if (place === undefined || compare(place, this.#floor) < 0 || compare(place, this.#last) > 0) return undefined;
    let from = this.#events.length;
    while (from > 0 && compare(this.#events[from - 1]?.place ?? place, place) > 0) from -= 1;
    return this.#events.slice(from).map((kept) => kept.event);
  }

  /** The newest events, newest first. */
  newest(limit: number): readonly ClusterEvent[] {
    return this.#events
      .slice(-limit)
      .toReversed()
      .map((kept) => kept.event);
  }
}

function idOf(place: Place): string {
  return `${place.revision}-${place.index}`;
}

function parseId(id: string): Place | undefined {
  const match = /^(\d{1,19})-(\d{1,9})$/.exec(id);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { revision: BigInt(match[1]), index: Number(match[2]) };
}

function compare(one: Place, other: Place): number {
  if (one.revision !== other.revision) return one.revision < other.revision ? -1 : 1;
  return one.index - other.index;
}
