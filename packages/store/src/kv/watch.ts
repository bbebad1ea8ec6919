import { isKeelsonError, KeelsonError, onAbort, sleep } from '@keelson/runtime';
import type { Revision } from '../port.ts';
import type { SnapshotReason, Watch, WatchEvent, WatchOptions } from '../watch.ts';
import type { KvEvent, KvWatch, KvWatchSink } from './backend.ts';
import type { StoreContext } from './context.ts';
import type { Reads } from './reads.ts';
import { WatchBuffer } from './watch-buffer.ts';
import type { WatchScope } from './watch-scope.ts';

/** Default of `bufferedChanges`. */
const DEFAULT_BUFFERED_CHANGES = 10_000;

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
export class SnapshotWatch implements Watch, AsyncIterator<WatchEvent, undefined> {
  readonly #context: StoreContext;
  readonly #reads: Reads;
  readonly #scope: WatchScope;
  readonly #buffer: WatchBuffer;
  readonly #stop = new AbortController();
  readonly #removeListener: () => void;
  readonly #onEnded: (watch: SnapshotWatch) => void;
  #phase: Phase;
  #engineWatch: KvWatch | undefined;
  /** Tells the callbacks of the present engine watch from those of earlier ones. */
  #generation = 0;
  /** The newest revision up to which the reader was or will be told everything. */
  #revision: Revision = 0n;
  #interrupted = false;
  #wake: () => void = () => {};
  #turn: Promise<unknown> = Promise.resolve();
  #iterated = false;
  #error: unknown;

  constructor(
    context: StoreContext,
    reads: Reads,
    scope: WatchScope,
    options: WatchOptions,
    onEnded: (watch: SnapshotWatch) => void,
  ) {
    const limit = options.bufferedChanges ?? DEFAULT_BUFFERED_CHANGES;
    if (!Number.isInteger(limit) || limit < 1)
      throw new KeelsonError('E_INVALID_ARGUMENT', `bufferedChanges must be a whole number from 1, not ${limit}.`);
    const after = options.afterRevision;
    if (after !== undefined && (typeof after !== 'bigint' || after < 0n))
      throw new KeelsonError('E_INVALID_ARGUMENT', 'afterRevision must be a bigint from 0.');
    this.#context = context;
    this.#reads = reads;
    this.#scope = scope;
    this.#buffer = new WatchBuffer(limit);
    this.#phase = after === undefined ? { type: 'resync', reason: 'initial' } : { type: 'resume', after };
    this.#onEnded = onEnded;
    this.#removeListener = onAbort(options.signal, () => this.end());
    if (this.#stop.signal.aborted) this.#removeListener();
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchEvent, undefined> {
    if (this.#iterated) throw new KeelsonError('E_INVALID_ARGUMENT', 'A watch can be iterated once; open another one.');
    this.#iterated = true;
    return this;
  }

  next(): Promise<IteratorResult<WatchEvent, undefined>> {
    const result = this.#turn.then(() => this.#next());
    this.#turn = result.catch(() => {});
    return result;
  }

  return(): Promise<IteratorResult<WatchEvent, undefined>> {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  close(): Promise<void> {
    this.end();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends the iteration: with `error` where one is given, else as finished. The first call counts. */
  end(error?: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#error = error;
    this.#stop.abort(error);
    this.#dropEngineWatch();
    this.#buffer.clear();
    this.#removeListener?.();
    this.#onEnded(this);
    this.#wake();
  }

  async #next(): Promise<IteratorResult<WatchEvent, undefined>> {
    for (;;) {
      if (this.#stop.signal.aborted) return this.#finish();
      const event = this.#buffer.shift();
      if (event !== undefined) return { value: event, done: false };
      if (this.#phase.type === 'live') await this.#changed();
      else await this.#connect(this.#phase);
    }
  }

  #finish(): IteratorReturnResult<undefined> {
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
    return { value: undefined, done: true };
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #connect(phase: Exclude<Phase, { readonly type: 'live' }>): Promise<void> {
    if (phase.type === 'resume') {
      this.#openEngineWatch(phase.after);
      return;
    }
    const { calls } = this.#context;
    const { path, recursive } = this.#scope;
    try {
      const { entries, revision } = await calls.read(
        'watch',
        path,
        { signal: this.#stop.signal },
        (limits) => this.#reads.snapshot(path, recursive, { ...limits, timeoutMs: SNAPSHOT_READ_TIMEOUT_MS }),
        SNAPSHOT_TIMEOUT_MS,
      );
      if (this.#stop.signal.aborted) return;
      this.#push({ type: 'snapshot', reason: phase.reason, entries, revision });
      this.#openEngineWatch(revision);
    } catch (error) {
      await this.#snapshotFailed(error);
    }
  }

  async #snapshotFailed(reason: unknown): Promise<void> {
    if (this.#stop.signal.aborted) return;
    if (!isKeelsonError(reason) || !reason.retryable) {
      this.end(reason);
      return;
    }
    if (!this.#interrupted) {
      this.#interrupt(reason);
      return;
    }
    // A tripped signal ends the pause; the loop above sees why.
    await sleep(this.#context.runtime, SNAPSHOT_RETRY_MS, { signal: this.#stop.signal }).catch(() => {});
  }

  #openEngineWatch(after: Revision): void {
    this.#dropEngineWatch();
    this.#phase = { type: 'live' };
    this.#revision = after;
    const generation = this.#generation;
    const request = { ...this.#context.keys.watched(this.#scope.path), startRevision: after + 1n };
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
    this.#wake();
  }

  #push(event: WatchEvent): void {
    this.#interrupted = false;
    if (this.#buffer.push(event)) this.#wake();
    else this.#resync('overflow');
  }
}
