import type { Runtime } from '@keelson/runtime';
import type { KvWatch, KvWatchRequest, KvWatchSink } from '../kv/backend.ts';
import type { MvccBackend, MvccWatch } from '../mvcc/index.ts';
import type { FaultState } from './fault-state.ts';

/** A message on its way to the reader, and the revision from which the watch goes on once it was delivered. */
interface Message {
  readonly deliver: () => void;
  readonly nextRevision: bigint | undefined;
}

/**
 * One watch over a link that can be slow, held or cut. Messages arrive in the order they were sent; those on their way when the link
 * is cut are lost, and the watch goes on after the last one that arrived.
 */
export class LinkedWatch implements KvWatch {
  readonly #tree: MvccBackend;
  readonly #runtime: Runtime;
  readonly #faults: FaultState;
  readonly #request: KvWatchRequest;
  readonly #sink: KvWatchSink;
  readonly #onEnded: (watch: LinkedWatch) => void;
  #inner: MvccWatch | undefined;
  #next: bigint | undefined;
  #queue: Message[] = [];
  #lastArrivalMs = 0;
  #held: boolean;
  /** Tells messages of the present connection from those that were lost with an earlier one. */
  #epoch = 0;
  #ended = false;

  constructor(
    parts: {
      readonly tree: MvccBackend;
      readonly runtime: Runtime;
      readonly faults: FaultState;
      readonly held: boolean;
    },
    request: KvWatchRequest,
    sink: KvWatchSink,
    onEnded: (watch: LinkedWatch) => void,
  ) {
    this.#tree = parts.tree;
    this.#runtime = parts.runtime;
    this.#faults = parts.faults;
    this.#held = parts.held;
    this.#request = request;
    this.#sink = sink;
    this.#next = request.startRevision;
    this.#onEnded = onEnded;
  }

  /** Puts the watch in place, from where it was. `again`: after an interruption, so the reader waits to hear that it has caught up. */
  connect(again: boolean): void {
    if (this.#ended) return;
    const epoch = this.#epoch;
    const request = this.#next === undefined ? this.#request : { ...this.#request, startRevision: this.#next };
    const inner = this.#tree.watch(request, {
      onCreated: (revision) => {
        this.#next ??= revision + 1n;
        this.#send(epoch, { deliver: () => this.#sink.onCreated(revision), nextRevision: undefined });
        // What was missed is given in this very turn, so after it there is nothing more.
        if (again) queueMicrotask(() => inner.requestProgress());
      },
      onEvents: (events, revision) =>
        this.#send(epoch, { deliver: () => this.#sink.onEvents(events, revision), nextRevision: revision + 1n }),
      onProgress: (revision) =>
        this.#send(epoch, { deliver: () => this.#sink.onProgress(revision), nextRevision: revision + 1n }),
      onCompacted: (revision) =>
        this.#send(epoch, { deliver: () => this.#compacted(revision), nextRevision: undefined }),
      onInterrupted: (error) =>
        this.#send(epoch, { deliver: () => this.#sink.onInterrupted(error), nextRevision: undefined }),
    });
    this.#inner = inner;
  }

  /** Loses the connection with all that was on its way. */
  disconnect(error: Error): void {
    if (this.#ended) return;
    this.#epoch += 1;
    this.#inner?.cancel();
    this.#inner = undefined;
    this.#queue = [];
    this.#sink.onInterrupted(error);
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#flush();
  }

  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#inner?.cancel();
    this.#queue = [];
    this.#onEnded(this);
  }

  #compacted(revision: bigint): void {
    this.cancel();
    this.#sink.onCompacted(revision);
  }

  #send(epoch: number, message: Message): void {
    if (this.#ended || epoch !== this.#epoch) return;
    const nowMs = this.#runtime.clock.monotonicMs();
    // Never before the message sent ahead of it.
    const arrivalMs = Math.max(nowMs + this.#faults.drawDelayMs(), this.#lastArrivalMs);
    this.#lastArrivalMs = arrivalMs;
    if (arrivalMs <= nowMs) this.#arrive(epoch, message);
    else this.#runtime.timers.after(arrivalMs - nowMs, () => this.#arrive(epoch, message), { background: true });
  }

  #arrive(epoch: number, message: Message): void {
    if (this.#ended || epoch !== this.#epoch) return;
    this.#queue.push(message);
    if (!this.#held) this.#flush();
  }

  #flush(): void {
    for (let message = this.#queue.shift(); message !== undefined; message = this.#queue.shift()) {
      if (message.nextRevision !== undefined) this.#next = message.nextRevision;
      message.deliver();
    }
  }
}
