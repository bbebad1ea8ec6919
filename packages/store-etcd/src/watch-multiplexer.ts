import type { Event, Init, WatchRequest, WatchResponse } from '@keelson/etcd-protocol';
import type { KvWatchRequest } from '@keelson/store';

/** What the owner of the stream has to do, in this order. */
export type WatchEffect =
  | { readonly type: 'send'; readonly request: Init<WatchRequest> }
  | { readonly type: 'created'; readonly id: bigint; readonly revision: bigint }
  | { readonly type: 'events'; readonly id: bigint; readonly events: readonly Event[]; readonly revision: bigint }
  | { readonly type: 'progress'; readonly id: bigint; readonly revision: bigint }
  | { readonly type: 'compacted'; readonly id: bigint; readonly compactRevision: bigint }
  | { readonly type: 'interrupted'; readonly id: bigint; readonly error: Error }
  /** The server refused this one watch: ask again (`retry`) after a pause. */
  | { readonly type: 'refused'; readonly id: bigint; readonly reason: string };

interface WatchState {
  readonly request: KvWatchRequest;
  /** First revision not yet given to the reader; undefined until the first creation says where "now" is. */
  nextRevision: bigint | undefined;
  phase: 'waiting' | 'creating' | 'active';
  /** Whether the reader has been told of an interruption that no creation has ended yet. */
  interrupted: boolean;
  /** Revision of the creation that ended an interruption, until all up to it has been given. */
  catchUpTo: bigint | undefined;
  /** Parts of an answer that came in several. */
  fragments: Event[];
  /** Answers to progress requests that may have been made before the server knew of this watch, and so say nothing of it. */
  progressToIgnore: number;
}

/** The answer to a progress request is for all watches of the stream. */
const ALL_WATCHES = -1n;

/**
 * Many watches on one etcd watch stream, as a state machine without I/O: it is told what happens and answers with what to do.
 *
 * Its promise to each reader: every event of its range from its start on, in order, once, whole revisions at a time, however often
 * the stream breaks; or `compacted`, after which the watch is over. It keeps it by asking for the revision after the last one
 * given, never for "now", whenever a watch is made again.
 *
 * Watch ids are chosen here and used again on the next stream, so that no answer can be taken for another watch's.
 */
export class WatchMultiplexer {
  readonly #watches: Map<bigint, WatchState> = new Map();
  /** Ids in the order of their create requests on this stream, as a refusal may come without an id. */
  #creating: bigint[] = [];
  #nextId = 1n;
  #stream: 'none' | 'open' = 'none';
  /**
   * Whether this server answers a progress request only when every event before it was sent. etcd before 3.4.25 and
   * 3.5.8 does not (etcd-io/etcd#15220), so what it says cannot be relied on.
   */
  #progressTrusted = false;
  /** Progress requests of this stream without an answer (a server drops those it cannot answer at once). */
  #progressUnanswered = 0;

  /** Watches that are not cancelled. */
  get size(): number {
    return this.#watches.size;
  }

