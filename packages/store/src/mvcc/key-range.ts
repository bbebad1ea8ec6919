import type { ByteString, KeyRange } from '../kv/backend.ts';

/** The `end` of a range that has no upper bound, as etcd writes it. */
export const NO_UPPER_BOUND: ByteString = '\0';

/** Keys from `start` up to but not including `end`; `end` undefined: no upper bound. */
export interface KeySpan {
  readonly start: ByteString;
  readonly end: ByteString | undefined;
}

/** Whether the range names one key only. An empty `end` counts as absent, as on the wire. */
export function isSingleKey(range: KeyRange): boolean {
  return range.end === undefined || range.end === '';
}

/** The half-open span a range covers; for a single key, that key alone. */
export function spanOf(range: KeyRange): KeySpan {
  if (range.end === undefined || range.end === '') return { start: range.key, end: `${range.key}\0` };
  return { start: range.key, end: range.end === NO_UPPER_BOUND ? undefined : range.end };
}

/** Whether `key` lies in `span`. */
export function spanContains(span: KeySpan, key: ByteString): boolean {
  return key >= span.start && (span.end === undefined || key < span.end);
}
