import type { Entry, Operation, Transaction } from '@keelson/store';
import { decodeRecord, numberField } from '../common/record.ts';
import { keyOfEvent } from './event.ts';
import type { TopicPaths } from './topic-paths.ts';
import { encodeMark, type LogMark, markUnchanged, type Retention } from './topic-records.ts';

/** What is known of a log that may be too long. */
export interface TrimView {
  readonly head: LogMark;
  readonly floor: LogMark;
  readonly retention: Retention;
  /** The oldest events from the floor on, in order; `undefined` where an entry is missing. */
  readonly oldest: readonly (Entry | undefined)[];
  readonly nowMs: number;
}

/** How many of the oldest events are to go: those that keep the log over one of its limits. */
export function excessOf({ head, floor, retention, oldest, nowMs }: TrimView): number {
  let count = head.sequence - floor.sequence;
  let bytes = head.bytes - floor.bytes;
  let excess = 0;
  for (const entry of oldest) {
    const atMs = entry === undefined ? 0 : (numberField(decodeRecord(entry.value), 'atMs') ?? 0);
    const tooOld = nowMs - atMs > retention.maxAgeMs;
    if (count <= retention.maxEvents && bytes <= retention.maxBytes && !tooOld) break;
    count -= 1;
    bytes -= entry?.value.length ?? 0;
    excess += 1;
  }
  return excess;
}

/** The transaction that takes the first `excess` of the oldest events out, keys and all, and moves the floor past them. */
export function planTrim(paths: TopicPaths, { floor, oldest }: TrimView, excess: number): Transaction {
  const gone = oldest.slice(0, excess);
  const bytes = gone.reduce((sum, entry) => sum + (entry?.value.length ?? 0), floor.bytes);
  const deletions = gone.flatMap((entry): Operation[] => {
    if (entry === undefined) return [];
    const key = keyOfEvent(entry);
    const event: Operation = { type: 'delete', path: entry.path };
    return key === undefined ? [event] : [event, { type: 'delete', path: paths.key(key) }];
  });
  const after = { sequence: floor.sequence + excess, bytes };
  return {
    if: [markUnchanged(paths.floor, floor)],
    then: [{ type: 'put', path: paths.floor, value: encodeMark(after) }, ...deletions],
  };
}
