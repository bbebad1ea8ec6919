import {
  type ClientStream,
  isGrpcError,
  type WatchRequest,
  type WatchResponse,
  watchService,
} from '@keelson/etcd-protocol';
import {
  fullJitterMs,
  isKeelsonError,
  KeelsonError,
  onAbort,
  type Runtime,
  sleep,
  type TimerHandle,
} from '@keelson/runtime';
import type { KvWatch, KvWatchRequest, KvWatchSink } from '@keelson/store';
import type { Link } from './link.ts';
import type { Links } from './links.ts';
import { fromEvent } from './messages.ts';
import { type WatchEffect, WatchMultiplexer } from './watch-multiplexer.ts';

/** How often a stream is asked up to where it has been served, in milliseconds: bounds how far a resumed watch must go back. */
const PROGRESS_EVERY_MS = 5_000;
/** A stream that answers nothing for so long although it is asked is taken for dead, in milliseconds, even where other calls over its connection are answered. */
const STALE_MS = 2.5 * PROGRESS_EVERY_MS;
/** The same while a watch catches up after an interruption, in milliseconds. */
const CATCH_UP_EVERY_MS = 50;
/** Pause before a watch that the server refused is asked for again, in milliseconds. */
const REFUSED_PAUSE_MS = 1_000;
/** Bounds of the pause before a stream that ended without anything but refusals is opened again, in milliseconds. */
const REOPEN = { baseMs: 20, capMs: 1_000 };
const tokenTrouble = /auth token|auth store|user name is empty/;

/** Carries out what `WatchMultiplexer` decides: one stream for all watches, opened again whenever it breaks. */
export class WatchStream {
  readonly #links: Links;
  readonly #runtime: Runtime;
  readonly #machine: WatchMultiplexer = new WatchMultiplexer();
  readonly #sinks: Map<bigint, KvWatchSink> = new Map();
  readonly #closed: AbortController = new AbortController();
  #stream: ClientStream<WatchRequest> | undefined;
  #link: Link | undefined;
  #running = false;
  #heardMs = 0;
  #progress: { readonly timer: TimerHandle; readonly everyMs: number } | undefined;

  constructor(links: Links, runtime: Runtime) {
    this.#links = links;
    this.#runtime = runtime;
  }

  /** Begins a watch; see `KvBackend.watch`. */
  watch(request: KvWatchRequest, sink: KvWatchSink): KvWatch {
    if (this.#closed.signal.aborted) throw new KeelsonError('E_CLOSED', 'The store was closed.');
    const { id, effects } = this.#machine.add(request);
    this.#sinks.set(id, sink);
    this.#carryOut(effects);
    void this.#run();
    return { cancel: () => this.#cancel(id) };
  }

  /** Ends every watch; nothing more is said to their sinks. */
  close(): void {
    this.#sinks.clear();
    this.#closed.abort(new KeelsonError('E_CLOSED', 'The store was closed.'));
    this.#progress?.timer.cancel();
    this.#stream?.cancel();
  }

  #cancel(id: bigint): void {
    this.#sinks.delete(id);
    this.#carryOut(this.#machine.cancel(id));
    if (this.#machine.size === 0) this.#stream?.cancel();
  }

  /** Keeps a stream open while there are watches. Never rejects. */
  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    let quietEnds = 0;
    while (this.#machine.size > 0 && !this.#closed.signal.aborted) {
      let heard = false;
      const error = await this.#serve(() => {
        heard = true;
      });
      this.#carryOut(this.#machine.broke(error));
      quietEnds = heard ? 0 : quietEnds + 1;
      if (quietEnds > 0 && this.#machine.size > 0) await this.#pause(quietEnds);
    }
    this.#running = false;
  }

