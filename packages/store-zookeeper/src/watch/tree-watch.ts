import { isKeelsonError, KeelsonError, sleep, withDeadline } from '@keelson/runtime';
import {
  type Change,
  isBelow,
  isPath,
  parentPath,
  type Revision,
  type SnapshotReason,
  type StorePath,
  type WatchEvent,
  type WatchOptions,
} from '@keelson/store';
import { bufferLimitOf, depthOf, WatchIterator } from '@keelson/store/driver';
import type { NodeEvent } from '@keelson/zookeeper-client';
import type { StoreContext } from '../context.ts';
import { isGuard } from '../incarnation-guard.ts';
import { ChangeTracker, type Reading } from './change-tracker.ts';
import { DirtyPaths } from './dirty-paths.ts';
import { EntryReader } from './entry-reader.ts';
import { ClassicTreeReader, LastingTreeReader, type TreeReader, type TreeScope } from './tree-reader.ts';

/** Longest time one snapshot, or one round of readings, may take, in milliseconds. */
const ROUND_TIMEOUT_MS = 30_000;

/** Longest time one request of it may take: a reply that does not come costs the reader no more than that, in milliseconds. */
const READ_TIMEOUT_MS = 5_000;

/** Pause before a snapshot that failed is tried again, in milliseconds. */
const RETRY_MS = 200;

/** Rounds in which a snapshot catches up with what changes meanwhile, before it is told as it is. */
const MAX_ROUNDS = 100;

/** What the watches of one store share: whether servers have persistent watches. Found out once. */
export interface WatchSupport {
  classic: boolean;
}

/**
 * A watch on ZooKeeper: the watch is set, then the tree is read; what events call changed is read again. Readings are made when the reader asks
 * for the next event, so a slow reader costs a bounded set of paths, and several changes of one path become one.
 */
export class TreeWatch extends WatchIterator {
  readonly #context: StoreContext;
  readonly #scope: TreeScope;
  readonly #support: WatchSupport;
  readonly #limit: number;
  readonly #tracker: ChangeTracker = new ChangeTracker();
  readonly #dirty: DirtyPaths = new DirtyPaths();
  #reader: TreeReader;
  /** Why a snapshot is due; `undefined` while changes are told. */
  #resync: SnapshotReason | undefined = 'initial';
  #interruption: Error | undefined;
  #interrupted = false;
  /** Counts interruptions: what was read across one is of no use. */
  #epoch = 0;

  constructor(
    context: StoreContext,
    path: StorePath,
    options: WatchOptions,
    support: WatchSupport,
    onEnded: (watch: TreeWatch) => void,
  ) {
    super();
    const limit = bufferLimitOf(options);
    this.#context = context;
    this.#scope = { path, depth: depthOf(options) };
    this.#support = support;
    this.#limit = limit;
    this.#reader = this.#newReader();
    this.atEnd(() => {
      this.#reader.end();
      this.#dirty.take();
      onEnded(this);
    });
    if (options.afterRevision !== undefined) {
      this.end(new KeelsonError('E_UNSUPPORTED', 'ZooKeeper keeps no history: a watch cannot begin in the past.'));
      return;
    }
    this.endWith(options.signal);
    this.atEnd(
      context.main.client.onConnection((event) => {
        if (event.type === 'connected') this.wake();
        else if (event.type !== 'ended') this.#interrupt(event.error);
      }),
    );
  }

