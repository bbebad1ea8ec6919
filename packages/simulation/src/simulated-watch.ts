import type { KvWatch, KvWatchRequest, KvWatchSink } from '@keelson/store';
import type { MvccWatch } from '@keelson/store/mvcc';
import type { SimulatedLink, SimulatedLinkOptions } from './simulated-link.ts';

interface Message {
  readonly deliver: () => void;
  /** From which revision the watch goes on once this was delivered. */
  readonly nextRevision: bigint | undefined;
}

/**
 * One watch over a simulated link. Messages arrive in the order they were sent; those on their way when the connection breaks are
 * lost, and the watch goes on after the last one that arrived.
 */
export class SimulatedWatch implements KvWatch {
  readonly #parts: SimulatedLinkOptions & { readonly link: SimulatedLink };
  readonly #request: KvWatchRequest;
  readonly #sink: KvWatchSink;
  readonly #onEnded: (watch: SimulatedWatch) => void;
  #inner: MvccWatch | undefined;
  #next: bigint | undefined;
  #held: Message[] = [];
  #lastArrivalMs = 0;
  /** Tells what belongs to the present connection from what was left of an earlier one. */
  #epoch = 0;
  #ended = false;

  constructor(
    parts: SimulatedLinkOptions & { readonly link: SimulatedLink },
    request: KvWatchRequest,
    sink: KvWatchSink,
    onEnded: (watch: SimulatedWatch) => void,
  ) {
    this.#parts = parts;
    this.#request = request;
    this.#sink = sink;
    this.#next = request.startRevision;
    this.#onEnded = onEnded;
  }

  /** Asks the store for it, from where it was. `again`: after an interruption, so that the reader hears when it has caught up. */
  connect(again: boolean): void {
    if (this.#ended) return;
    const epoch = this.#epoch;
    const request = this.#next === undefined ? this.#request : { ...this.#request, startRevision: this.#next };
    this.#parts.link.send((tree) => {
      if (this.#ended || epoch !== this.#epoch) return;
      const send = (deliver: () => void, nextRevision?: bigint): void => this.#send(epoch, { deliver, nextRevision });
      const inner = tree.watch(request, {
        onCreated: (revision) => {
          send(() => {
            this.#next ??= revision + 1n;
            this.#sink.onCreated(revision);
          });
          if (again) queueMicrotask(() => inner.requestProgress());
        },
        onEvents: (events, revision) => send(() => this.#sink.onEvents(events, revision), revision + 1n),
        onProgress: (revision) => send(() => this.#sink.onProgress(revision), revision + 1n),
        onCompacted: (revision) => send(() => this.#compacted(revision)),
        onInterrupted: (error) => send(() => this.#sink.onInterrupted(error)),
      });
      this.#inner = inner;
    });
  }

  /** The connection broke, with all that was on its way. */
  disconnect(error: Error): void {
    if (this.#ended) return;
    this.#epoch += 1;
    this.#dropInner();
    this.#held = [];
    this.#sink.onInterrupted(error);
  }

  /** Lets what was held back through, in order. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.#receive(this.#epoch, message);
  }

  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#dropInner();
    this.#held = [];
    this.#onEnded(this);
  }

  #dropInner(): void {
    const inner = this.#inner;
    this.#inner = undefined;
    const { server } = this.#parts;
    if (inner !== undefined && server.up) server.process.deliver(() => inner.cancel());
  }

  #compacted(revision: bigint): void {
    this.cancel();
    this.#sink.onCompacted(revision);
  }

  #send(epoch: number, message: Message): void {
    this.#lastArrivalMs = this.#parts.link.answer(() => this.#receive(epoch, message), this.#lastArrivalMs);
  }

  #receive(epoch: number, message: Message): void {
    if (this.#ended || epoch !== this.#epoch) return;
    if (this.#parts.link.heldWatches) {
      this.#held.push(message);
      return;
    }
    if (message.nextRevision !== undefined) this.#next = message.nextRevision;
    message.deliver();
  }
}
