import type { Runtime } from '@keelson/runtime';
import type { KvWatchRequest, KvWatchSink } from '../kv/backend.ts';
import type { Commit } from './commit.ts';
import type { History } from './history.ts';
import { spanContains } from './key-range.ts';
import { SpanTree } from './span-tree.ts';
import type { Version } from './version.ts';
import { EventSource, type MvccWatch, Watcher } from './watcher.ts';

/** Events read from history for one watch before others get their turn. */
const CATCH_UP_EVENTS = 1_000;
/** Writes looked at for one watch before others get their turn. */
const CATCH_UP_SCANS = 50_000;

/** What a hub stands on. */
export interface WatchHubOptions {
  readonly runtime: Pick<Runtime, 'timers' | 'logger'>;
  readonly history: History;
  /** The newest durable main revision. Nothing above it is ever shown. */
  readonly durableRevision: () => number;
}

/**
 * All watches of one store. A commit finds its watches by key and by span, so that its cost does not grow with the watches that do
 * not care. A watch that begins in the past, or was paused, is served from the history in bounded turns until it has caught up.
 */
export class WatchHub {
  readonly #options: WatchHubOptions;
  readonly #byKey = new Map<string, Set<Watcher>>();
  readonly #bySpan = new SpanTree<Watcher>();
  readonly #all = new Set<Watcher>();
  readonly #behind = new Set<Watcher>();
  #turnPlanned = false;
  /** Main revision up to which live watches have been served. */
  #published: number;

  constructor(options: WatchHubOptions) {
    this.#options = options;
    this.#published = options.durableRevision();
  }

  /** Number of watches. */
  get size(): number {
    return this.#all.size;
  }

  /** Puts a watch in place. Its sink is first called after this has returned. */
  watch(request: KvWatchRequest, sink: KvWatchSink): MvccWatch {
    const createdAt = this.#options.durableRevision();
    const next = request.startRevision ? Number(request.startRevision) : createdAt + 1;
    const watcher = new Watcher(request, sink, { next, createdAt, wantsPrevious: request.prevKv === true });
    this.#all.add(watcher);
    this.#catchUpLater(watcher);
    return this.#handle(watcher);
  }

  /** Delivers the events of commits that have become durable, in order. */
  publish(commits: readonly Commit[]): void {
    const touched = new Set<Watcher>();
    let revision = this.#published;
    for (const commit of commits) {
      revision = commit.revision;
      for (const version of commit.versions) this.#match(version, touched);
    }
    for (const watcher of touched) {
      const events = watcher.pending;
      watcher.pending = [];
      if (watcher.state !== 'live' || events.length === 0) continue;
      watcher.next = revision + 1;
      this.#call(() => watcher.sink.onEvents(events, BigInt(revision)));
    }
    this.#published = revision;
  }

  /** Tells every watch that no more will come for now. */
  interrupt(error: Error): void {
    for (const watcher of this.#all) this.#call(() => watcher.sink.onInterrupted(error));
  }

  /** Ends every watch without a word: the owner said so. */
  close(): void {
    for (const watcher of this.#all) this.#end(watcher);
  }

  #handle(watcher: Watcher): MvccWatch {
    const published = (): number => this.#published;
    return {
      get synced(): boolean {
        return watcher.state === 'live';
      },
      get nextRevision(): bigint {
        return BigInt(watcher.state === 'live' ? Math.max(watcher.next, published() + 1) : watcher.next);
      },
      cancel: () => this.#end(watcher),
      pause: () => this.#pause(watcher),
      resume: () => this.#resume(watcher),
      requestProgress: () => {
        if (watcher.state === 'live' && watcher.pending.length === 0)
          this.#call(() => watcher.sink.onProgress(BigInt(this.#published)));
      },
    };
  }

  #match(version: Version, touched: Set<Watcher>): void {
    const source = new EventSource(version);
    const give = (watcher: Watcher): void => {
      if (version.main < watcher.next) return;
      watcher.pending.push(source.event(watcher.wantsPrevious));
      touched.add(watcher);
    };
    const { key } = version.entry;
    for (const watcher of this.#byKey.get(key) ?? []) give(watcher);
    this.#bySpan.forEachAt(key, give);
  }

  #pause(watcher: Watcher): void {
    watcher.pauseWanted = true;
    if (watcher.state === 'live') {
      this.#unlist(watcher);
      const [first] = watcher.pending;
      // Events of the batch under way that did not reach it yet are read again from the history.
      const delivered = first === undefined ? this.#published : Number(first.kv.modRevision) - 1;
      watcher.next = Math.max(watcher.next, delivered + 1);
      watcher.pending = [];
    } else if (watcher.state !== 'behind') return;
    this.#behind.delete(watcher);
    watcher.state = 'paused';
  }

