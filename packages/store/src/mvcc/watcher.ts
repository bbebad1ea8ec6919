import type { KvEvent, KvWatch, KvWatchSink } from '../kv/backend.ts';
import { type KeySpan, spanOf } from './key-range.ts';
import { toKeyValue, type Version } from './version.ts';

const EMPTY = new Uint8Array(0);

/** A watch in this process. Events are views of the engine's memory and shared between watches: to be read, never written. */
export interface MvccWatch extends KvWatch {
  /** Whether every durable event has been delivered; only then is a progress notice true. */
  readonly synced: boolean;
  /** The first revision not delivered yet. */
  readonly nextRevision: bigint;
  /** Stops delivery without holding anything back in memory: what is missed is read from the history on `resume`, or the watch ends as compacted. For a reader that is slow. */
  pause(): void;
  resume(): void;
  /** Calls the sink's `onProgress` with the durable revision, once all up to it is delivered. Does nothing while the watch is behind. */
  requestProgress(): void;
}

/**
 * `starting`: the sink does not know yet that the watch is in place. `behind`: to be served from history. `live`: served from each
 * commit. `paused`: by its owner. `ended`: cancelled or compacted.
 */
export type WatcherState = 'starting' | 'behind' | 'live' | 'paused' | 'ended';

/** One watch, as the hub keeps it. */
export class Watcher {
  readonly span: KeySpan;
  /** The one key watched; `undefined` where it is a range. */
  readonly key: string | undefined;
  readonly sink: KvWatchSink;
  readonly wantsPrevious: boolean;
  state: WatcherState = 'starting';
  pauseWanted = false;
  /** Main revision of the first event not delivered yet. */
  next: number;
  /** Store revision when the watch was made. */
  readonly createdAt: number;
  /** Events of the batch under way. */
  pending: KvEvent[] = [];

  constructor(
    range: { readonly key: string; readonly end?: string },
    sink: KvWatchSink,
    options: { readonly next: number; readonly createdAt: number; readonly wantsPrevious: boolean },
  ) {
    this.span = spanOf(range);
    this.key = range.end === undefined || range.end === '' ? range.key : undefined;
    this.sink = sink;
    this.wantsPrevious = options.wantsPrevious;
    this.next = options.next;
    this.createdAt = options.createdAt;
  }
}

/** The event of a version, made at most twice however many watches see it. */
export class EventSource {
  readonly version: Version;
  #plain: KvEvent | undefined;
  #withPrevious: KvEvent | undefined;

  constructor(version: Version) {
    this.version = version;
  }

  event(wantsPrevious: boolean): KvEvent {
    this.#plain ??= plainEvent(this.version);
    if (!wantsPrevious) return this.#plain;
    const { previous } = this.version;
    if (previous === undefined || previous.isTombstone) return this.#plain;
    this.#withPrevious ??= { ...this.#plain, prevKv: toKeyValue(previous) };
    return this.#withPrevious;
  }
}

function plainEvent(version: Version): KvEvent {
  if (!version.isTombstone) return { type: 'put', kv: toKeyValue(version) };
  const modRevision = BigInt(version.main);
  const kv = { key: version.entry.key, value: EMPTY, createRevision: 0n, modRevision, version: 0, lease: 0n };
  return { type: 'delete', kv };
}