  /** Whether some watch waits to hear that it has caught up, which `progressRequest` finds out. */
  get catchingUp(): boolean {
    for (const watch of this.#watches.values()) if (watch.catchUpTo !== undefined) return true;
    return false;
  }

  /** Whether progress requests are of use on the present stream. */
  get progressTrusted(): boolean {
    return this.#stream === 'open' && this.#progressTrusted;
  }

  /** A new watch. */
  add(request: KvWatchRequest): { readonly id: bigint; readonly effects: readonly WatchEffect[] } {
    const id = this.#nextId;
    this.#nextId += 1n;
    const watch: WatchState = {
      request,
      nextRevision: request.startRevision,
      phase: 'waiting',
      interrupted: false,
      catchUpTo: undefined,
      fragments: [],
      progressToIgnore: 0,
    };
    this.#watches.set(id, watch);
    return { id, effects: this.#stream === 'open' ? [this.#create(id, watch)] : [] };
  }

  /** The reader is gone: nothing more is given to it. */
  cancel(id: bigint): readonly WatchEffect[] {
    const watch = this.#watches.get(id);
    this.#watches.delete(id);
    if (watch === undefined || watch.phase === 'waiting' || this.#stream === 'none') return [];
    return [{ type: 'send', request: { cancelRequest: { watchId: id } } }];
  }

  /** A new stream is open. */
  opened(options: { readonly progressTrusted: boolean }): readonly WatchEffect[] {
    this.#stream = 'open';
    this.#progressTrusted = options.progressTrusted;
    this.#progressUnanswered = 0;
    this.#creating = [];
    return [...this.#watches].map(([id, watch]) => this.#create(id, watch));
  }

  /** The stream broke, or could not be opened. Readers are told once per interruption. */
  broke(error: Error): readonly WatchEffect[] {
    this.#stream = 'none';
    this.#creating = [];
    const effects: WatchEffect[] = [];
    for (const [id, watch] of this.#watches) {
      watch.phase = 'waiting';
      watch.fragments = [];
      watch.catchUpTo = undefined;
      if (!watch.interrupted) effects.push({ type: 'interrupted', id, error });
      watch.interrupted = true;
    }
    return effects;
  }

  /** The pause after a refusal is over. */
  retry(id: bigint): readonly WatchEffect[] {
    const watch = this.#watches.get(id);
    return watch === undefined || watch.phase !== 'waiting' || this.#stream === 'none' ? [] : [this.#create(id, watch)];
  }

  /** What to send to learn up to where all watches have been served. */
  progressRequest(): Init<WatchRequest> {
    this.#progressUnanswered += 1;
    return { progressRequest: {} };
  }

  /** An answer of the server. */
  received(response: WatchResponse): readonly WatchEffect[] {
    if (response.watchId === ALL_WATCHES && !response.created) return this.#progressOfAll(response);
    const id = response.created ? this.#takeCreating(response.watchId) : response.watchId;
    const watch = this.#watches.get(id);
    if (watch === undefined) return [];
    if (response.canceled) return this.#ended(id, watch, response);
    if (response.created) return this.#created(id, watch, response.header?.revision ?? 0n);
    if (response.events.length === 0 && !response.fragment) {
      return watch.fragments.length > 0
        ? this.#events(id, watch, [])
        : this.#progress(id, watch, response.header?.revision ?? 0n);
    }
    if (response.fragment) {
      watch.fragments.push(...response.events);
      return [];
    }
    return this.#events(id, watch, response.events);
  }

  #create(id: bigint, watch: WatchState): WatchEffect {
    watch.phase = 'creating';
    watch.progressToIgnore = this.#progressUnanswered;
    this.#creating.push(id);
    const { key, end, prevKv } = watch.request;
    return {
      type: 'send',
      request: {
        createRequest: { key, rangeEnd: end, startRevision: watch.nextRevision, prevKv, watchId: id, fragment: true },
      },
    };
  }

  /** Creations are answered in order; some servers refuse one without its id. -1, which is no watch, where none is expected. */
  #takeCreating(watchId: bigint): bigint {
    const id = watchId === ALL_WATCHES ? this.#creating[0] : watchId;
    this.#creating = this.#creating.filter((one) => one !== id);
    return id ?? ALL_WATCHES;
  }

  #created(id: bigint, watch: WatchState, revision: bigint): readonly WatchEffect[] {
    watch.phase = 'active';
    const missedNothing = watch.nextRevision === undefined || watch.nextRevision > revision;
    const wasInterrupted = watch.interrupted;
    watch.interrupted = false;
    watch.nextRevision ??= revision + 1n;
    if (!wasInterrupted) return [{ type: 'created', id, revision }];
    if (missedNothing) {
      return [
        { type: 'created', id, revision },
        { type: 'progress', id, revision },
      ];
    }
    if (this.#progressTrusted) {
      watch.catchUpTo = revision;
      return [{ type: 'created', id, revision }];
    }
    // This server cannot say when all that was missed has come, so the reader would not know whether it is current: let it read anew.
    return this.#overAt(id, revision);
  }

  /** The watch is over, and its reader has to read anew. The server keeps a place for it until the stream ends, even where it ended the watch itself, unless it is told. */
  #overAt(id: bigint, compactRevision: bigint): readonly WatchEffect[] {
    this.#watches.delete(id);
    return [
      { type: 'send', request: { cancelRequest: { watchId: id } } },
      { type: 'compacted', id, compactRevision },
    ];
  }

  #events(id: bigint, watch: WatchState, last: readonly Event[]): readonly WatchEffect[] {
    const all = watch.fragments.length === 0 ? last : [...watch.fragments, ...last];
    watch.fragments = [];
    const from = watch.nextRevision ?? 0n;
    const events = all.filter((event) => (event.kv?.modRevision ?? 0n) >= from);
    const revision = events.at(-1)?.kv?.modRevision;
    if (revision === undefined) return [];
    watch.nextRevision = revision + 1n;
    const effects: WatchEffect[] = [{ type: 'events', id, events, revision }];
    return [...effects, ...this.#caughtUp(id, watch, revision)];
  }

  #progress(id: bigint, watch: WatchState, revision: bigint): readonly WatchEffect[] {
    if (!this.#progressTrusted || watch.phase !== 'active' || watch.fragments.length > 0) return [];
    if (watch.nextRevision === undefined || revision + 1n < watch.nextRevision) return [];
    watch.nextRevision = revision + 1n;
    if (watch.catchUpTo !== undefined && revision >= watch.catchUpTo) watch.catchUpTo = undefined;
    return [{ type: 'progress', id, revision }];
  }

  /** Events past the creation's revision prove as well that all before them has come. */
  #caughtUp(id: bigint, watch: WatchState, revision: bigint): readonly WatchEffect[] {
    if (watch.catchUpTo === undefined || revision < watch.catchUpTo) return [];
    watch.catchUpTo = undefined;
    return [{ type: 'progress', id, revision }];
  }

  #progressOfAll(response: WatchResponse): readonly WatchEffect[] {
    const revision = response.header?.revision ?? 0n;
    this.#progressUnanswered = Math.max(0, this.#progressUnanswered - 1);
    return [...this.#watches].flatMap(([id, watch]) => {
      if (watch.progressToIgnore === 0) return this.#progress(id, watch, revision);
      watch.progressToIgnore -= 1;
      return [];
    });
  }

  #ended(id: bigint, watch: WatchState, response: WatchResponse): readonly WatchEffect[] {
    watch.fragments = [];
    watch.catchUpTo = undefined;
    if (response.compactRevision > 0n) {
      return this.#overAt(id, response.compactRevision);
    }
    watch.phase = 'waiting';
    const reason = response.cancelReason === '' ? 'The server ended the watch.' : response.cancelReason;
    const effects: WatchEffect[] = [{ type: 'refused', id, reason }];
    if (watch.interrupted) return effects;
    watch.interrupted = true;
    return [{ type: 'interrupted', id, error: new Error(reason) }, ...effects];
  }
}
