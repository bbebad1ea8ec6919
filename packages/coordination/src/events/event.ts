import { type Entry, lastSegment, type Revision } from '@keelson/store';
import { decodeRecord, encodeRecord, numberField, textField } from '../common/record.ts';

/** An event of a topic, as everybody reads it. */
export interface LoggedEvent {
  readonly topic: string;
  /** Its number in the topic: from 1, one more than that of the event before, in the order of publishing. */
  readonly sequence: number;
  /** The store's revision that wrote it: orders events of different topics. Events published in one step share it. */
  readonly revision: Revision;
  /** Never the same for two events of a topic; where it was published with a key, that key. */
  readonly id: string;
  /** Any JSON value. */
  readonly payload: unknown;
  readonly publisher: string;
  /** Wall clock of the publisher, in milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** What is stored of an event. */
export interface EventRecord {
  /** Chosen anew for each call, so that a publisher knows its event again where the reply was lost. */
  readonly id: string;
  /** The idempotence key, where it has one. */
  readonly key?: string;
  readonly payload: unknown;
  readonly publisher: string;
  readonly atMs: number;
}

/** Digits of a sequence number in a path, so that names sort as numbers do. */
const DIGITS = 16;

/** The name of the entry of an event. */
export const eventName = (sequence: number): string => sequence.toString().padStart(DIGITS, '0');

/** The bytes of an event's entry. */
export const encodeEvent = (record: EventRecord): Uint8Array => encodeRecord({ ...record });

/** The event in an entry of the log of `topic`. */
export function decodeEvent(topic: string, entry: Entry): LoggedEvent {
  const record = decodeRecord(entry.value);
  return {
    topic,
    sequence: Number(lastSegment(entry.path)),
    revision: entry.createRevision,
    id: textField(record, 'key') ?? textField(record, 'id') ?? '',
    payload: record.payload,
    publisher: textField(record, 'publisher') ?? '',
    atMs: numberField(record, 'atMs') ?? 0,
  };
}

/** The idempotence key that an entry of a log was published with. */
export const keyOfEvent = (entry: Entry): string | undefined => textField(decodeRecord(entry.value), 'key');
