import type { KvWatch, KvWatchRequest, KvWatchSink } from '../kv/backend.ts';
import type { MvccWatch } from '../mvcc/index.ts';
import type { TreeLink, TreePeer } from './tree-link.ts';

/** A message on its way to the reader, and the revision from which the watch goes on once it was delivered. */
interface Message {
  readonly deliver: () => void;
  readonly nextRevision: bigint | undefined;
}

/**
 * One watch over a link that can be slow, held or cut. Messages arrive in the order they were sent; those on their way when the
 * connection breaks are lost, and the watch goes on after the last one that arrived.
 */
export class LinkedWatch implements KvWatch {
  readonly #link: TreeLink;
  readonly #request: KvWatchRequest;
  readonly #sink: KvWatchSink;
  readonly #onEnded: (watch: LinkedWatch) => void;
  #inner: { readonly watch: MvccWatch; readonly peer: TreePeer } | undefined;
  #next: bigint | undefined;
  #held: Message[] = [];
  #lastArrivalMs = 0;
  /** Tells messages of the present connection from those that were lost with an earlier one. */
  #epoch = 0;
  #ended = false;

  constructor(link: TreeLink, request: KvWatchRequest, sink: KvWatchSink, onEnded: (watch: LinkedWatch) => void) {
    this.#link = link;
    this.#request = request;
    this.#sink = sink;
    this.#next = request.startRevision;
    this.#onEnded = onEnded;
  }

  /** Asks the tree for it, from where it was. `again`: after an interruption, so that the reader hears when it has caught up. */
  connect(again: boolean): void {
    if (this.#ended) return;
    const epoch = this.#epoch;
    const request = this.#next === undefined ? this.#request : { ...this.#request, startRevision: this.#next };
    this.#link.send((tree, peer) => {
      if (this.#ended || epoch !== this.#epoch) return;
      const send = (deliver: () => void, nextRevision?: bigint): void => this.#send(epoch, { deliver, nextRevision });
      const watch = tree.watch(request, {
        onCreated: (revision) => {
          send(() => {
            this.#next ??= revision + 1n;
            this.#sink.onCreated(revision);
          });
          // What was missed is given in this very turn, so after it there is nothing more.
          if (again) queueMicrotask(() => watch.requestProgress());
        },
        onEvents: (events, revision) => send(() => this.#sink.onEvents(events, revision), revision + 1n),
        onProgress: (revision) => send(() => this.#sink.onProgress(revision), revision + 1n),
        onCompacted: (revision) => send(() => this.#compacted(revision)),
        onInterrupted: (error) => send(() => this.#sink.onInterrupted(error)),
      });
      this.#inner = { watch, peer };
    });
  }

  /** Loses the connection with all that was on its way. */
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
    inner?.peer.deliver(() => inner.watch.cancel());
  }

  #compacted(revision: bigint): void {
    this.cancel();
    this.#sink.onCompacted(revision);
  }

  /** Never before the message sent ahead of it. */
  #send(epoch: number, message: Message): void {
    if (this.#ended || epoch !== this.#epoch) return;
    this.#lastArrivalMs = this.#link.answer(() => this.#receive(epoch, message), this.#lastArrivalMs);
  }

  #receive(epoch: number, message: Message): void {
    if (this.#ended || epoch !== this.#epoch) return;
    if (this.#link.holds()) {
      this.#held.push(message);
      return;
    }
    if (message.nextRevision !== undefined) this.#next = message.nextRevision;
    message.deliver();
  }
}
