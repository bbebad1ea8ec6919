import { type Entry, lastSegment, type Revision, type StorePath } from '@keelson/store';
import type { Identity } from '../common/identity.ts';
import { decodeRecord, encodeRecord, type Metadata, numberField, objectField, textField } from '../common/record.ts';
import { parseQueueName, type QueueMode } from './queue-name.ts';

/** What an entry of a queue says about whoever wrote it. */
export interface SeatRecord {
  readonly identity: Identity;
  /** Why it is wanted. */
  readonly reason?: string;
  readonly metadata?: Metadata;
  /** When it entered the queue, in wall-clock milliseconds of its machine. */
  readonly enteredAtMs: number;
  /** The ttl of its session, in milliseconds. */
  readonly ttlMs: number;
  /** When it was granted what it had waited for, in wall-clock milliseconds of its machine. */
  readonly grantedAtMs?: number;
  /** Which leader of its election it is, counted from 1. */
  readonly term?: number;
}

/** A place in a queue, for people who look. */
export interface QueuePlace {
  /** The entry's last segment; names this place and no other, ever. */
  readonly id: string;
  readonly path: StorePath;
  readonly mode: QueueMode;
  /** What its holder fences with, once it holds. */
  readonly fencingToken: Revision;
  /** Id of the session that keeps it. */
  readonly session: string | undefined;
  readonly owner: string | undefined;
  readonly host: string | undefined;
  readonly pid: number | undefined;
  readonly reason: string | undefined;
  readonly metadata: Metadata;
  /** Wall clock of its machine, in milliseconds since the Unix epoch; 0 where the entry does not say. */
  readonly enteredAtMs: number;
  /** As `enteredAtMs`. Not there as long as it waits, nor for a holder that had not to wait, and up to 200 ms late. */
  readonly grantedAtMs: number | undefined;
  /** In milliseconds; without a sign of life it ends so long after the last one. */
  readonly ttlMs: number | undefined;
  readonly term: number | undefined;
}

/** The bytes of a record. */
export function encodeSeat({ identity, ...rest }: SeatRecord): Uint8Array {
  return encodeRecord({ ...identity, ...rest });
}

/** Whether an entry of a queue says that its writer was granted what it waited for. */
export const isMarkedGranted = (entry: Entry): boolean =>
  numberField(decodeRecord(entry.value), 'grantedAtMs') !== undefined;

/** What an entry of a queue tells; `undefined` where it is none of the layout. */
export function decodePlace(entry: Entry): QueuePlace | undefined {
  const parsed = parseQueueName(lastSegment(entry.path));
  if (parsed === undefined) return undefined;
  const record = decodeRecord(entry.value);
  return {
    id: parsed.name,
    path: entry.path,
    mode: parsed.mode,
    fencingToken: entry.createRevision,
    session: entry.owner,
    owner: textField(record, 'owner'),
    host: textField(record, 'host'),
    pid: numberField(record, 'pid'),
    reason: textField(record, 'reason'),
    metadata: objectField(record, 'metadata') ?? {},
    enteredAtMs: numberField(record, 'enteredAtMs') ?? 0,
    grantedAtMs: numberField(record, 'grantedAtMs'),
    ttlMs: numberField(record, 'ttlMs'),
    term: numberField(record, 'term'),
  };
}