  /** One stream from its opening to its end; resolves with why it ended. */
  async #serve(onHeard: () => void): Promise<Error> {
    try {
      const link = await this.#links.acquire(this.#closed.signal);
      return await this.#serveOver(link, onHeard);
    } catch (error) {
      return streamError(error);
    }
  }

  #serveOver(link: Link, onHeard: () => void): Promise<Error> {
    return new Promise((resolve) => {
      const stream = link.stream(watchService.watch, {
        onMessage: (response: WatchResponse) => {
          this.#heardMs = this.#runtime.clock.monotonicMs();
          if (!response.canceled) onHeard();
          this.#carryOut(this.#machine.received(response));
        },
        onEnd: (error) => {
          stopListening();
          this.#stream = undefined;
          this.#link = undefined;
          if (error !== undefined && /no leader/.test(error.message)) this.#links.avoid(link, error);
          resolve(streamError(link.retired.aborted ? link.retired.reason : error));
        },
      });
      this.#stream = stream;
      this.#link = link;
      this.#heardMs = this.#runtime.clock.monotonicMs();
      const stopListening = onAbort(link.retired, (signal) => stream.cancel(signal.reason));
      this.#carryOut(this.#machine.opened({ progressTrusted: link.progressTrusted }));
    });
  }

  async #pause(attempt: number): Promise<void> {
    const pauseMs = fullJitterMs(attempt, this.#runtime.random.next(), REOPEN);
    await sleep(this.#runtime, pauseMs, { signal: this.#closed.signal, background: true }).catch(() => {
      // Closed meanwhile: the loop ends by itself.
    });
  }

  #carryOut(effects: readonly WatchEffect[]): void {
    for (const effect of effects) this.#carryOutOne(effect);
    this.#armProgress();
  }

  #carryOutOne(effect: WatchEffect): void {
    if (effect.type === 'send') {
      this.#stream?.send(effect.request);
      return;
    }
    const sink = this.#sinks.get(effect.id);
    if (effect.type === 'created') sink?.onCreated(effect.revision);
    else if (effect.type === 'events') sink?.onEvents(effect.events.map(fromEvent), effect.revision);
    else if (effect.type === 'progress') sink?.onProgress(effect.revision);
    else if (effect.type === 'interrupted') sink?.onInterrupted(effect.error);
    else if (effect.type === 'refused') this.#refused(effect.id, effect.reason);
    else {
      this.#sinks.delete(effect.id);
      sink?.onCompacted(effect.compactRevision);
    }
  }

  #refused(id: bigint, reason: string): void {
    this.#runtime.logger.warn({ reason }, 'etcd refuses a watch');
    const link = this.#link;
    if (link !== undefined && tokenTrouble.test(reason)) {
      // The stream carries the old token for ever: sign in, then open another.
      const again = (): void => this.#stream?.cancel(new Error(reason));
      link.renewToken().then(again, again);
      return;
    }
    this.#runtime.timers.after(REFUSED_PAUSE_MS, () => this.#carryOut(this.#machine.retry(id)), { background: true });
  }

  #armProgress(): void {
    const everyMs = this.#machine.catchingUp ? CATCH_UP_EVERY_MS : PROGRESS_EVERY_MS;
    if (this.#progress?.everyMs === everyMs || this.#closed.signal.aborted) return;
    this.#progress?.timer.cancel();
    const timer = this.#runtime.timers.every(everyMs, () => this.#askProgress(), { background: true });
    this.#progress = { timer, everyMs };
  }

  #askProgress(): void {
    const stream = this.#stream;
    if (stream === undefined || this.#machine.size === 0 || !this.#machine.progressTrusted) return;
    const silentMs = this.#runtime.clock.monotonicMs() - this.#heardMs;
    if (silentMs < STALE_MS) stream.send(this.#machine.progressRequest());
    else {
      this.#runtime.logger.warn({ silentMs }, 'the watch stream is stale: opening another');
      stream.cancel(new Error(`nothing came for ${Math.round(silentMs)} ms, although it was asked`));
    }
  }
}

function streamError(cause: unknown): KeelsonError {
  if (isKeelsonError(cause) && !isGrpcError(cause)) return cause;
  const why = cause instanceof Error ? cause.message : 'The server ended it.';
  return new KeelsonError('E_UNAVAILABLE', `The watch stream broke: ${why}`, { cause });
}
