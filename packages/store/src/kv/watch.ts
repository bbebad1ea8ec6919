import { isKeelsonError, KeelsonError, sleep } from '@keelson/runtime';
import type { Revision } from '../port.ts';
import type { SnapshotReason, WatchEvent, WatchOptions } from '../watch.ts';
import type { KvEvent, KvWatch, KvWatchSink } from './backend.ts';
import type { StoreContext } from './context.ts';
import type { Reads } from './reads.ts';
import { WatchBuffer } from './watch-buffer.ts';
import { bufferLimitOf, WatchIterator } from './watch-iterator.ts';
import type { WatchScope } from './watch-scope.ts';

/** Longest time one snapshot may take, in milliseconds. */
const SNAPSHOT_TIMEOUT_MS = 30_000;

/** Longest time one read of it may take: a reply that is lost costs the reader no more than that, in milliseconds. */
const SNAPSHOT_READ_TIMEOUT_MS = 5_000;

/** Pause before a snapshot that failed is tried again, in milliseconds. */
const SNAPSHOT_RETRY_MS = 200;

/** Where the watch stands with the engine: what has to be done before changes can come, or that they do come. */
type Phase =
  | { readonly type: 'resync'; readonly reason: SnapshotReason }
  | { readonly type: 'resume'; readonly after: Revision }
  | { readonly type: 'live' };

/**
 * A watch over the etcd model: a snapshot at revision R, then the engine's events from R + 1. Everything is driven by the reader: a
 * snapshot is taken when it asks for the next event, so a reader that fell behind costs a bounded buffer and no work.
 */
export class SnapshotWatch extends WatchIterator {
  readonly #context: StoreContext;
  readonly #reads: Reads;
  readonly #scope: WatchScope;
  readonly #buffer: WatchBuffer;
  #phase: Phase;
  #engineWatch: KvWatch | undefined;
  /** Tells the callbacks of the present engine watch from those of earlier ones. */
  #generation = 0;
  /** The newest revision up to which the reader was or will be told everything. */
  #revision: Revision = 0n;
  #interrupted = false;

  constructor(
    context: StoreContext,
    reads: Reads,
    scope: WatchScope,
    options: WatchOptions,
    onEnded: (watch: SnapshotWatch) => void,
  ) {
    super();
    const limit = bufferLimitOf(options);
    const after = options.afterRevision;
    if (after !== undefined && (typeof after !== 'bigint' || after < 0n))
      throw new KeelsonError('E_INVALID_ARGUMENT', 'afterRevision must be a bigint from 0.');
    this.#context = context;
    this.#reads = reads;
    this.#scope = scope;
    this.#buffer = new WatchBuffer(limit);
    this.#phase = after === undefined ? { type: 'resync', reason: 'initial' } : { type: 'resume', after };
    this.atEnd(() => {
      this.#dropEngineWatch();
      this.#buffer.clear();
      onEnded(this);
    });
    this.endWith(options.signal);
  }

  protected override async step(): Promise<WatchEvent | undefined> {
    const event = this.#buffer.shift();
    if (event !== undefined) return event;
    if (this.#phase.type === 'live') await this.changed();
    else await this.#connect(this.#phase);
    return undefined;
  }

  async #connect(phase: Exclude<Phase, { readonly type: 'live' }>): Promise<void> {
    if (phase.type === 'resume') {
      this.#openEngineWatch(phase.after);
      return;
    }
    const { calls } = this.#context;
    const { path, depth } = this.#scope;
    try {
      const { entries, revision } = await calls.read(
        'watch',
        path,
        { signal: this.stopped },
        ({ signal }) => this.#reads.snapshot(path, depth, { signal, timeoutMs: SNAPSHOT_READ_TIMEOUT_MS }),
        SNAPSHOT_TIMEOUT_MS,
      );
      if (this.stopped.aborted) return;
      this.#push({ type: 'snapshot', reason: phase.reason, entries, revision });
      this.#openEngineWatch(revision);
    } catch (error) {
      await this.#snapshotFailed(error);
    }
  }

  async #snapshotFailed(reason: unknown): Promise<void> {
    if (this.stopped.aborted) return;
    if (!isKeelsonError(reason) || !reason.retryable) {
      this.end(reason);
      return;
    }
    if (!this.#interrupted) {
      this.#interrupt(reason);
      return;
    }
    // A tripped signal ends the pause; the loop above sees why.
    await sleep(this.#context.runtime, SNAPSHOT_RETRY_MS, { signal: this.stopped }).catch(() => {});
  }

  #openEngineWatch(after: Revision): void {
    this.#dropEngineWatch();
    this.#phase = { type: 'live' };
    this.#revision = after;
    const generation = this.#generation;
    const request = { ...this.#scope.range, startRevision: after + 1n };
    const opened = this.#context.backend.watch(request, this.#sink(generation));
    if (generation === this.#generation) this.#engineWatch = opened;
    else opened.cancel();
  }

  #dropEngineWatch(): void {
    this.#generation += 1;
    this.#engineWatch?.cancel();
    this.#engineWatch = undefined;
  }

  #sink(generation: number): KvWatchSink {
    const ifCurrent =
      <A extends unknown[]>(run: (...args: A) => void) =>
      (...args: A): void => {
        if (generation === this.#generation) run(...args);
      };
    return {
      onCreated: ifCurrent((revision) => {
        // Nothing was missed where the store has not moved since; else the events missed, or progress, will say so.
        if (this.#interrupted && revision <= this.#revision) this.#push({ type: 'progress', revision: this.#revision });
      }),
      onEvents: ifCurrent((events, revision) => this.#received(events, revision)),
      onProgress: ifCurrent((revision) => {
        this.#revision = revision;
        this.#push({ type: 'progress', revision });
      }),
      onCompacted: ifCurrent(() => this.#resync('compacted')),
      onInterrupted: ifCurrent((error) => this.#interrupt(error)),
    };
  }

  #received(events: readonly KvEvent[], revision: Revision): void {
    this.#revision = revision;
    const changes = this.#scope.changesOf(events);
    if (changes.length > 0) this.#push({ type: 'changes', changes, revision });
    else if (this.#interrupted) this.#push({ type: 'progress', revision });
  }

  #interrupt(error: Error): void {
    if (this.#interrupted) return;
    this.#push({ type: 'interrupted', error });
    this.#interrupted = true;
  }

  #resync(reason: SnapshotReason): void {
    this.#dropEngineWatch();
    this.#phase = { type: 'resync', reason };
    this.wake();
  }

  #push(event: WatchEvent): void {
    this.#interrupted = false;
    if (this.#buffer.push(event)) this.wake();
    else this.#resync('overflow');
  }
}