  #resume(watcher: Watcher): void {
    watcher.pauseWanted = false;
    if (watcher.state === 'paused') this.#catchUpLater(watcher, 'behind');
  }

  #end(watcher: Watcher): void {
    if (watcher.state === 'live') this.#unlist(watcher);
    watcher.state = 'ended';
    watcher.pending = [];
    this.#behind.delete(watcher);
    this.#all.delete(watcher);
  }

  #catchUpLater(watcher: Watcher, state: 'starting' | 'behind' = 'starting'): void {
    watcher.state = state;
    this.#behind.add(watcher);
    if (this.#turnPlanned) return;
    this.#turnPlanned = true;
    queueMicrotask(() => this.#turn());
  }

  /** One turn for every watch that is behind; those with more to read get another after other work had its chance. */
  #turn(): void {
    this.#turnPlanned = false;
    for (const watcher of this.#behind) {
      if (watcher.state === 'starting') {
        watcher.state = 'behind';
        this.#call(() => watcher.sink.onCreated(BigInt(watcher.createdAt)));
        if (watcher.pauseWanted) this.#pause(watcher);
      }
      if (watcher.state === 'behind') this.#serveFromHistory(watcher);
    }
    if (this.#behind.size === 0 || this.#turnPlanned) return;
    this.#turnPlanned = true;
    this.#options.runtime.timers.after(0, () => this.#turn());
  }

  #serveFromHistory(watcher: Watcher): void {
    const { history } = this.#options;
    if (watcher.next < history.compactRevision) {
      this.#end(watcher);
      const compactRevision = BigInt(history.compactRevision);
      this.#call(() => watcher.sink.onCompacted(compactRevision));
      return;
    }
    const { versions, readTo } = this.#readHistory(watcher);
    watcher.next = Math.max(watcher.next, readTo + 1);
    if (watcher.next > this.#options.durableRevision()) this.#goLive(watcher);
    if (versions.length === 0) return;
    const events = versions.map((version) => new EventSource(version).event(watcher.wantsPrevious));
    this.#call(() => watcher.sink.onEvents(events, BigInt(readTo)));
  }

  /** Reads whole revisions, up to a turn's worth. */
  #readHistory(watcher: Watcher): { versions: Version[]; readTo: number } {
    const { history, durableRevision } = this.#options;
    const durable = durableRevision();
    const versions: Version[] = [];
    const first = history.log.firstFrom(watcher.next);
    let last = watcher.next - 1;
    for (let i = first; i < history.log.length; i += 1) {
      const version = history.log.at(i);
      if (version === undefined || version.main > durable) break;
      const full = versions.length >= CATCH_UP_EVENTS || i - first >= CATCH_UP_SCANS;
      if (full && version.main !== last) return { versions, readTo: last };
      last = version.main;
      if (spanContains(watcher.span, version.entry.key)) versions.push(version);
    }
    return { versions, readTo: Math.max(durable, last) };
  }

  #goLive(watcher: Watcher): void {
    this.#behind.delete(watcher);
    watcher.state = 'live';
    if (watcher.key === undefined) {
      this.#bySpan.add(watcher.span, watcher);
      return;
    }
    const watchers = this.#byKey.get(watcher.key);
    if (watchers === undefined) this.#byKey.set(watcher.key, new Set([watcher]));
    else watchers.add(watcher);
  }

  #unlist(watcher: Watcher): void {
    if (watcher.key === undefined) {
      this.#bySpan.remove(watcher.span, watcher);
      return;
    }
    const watchers = this.#byKey.get(watcher.key);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#byKey.delete(watcher.key);
  }

  /** A sink that throws is its owner's fault and must not keep other watches from their events. */
  #call(deliver: () => void): void {
    try {
      deliver();
    } catch (error) {
      this.#options.runtime.logger.error({ error }, 'A watch sink threw; its event was delivered to the others.');
    }
  }
}
