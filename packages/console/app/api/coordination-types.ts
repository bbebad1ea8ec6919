/** Shapes of `/api/v1/locks`, `/elections`, `/groups` and `/topics` as the console reads them. Times are wall milliseconds; tokens are decimal digits. */

/** Somebody in a queue: who holds, leads or waits. */
export interface QueuePlace {
  readonly id: string;
  readonly mode: string;
  readonly fencingToken: string;
  readonly session: string | null;
  readonly owner: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly reason: string | null;
  readonly enteredAtMs: number;
  readonly grantedAtMs: number | null;
}

/** A lock or semaphore that somebody holds or waits for. */
export interface Lock {
  readonly name: string;
  readonly kind: 'lock' | 'semaphore';
  readonly permits: number;
  readonly holders: readonly QueuePlace[];
  readonly waiting: readonly QueuePlace[];
}

/** An election that somebody stands in. */
export interface Election {
  readonly name: string;
  readonly term: number;
  readonly leader: QueuePlace | null;
  readonly candidates: readonly QueuePlace[];
}

/** A group and who is in it. */
export interface Group {
  readonly name: string;
  readonly members: readonly {
    readonly name: string;
    readonly host: string | null;
    readonly pid: number | null;
    readonly joinedAtMs: number;
  }[];
}

/** An event of a topic, as its stream tells it. */
export interface TopicEvent {
  readonly topic: string;
  readonly sequence: number;
  readonly payload: unknown;
  readonly publisher: string;
  readonly atMs: number;
}
