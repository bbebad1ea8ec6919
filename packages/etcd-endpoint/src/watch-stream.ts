import {
  EncodedWatchResponse,
  type Init,
  type ServerStream,
  type StreamListener,
  type WatchCreateRequest,
  WatchFilter,
  type WatchRequest,
  type WatchResponse,
} from '@keelson/etcd-protocol';
import type { TimerHandle } from '@keelson/runtime';
import type { KvEvent } from '@keelson/store';
import type { MvccWatch } from '@keelson/store/mvcc';
import { type EndpointContext, MESSAGE_OVERHEAD_BYTES } from './endpoint-context.ts';
import { etcdError, toEtcdError } from './etcd-error.ts';
import { headerAt } from './response-header.ts';
import { type EventBatch, eventBatches } from './watch-delivery.ts';

/** The id of no watch: answers to a refused creation and to a progress request carry it. */
const NO_WATCH = -1n;
/** How soon a progress request is looked at again while a watch is catching up, in milliseconds. */
const PROGRESS_RETRY_MS = 10;

/** One watch of a stream. */
interface WatchEntry {
  readonly id: bigint;
  readonly request: WatchCreateRequest;
  watch: MvccWatch | undefined;
  /** Whether nothing was sent since the last tick, so that the next one is to say so. */
  quiet: boolean;
  /** History it asked for is gone; it gets nothing more, but keeps its id until it is cancelled. */
  compacted: boolean;
}

/** What waits for a client that is behind. A watch has at most one of these, as it is paused until it is sent. */
interface Delivery {
  readonly entry: WatchEntry;
  readonly batches: Generator<EventBatch>;
}

/**
 * One `Watch` call: any number of watches on one stream, answered as etcd answers (`server/etcdserver/api/v3rpc/watch.go` and
 * `storage/mvcc/watcher.go` of 3.7.3). While the client is behind its watches are paused, so that what it has missed stays in the
 * store's history and not in memory here.
 */
export class WatchStream implements StreamListener<WatchRequest> {
  readonly #context: EndpointContext;
  readonly #call: ServerStream<WatchResponse>;
  readonly #entries = new Map<bigint, WatchEntry>();
  readonly #paused = new Set<WatchEntry>();
  #queue: Delivery[] = [];
  #nextId = 0n;
  #progressTicker: TimerHandle | undefined;
  #progressRetry: TimerHandle | undefined;
  readonly #progressNotifyMs: number;

  constructor(context: EndpointContext, call: ServerStream<WatchResponse>, progressNotifyMs: number) {
    this.#context = context;
    this.#call = call;
    this.#progressNotifyMs = progressNotifyMs;
  }

  /** Watches that have not been cancelled. */
  get size(): number {
    return this.#entries.size;
  }

  onMessage(request: WatchRequest): void {
    if (request.createRequest !== undefined) this.#create(request.createRequest);
    else if (request.cancelRequest !== undefined) this.#cancel(request.cancelRequest.watchId);
    else if (request.progressRequest !== undefined) this.#requestProgress();
  }

  /** A client that has asked for all it wants may still listen: only its own end ends the stream. */
  onHalfClose(): void {}

  onDrain(): void {
    while (this.#call.writable && this.#queue[0] !== undefined) {
      if (this.#sendNext(this.#queue[0])) this.#queue.shift();
    }
    if (!this.#call.writable) return;
    const paused = [...this.#paused];
    this.#paused.clear();
    for (const entry of paused) entry.watch?.resume();
  }

  onClosed(): void {
    this.#progressTicker?.cancel();
    this.#progressRetry?.cancel();
    for (const entry of this.#entries.values()) entry.watch?.cancel();
    this.#entries.clear();
    this.#paused.clear();
    this.#queue = [];
  }

  #create(request: WatchCreateRequest): void {
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) {
      this.#send({ watchId: NO_WATCH, created: true, canceled: true, cancelReason: refusal });
      return;
    }
    const entry: WatchEntry = { id: this.#idFor(request), request, watch: undefined, quiet: true, compacted: false };
    this.#entries.set(entry.id, entry);
    this.#send({ watchId: entry.id, created: true });
    this.#begin(entry);
    if (request.progressNotify) this.#tickProgress();
  }

  #refusalOf(request: WatchCreateRequest): string | undefined {
    const { key, rangeEnd, startRevision, watchId } = request;
    if (startRevision < 0n) return 'etcdserver: mvcc: required revision has been compacted';
    if (rangeEnd !== '' && rangeEnd !== '\0' && key >= rangeEnd) return 'mvcc: watcher range is empty';
    if (this.#entries.has(watchId) && watchId !== 0n) return 'mvcc: duplicate watch ID provided on the WatchStream';
    return undefined;
  }

  #idFor(request: WatchCreateRequest): bigint {
    if (request.watchId !== 0n) return request.watchId;
    while (this.#entries.has(this.#nextId)) this.#nextId += 1n;
    const id = this.#nextId;
    this.#nextId += 1n;
    return id;
  }

  #begin(entry: WatchEntry): void {
    const { key, rangeEnd, startRevision, prevKv } = entry.request;
    const range = { key: key === '' ? '\0' : key, ...(rangeEnd === '' ? {} : { end: rangeEnd }) };
    const from = startRevision === 0n ? {} : { startRevision };
    entry.watch = this.#context.backend.watch(
      { ...range, ...from, prevKv },
      {
        onCreated: () => {},
        onEvents: (events, revision) => this.#deliver(entry, events, revision),
        onProgress: (revision) => this.#send({ watchId: entry.id }, revision),
        onCompacted: (compactRevision) => {
          entry.compacted = true;
          this.#send({ watchId: entry.id, canceled: true, compactRevision }, 0n);
        },
        onInterrupted: (error) => this.#call.fail(etcdError('unhealthy', error)),
      },
    );
  }

  #cancel(id: bigint): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.watch?.cancel();
    this.#entries.delete(id);
    this.#paused.delete(entry);
    this.#queue = this.#queue.filter((delivery) => delivery.entry !== entry);
    this.#send({ watchId: id, canceled: true });
  }

