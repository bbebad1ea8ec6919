/** One key changed. */
export interface RecordedChange {
  readonly key: string;
  readonly kind: 'put' | 'delete';
  /** What was put, or anything that identifies it (a hash). Compared only where both sides have it. */
  readonly value?: string;
}

/** All that one revision of the store changed: one put or delete, or a whole transaction. */
export interface RecordedWrite {
  readonly revision: number;
  readonly changes: readonly RecordedChange[];
}

/** An event as a watch brought it. */
export interface RecordedEvent extends RecordedChange {
  /** Revision of the write it tells of (etcd: `mod_revision`). */
  readonly revision: number;
}

/** What came over a watch, in the order in which it came. Fragments of one response are one message: join them before. */
export type RecordedMessage =
  /** The watch stands; `revision` is the store's at that moment. */
  | { readonly type: 'created'; readonly revision: number }
  /** Events that came together. */
  | { readonly type: 'events'; readonly events: readonly RecordedEvent[] }
  /** A bookmark: everything up to `revision` has been delivered. */
  | { readonly type: 'progress'; readonly revision: number }
  /** The watcher listed the range anew as of `revision`, and needs nothing older any more. With `entries`, they are compared. */
  | { readonly type: 'snapshot'; readonly revision: number; readonly entries?: Readonly<Record<string, string>> }
  /** The watch was ended because what it asked for is compacted; `compactRevision` is the oldest that could still be had. */
  | { readonly type: 'compacted'; readonly compactRevision: number };

/** One time that the watch was asked for: the first, and one after every break. */
export interface WatchLeg {
  /** First revision asked for. Left out: from the moment of its `created` message on. */
  readonly fromRevision?: number;
  readonly messages: readonly RecordedMessage[];
}

/** Which keys a watch is about. */
export type WatchRange =
  | { readonly key: string }
  | { readonly prefix: string }
  /** Keys `k` with `start <= k < end`, compared as strings. */
  | { readonly start: string; readonly end: string };

/** One watch, as its reader saw it, over all breaks. */
export interface RecordedWatch {
  /** For messages to people. */
  readonly name: string;
  readonly range: WatchRange;
  readonly legs: readonly WatchLeg[];
  /**
   * The watch was still open, and nothing was under way any more, when the store had reached this revision: everything up to it should
   * have come. Without it, what is missing at the very end counts as still under way.
   */
  readonly settledAt?: number;
}

/** Whether a key belongs to a range. */
export function isInRange(range: WatchRange, key: string): boolean {
  if ('key' in range) return key === range.key;
  if ('prefix' in range) return key.startsWith(range.prefix);
  return range.start <= key && key < range.end;
}
