import { KeelsonError } from '@keelson/runtime';
import type { Comparison, Entry, Revision, StorePath } from '@keelson/store';
import { decodeRecord, encodeRecord, type Metadata, numberField, objectField } from '../common/record.ts';

/** The end or the beginning of a log: the sequence number that comes next, and all bytes so far. */
export interface LogMark {
  readonly sequence: number;
  /** Bytes of all events before it, those of the whole life of the topic. */
  readonly bytes: number;
  /** Where it was read; `undefined`: it is not there yet. */
  readonly modifyRevision: Revision | undefined;
}

/** The mark in an entry. A log begins at 1. */
export function decodeMark(entry: Entry | undefined): LogMark {
  const record = entry === undefined ? {} : decodeRecord(entry.value);
  return {
    sequence: numberField(record, 'sequence') ?? 1,
    bytes: numberField(record, 'bytes') ?? 0,
    modifyRevision: entry?.modifyRevision,
  };
}

/** The bytes of a mark. */
export const encodeMark = ({ sequence, bytes }: Pick<LogMark, 'sequence' | 'bytes'>): Uint8Array =>
  encodeRecord({ sequence, bytes });

/** The comparison that a mark is still as it was read. */
export const markUnchanged = (path: StorePath, { modifyRevision }: LogMark): Comparison =>
  modifyRevision === undefined ? { path, version: 0 } : { path, modifyRevision };

/** How long events are kept: until the first of the limits is passed. */
export interface Retention {
  /** Events, at least; up to a tenth more are there for a while. Default 10,000. */
  readonly maxEvents: number;
  /** Bytes of all events as stored. Default 64 MiB. */
  readonly maxBytes: number;
  /** Milliseconds, by the wall clocks of those who publish and trim: a clock that is stepped forward trims early. Default 7 days. */
  readonly maxAgeMs: number;
}

/** What holds for a topic that nobody configured. */
export const DEFAULT_RETENTION: Retention = { maxEvents: 10_000, maxBytes: 64 << 20, maxAgeMs: 7 * 86_400_000 };

/** The retention in the entry of a topic. */
export function decodeRetention(entry: Entry | undefined): Retention {
  const stored: Metadata = (entry && objectField(decodeRecord(entry.value), 'retention')) ?? {};
  return {
    maxEvents: numberField(stored, 'maxEvents') ?? DEFAULT_RETENTION.maxEvents,
    maxBytes: numberField(stored, 'maxBytes') ?? DEFAULT_RETENTION.maxBytes,
    maxAgeMs: numberField(stored, 'maxAgeMs') ?? DEFAULT_RETENTION.maxAgeMs,
  };
}

/** Throws `E_INVALID_ARGUMENT` for a limit that is no positive number. */
export function checkRetention(retention: Partial<Retention>): void {
  for (const [name, value] of Object.entries(retention))
    if (value !== undefined && !(Number.isFinite(value) && value > 0))
      throw new KeelsonError('E_INVALID_ARGUMENT', `${name} must be a number above 0, not ${String(value)}.`);
}
