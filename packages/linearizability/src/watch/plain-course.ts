import { contentAt, differences, isSame } from './content.ts';
import type { RecordedEvent, RecordedMessage, RecordedWatch, RecordedWrite, WatchLeg } from './record.ts';

/**
 * Whether a watch took the plain course: everything owed came once, in order, whole, each leg beginning where the one before ended. Such a watch keeps every
 * guarantee, and most do; seeing that takes one pass that makes nothing. `false` says nothing: then the guarantees have to be looked at one by one.
 *
 * @param owed - Writes that touch the range of the watch, ascending, with the changes in it only.
 */
export function tookPlainCourse(owed: readonly RecordedWrite[], watch: RecordedWatch): boolean {
  const { legs, settledAt = 0 } = watch;
  const course = new Course(owed);
  return legs.every((leg) => course.follow(leg)) && (settledAt === 0 || (legs.length > 0 && course.isPast(settledAt)));
}

class Course {
  readonly #owed: readonly RecordedWrite[];
  /** The next write to come. */
  #at = 0;
  /** Everything up to this revision has come, or was not owed. */
  #reached: number | undefined;

  constructor(owed: readonly RecordedWrite[]) {
    this.#owed = owed;
  }

  /** Whether nothing up to `revision` is still to come. */
  isPast(revision: number): boolean {
    const next = this.#owed[this.#at];
    return next === undefined || next.revision > revision;
  }

  follow({ fromRevision, messages }: WatchLeg): boolean {
    const first = messages[0];
    // What is listed need not come.
    const listed = first?.type === 'snapshot' ? first.revision : 0;
    if (fromRevision !== undefined && !this.#begin(fromRevision, listed)) return false;
    let start = fromRevision;
    for (const message of messages) {
      if (start === undefined) {
        // A leg stands where it was created, or listed; before that it owes and brings nothing.
        if (message.type !== 'created' && message.type !== 'snapshot') return false;
        start = message.revision + 1;
        if (!this.#begin(start, listed)) return false;
      }
      if (!this.#take(message, start)) return false;
    }
    return start !== undefined;
  }

  #begin(start: number, listed: number): boolean {
    const reached = this.#reached;
    if (reached === undefined) {
      this.#at = firstFrom(this.#owed, start);
      this.#reached = start - 1;
      return true;
    }
    if (start <= reached) return false;
    this.#skip(listed);
    if (!this.isPast(start - 1)) return false;
    this.#reached = start - 1;
    return true;
  }

  #take(message: RecordedMessage, start: number): boolean {
    const reached = this.#reached ?? 0;
    switch (message.type) {
      case 'created':
        return true;
      case 'events':
        return this.#takeEvents(message.events);
      case 'progress':
        if (message.revision < reached || !this.isPast(message.revision)) return false;
        this.#reached = message.revision;
        return true;
      case 'snapshot': {
        const { revision, entries } = message;
        if (revision < reached) return false;
        if (entries !== undefined && differences(entries, contentAt(this.#owed, revision)).length > 0) return false;
        this.#skip(revision);
        this.#reached = revision;
        return true;
      }
      case 'compacted':
        return start < message.compactRevision;
    }
  }

  #takeEvents(events: readonly RecordedEvent[]): boolean {
    for (let index = 0; index < events.length; ) {
      const write = this.#owed[this.#at];
      if (write === undefined || this.#owed[this.#at + 1]?.revision === write.revision) return false;
      const { revision, changes } = write;
      if (changes.length > 1 && new Set(changes.map(({ key }) => key)).size < changes.length) return false;
      for (const change of changes) {
        const event = events[index];
        index += 1;
        if (event === undefined || event.revision !== revision || event.key !== change.key) return false;
        if (!isSame(change, event)) return false;
      }
      this.#at += 1;
      this.#reached = revision;
    }
    return true;
  }

  #skip(revision: number): void {
    while (!this.isPast(revision)) this.#at += 1;
  }
}

/** The place of the first write from `revision` on. */
function firstFrom(owed: readonly RecordedWrite[], revision: number): number {
  let [low, high] = [0, owed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((owed[middle]?.revision ?? 0) < revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