  protected override async step(): Promise<WatchEvent | undefined> {
    const interruption = this.#interruption;
    if (interruption !== undefined) {
      this.#interruption = undefined;
      return { type: 'interrupted', error: interruption };
    }
    if (this.#reader.hasUnread === true)
      this.#dirty.add(this.#scope.path, this.#context.main.client.lastZxid, undefined);
    const idle = this.#resync === undefined && this.#dirty.size === 0;
    if (idle || !this.#context.main.client.connected) {
      await this.changed();
      return undefined;
    }
    try {
      return this.#resync === undefined ? await this.#readChanges() : await this.#readSnapshot(this.#resync);
    } catch (error) {
      await this.#failed(error);
      return undefined;
    }
  }

  #newReader(): TreeReader {
    if (this.#scope.depth === 'entry')
      return new EntryReader(this.#context, this.#scope.path, (event) => this.#told(event));
    const Reader = this.#support.classic ? ClassicTreeReader : LastingTreeReader;
    return new Reader(this.#context, this.#scope, (event) => this.#told(event));
  }

  #told(event: NodeEvent): void {
    if (this.stopped.aborted || !this.#covers(event.path)) return;
    const deletedAt = event.type === 'deleted' ? event.zxid : undefined;
    this.#dirty.add(event.path, this.#context.main.client.lastZxid, deletedAt);
    // A snapshot under way reads everything anyway; it holds no more than the tree.
    if (this.#resync === undefined && this.#dirty.size + this.#tracker.held > this.#limit) {
      this.#dirty.take();
      this.#resync = 'overflow';
    }
    this.wake();
  }

  #covers(path: StorePath): boolean {
    const { path: root, depth } = this.#scope;
    if (isGuard(path) || !isPath(path)) return false;
    if (!this.#context.chrooted && (path === '/zookeeper' || path.startsWith('/zookeeper/'))) return false;
    // Events about the path's children name the path; the reader of one-shot watches looks at the children then.
    if (path === root) return path !== '/' || this.#support.classic;
    if (depth === 'entry') return false;
    return depth === 'all' ? isBelow(path, root) : parentPath(path) === root;
  }

  #interrupt(error: Error): void {
    this.#resync ??= 'reconnected';
    if (this.#resync === 'overflow') this.#resync = 'reconnected';
    this.#epoch += 1;
    this.#dirty.take();
    if (!this.#interrupted) this.#interruption = error;
    this.#interrupted = true;
    this.wake();
  }

  async #readSnapshot(reason: SnapshotReason): Promise<WatchEvent | undefined> {
    const { main } = this.#context;
    const epoch = this.#epoch;
    return await this.#reading(async (signal) => {
      const limits = { signal, timeoutMs: READ_TIMEOUT_MS };
      await this.#reader.begin(limits);
      this.#dirty.take();
      const [, entries] = await Promise.all([main.catchUp(), this.#reader.readAll(limits)]);
      for (let round = 0; round < MAX_ROUNDS && this.#dirty.size > 0; round += 1) {
        const paths = this.#dirty.take();
        const again = await this.#reader.read(paths.keys(), (path) => entries.has(path), limits);
        for (const [path, entry] of again) {
          if (entry === undefined) entries.delete(path);
          else entries.set(path, entry);
        }
      }
      if (epoch !== this.#epoch) return undefined;
      this.#resync = undefined;
      this.#interrupted = false;
      this.#tracker.reset(entries.values());
      const revision = this.#dirty.completeUpTo(main.client.lastZxid);
      return { type: 'snapshot', reason, entries: [...entries.values()], revision };
    });
  }

  async #readChanges(): Promise<WatchEvent | undefined> {
    const { client } = this.#context.main;
    const paths = this.#dirty.take();
    try {
      return await this.#reading(async (signal) => {
        const limits = { signal, timeoutMs: READ_TIMEOUT_MS };
        const found = await this.#reader.read(paths.keys(), (path) => this.#tracker.knows(path), limits);
        if (this.#resync !== undefined) return undefined;
        const newest = client.lastZxid;
        const readings = [...found].map(
          ([path, entry]): Reading => ({ path, entry, deletedAt: paths.get(path)?.deletedAt, seenBy: newest }),
        );
        const changes = this.#tracker.take(readings, this.#dirty.completeUpTo(newest));
        if (changes.length <= this.#limit) return changesEvent(changes);
        // One event about a directory can stand for more changes than the reader wants to be held for it.
        this.#resync = 'overflow';
        return undefined;
      });
    } catch (error) {
      for (const [path, { after, deletedAt }] of paths) this.#dirty.add(path, after, deletedAt);
      throw error;
    }
  }

  #reading<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withDeadline(this.#context.runtime, { signal: this.stopped }, ROUND_TIMEOUT_MS, work);
  }

  async #failed(reason: unknown): Promise<void> {
    if (this.stopped.aborted) return;
    if (isKeelsonError(reason, 'E_UNSUPPORTED') && !this.#support.classic) {
      this.#context.runtime.logger.info({}, 'ZooKeeper has no persistent watches; using one-shot watches');
      this.#support.classic = true;
    } else if (!isKeelsonError(reason) || !reason.retryable) {
      this.end(reason);
      return;
    }
    if (this.#support.classic && this.#reader instanceof LastingTreeReader) {
      this.#reader.end();
      this.#reader = this.#newReader();
      return;
    }
    if (!this.#context.main.client.connected) return;
    // A tripped signal ends the pause; the loop above sees why.
    await sleep(this.#context.runtime, RETRY_MS, { signal: this.stopped }).catch(() => {});
  }
}

function changesEvent(changes: readonly Change[]): WatchEvent | undefined {
  const last = changes.at(-1);
  if (last === undefined) return undefined;
  const revision: Revision = last.type === 'put' ? last.entry.modifyRevision : last.revision;
  return { type: 'changes', changes, revision };
}