  #deliver(entry: WatchEntry, events: readonly KvEvent[], revision: bigint): void {
    const wanted = wantedEvents(entry.request.filters, events);
    if (wanted.length === 0) return;
    const { maxRequestBytes } = this.#context.limits;
    const fragmentBytes = entry.request.fragment ? maxRequestBytes + MESSAGE_OVERHEAD_BYTES : undefined;
    const delivery: Delivery = { entry, batches: eventBatches(wanted, revision, fragmentBytes) };
    entry.quiet = false;
    if (this.#queue.length === 0 && this.#sendNext(delivery)) {
      if (!this.#call.writable) this.#hold(entry);
      return;
    }
    this.#queue.push(delivery);
    this.#hold(entry);
  }

  #hold(entry: WatchEntry): void {
    this.#paused.add(entry);
    entry.watch?.pause();
  }

  /** Sends batches as long as the client keeps up. True when there are no more. */
  #sendNext({ entry, batches }: Delivery): boolean {
    while (this.#call.writable) {
      const next = batches.next();
      if (next.done === true) return true;
      const { events, revision, fragment } = next.value;
      const header = headerAt(this.#context.identity, revision);
      this.#call.sendFrame(EncodedWatchResponse.encodeFrame({ header, watchId: entry.id, events, fragment }));
    }
    return false;
  }

  #send(response: Init<WatchResponse>, revision: bigint = this.#context.backend.revision): void {
    this.#call.send({ header: headerAt(this.#context.identity, revision), ...response });
  }

  /** Answered for all watches of the stream at once, and only when each has been given everything up to the answer's revision. */
  #requestProgress(): void {
    const live = [...this.#entries.values()].filter((entry) => !entry.compacted);
    if (live.length === 0 || this.#progressRetry !== undefined) return;
    if (this.#queue.length === 0 && live.every((entry) => entry.watch?.synced === true)) {
      this.#send({ watchId: NO_WATCH });
      return;
    }
    this.#progressRetry = this.#context.runtime.timers.after(PROGRESS_RETRY_MS, () => {
      this.#progressRetry = undefined;
      this.#requestProgress();
    });
  }

  #tickProgress(): void {
    const { timers, random } = this.#context.runtime;
    if (this.#progressTicker !== undefined) return;
    // Some jitter, so that watches made at one time do not all report at one time.
    const periodMs = this.#progressNotifyMs + random.integer(Math.max(1, Math.floor(this.#progressNotifyMs / 10)));
    this.#progressTicker = timers.every(periodMs, () => this.#reportProgress(), { background: true });
  }

  #reportProgress(): void {
    for (const entry of this.#entries.values()) {
      if (!entry.request.progressNotify || entry.compacted) continue;
      if (entry.quiet) entry.watch?.requestProgress();
      entry.quiet = true;
    }
  }
}

function wantedEvents(filters: readonly number[], events: readonly KvEvent[]): readonly KvEvent[] {
  if (filters.length === 0) return events;
  const noPut = filters.includes(WatchFilter.noPut);
  const noDelete = filters.includes(WatchFilter.noDelete);
  return events.filter((event) => (event.type === 'put' ? !noPut : !noDelete));
}

/** Begins a watch stream, which is among `open` until it ends; a store that is closed ends it at once. */
export function openWatchStream(
  context: EndpointContext,
  call: ServerStream<WatchResponse>,
  progressNotifyMs: number,
  open: Set<WatchStream>,
): StreamListener<WatchRequest> {
  const stream = new WatchStream(context, call, progressNotifyMs);
  open.add(stream);
  return {
    onMessage: (request) => {
      try {
        stream.onMessage(request);
      } catch (error) {
        call.fail(toEtcdError(error));
      }
    },
    onHalfClose: () => stream.onHalfClose(),
    onDrain: () => stream.onDrain(),
    onClosed: () => {
      open.delete(stream);
      stream.onClosed();
    },
  };
}
