import type { Buffer } from 'node:buffer';
import { DEFAULT_MAX_FRAME_BYTES, Flag, FrameType, Http2Error, Http2Violation, MAX_WINDOW_BYTES } from './frame.ts';
import type { Outbox } from './outbox.ts';
import type { RequestHeaders } from './request-headers.ts';

/** Queued bytes of one stream above which `writable` turns false. */
const HIGH_WATER_BYTES = 64 * 1024;

/** What the owner of a stream is told. */
export interface StreamEvents {
  /** A piece of the request, valid as long as it is held. */
  onData(chunk: Buffer): void;
  /** The client has sent all of its request. */
  onEnd(): void;
  /** `writable` has become true again. */
  onDrain(): void;
  /** Called once and last, whatever ended the stream. */
  onClose(): void;
}

/** What a stream needs of its connection. */
export interface StreamConnection {
  readonly outbox: Outbox;
  /** Whether the socket keeps up. */
  readonly writable: boolean;
  /** Sends what is in the outbox, soon. */
  schedule(): void;
  /** Takes up to `wanted` bytes off the connection's send window. */
  takeWindow(wanted: number): number;
  /** The stream waits for the connection's window. */
  awaitWindow(stream: ServerStream): void;
  /** `bytes` of the request have been consumed, so that many more may come. */
  consumed(bytes: number): void;
  /** The answer is complete, but not the request: to be `abandon`ed unless its end is just coming. */
  lingers(stream: ServerStream): void;
  /** The stream is over. */
  forget(stream: ServerStream): void;
}

/** One request and its answer, as the server sees it. */
export class ServerStream {
  readonly id: number;
  readonly headers: RequestHeaders;
  readonly #connection: StreamConnection;
  #events: StreamEvents | undefined;
  #sendWindow: number;
  /** What the client may still send. */
  #receiveWindow: number;
  readonly #receiveWindowSize: number;
  #unreported = 0;
  #outgoing: Uint8Array[] = [];
  /** Bytes of the first outgoing piece that have been sent. */
  #sentOfFirst = 0;
  #queuedBytes = 0;
  #trailers: Uint8Array | undefined;
  #responded = false;
  #wasFull = false;
  #paused = false;
  #incoming: Buffer[] = [];
  #remoteEnded = false;
  #localEnded = false;
  #endDelivered = false;
  #closed = false;

  constructor(
    id: number,
    headers: RequestHeaders,
    connection: StreamConnection,
    windows: { readonly send: number; readonly receive: number },
  ) {
    this.id = id;
    this.headers = headers;
    this.#connection = connection;
    this.#sendWindow = windows.send;
    this.#receiveWindow = windows.receive;
    this.#receiveWindowSize = windows.receive;
  }

  /** To be set at once by whoever is given the stream. */
  set events(events: StreamEvents) {
    this.#events = events;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether a response has been begun. */
  get responded(): boolean {
    return this.#responded;
  }

  /** Whether more may be sent without memory growing. */
  get writable(): boolean {
    return !this.#closed && !this.#localEnded && this.#queuedBytes < HIGH_WATER_BYTES && this.#connection.writable;
  }

  /** Sends the response headers, as `encodeHeaderBlock` makes them; `end`: there is nothing else. */
  respond(block: Uint8Array, end: boolean): void {
    if (this.#closed || this.#responded) return;
    this.#responded = true;
    this.#headersFrame(block, end);
    if (end) this.#finish();
  }

  /** Sends a piece of the response body. Returns `writable`. */
  send(bytes: Uint8Array): boolean {
    if (this.#closed || this.#localEnded || this.#trailers !== undefined || bytes.length === 0) return true;
    this.#outgoing.push(bytes);
    this.#queuedBytes += bytes.length;
    this.pump();
    if (!this.writable) this.#wasFull = true;
    return this.writable;
  }

  /** Ends the response with trailers, after all that was sent. */
  end(trailers: Uint8Array): void {
    if (this.#closed || this.#localEnded || this.#trailers !== undefined) return;
    this.#trailers = trailers;
    this.pump();
  }

  /** Gives the stream up and tells the client why. */
  reset(code: number): void {
    if (this.#closed) return;
    this.#connection.outbox.frameOfNumber(FrameType.resetStream, this.id, code);
    this.#connection.schedule();
    this.close();
  }

  /** Hands no more of the request over until `resume`. The client can send one window more. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    while (!this.#paused && this.#incoming.length > 0) {
      const chunk = this.#incoming.shift();
      if (chunk !== undefined) this.#deliver(chunk);
    }
    this.#deliverEnd();
  }

  /** Sends as much as windows allow. For the connection. */
  pump(): void {
    while (this.#outgoing.length > 0) {
      const [first] = this.#outgoing;
      if (first === undefined) break;
      const wanted = Math.min(first.length - this.#sentOfFirst, DEFAULT_MAX_FRAME_BYTES);
      const allowed = Math.min(wanted, Math.max(0, this.#sendWindow));
      const size = allowed === 0 ? 0 : this.#connection.takeWindow(allowed);
      if (size === 0) {
        // With window of its own left the stream waits for the connection's; else an update for it will come.
        if (allowed > 0) this.#connection.awaitWindow(this);
        return;
      }
      this.#dataFrame(first, size);
    }
    if (this.#trailers !== undefined && !this.#localEnded) {
      this.#headersFrame(this.#trailers, true);
      this.#finish();
    }
  }

  /** Tells the owner that more may be sent, where it was told to wait. For the connection. */
  drain(): void {
    if (!this.#wasFull || !this.writable) return;
    this.#wasFull = false;
    this.#events?.onDrain();
  }

  /** The client allows `bytes` more; negative where it took some back. For the connection. */
  widen(bytes: number): void {
    this.#sendWindow += bytes;
    if (this.#sendWindow > MAX_WINDOW_BYTES) {
      throw new Http2Violation(Http2Error.flowControlError, 'a stream window is too large', this.id);
    }
    this.pump();
    this.drain();
  }

  /** A DATA frame of `frameBytes` has come, padding included; `last`: it ends the request. For the connection. */
  receive(chunk: Buffer, frameBytes: number, last: boolean): void {
    if (this.#remoteEnded) throw new Http2Violation(Http2Error.streamClosed, 'data came after the end', this.id);
    this.#receiveWindow -= frameBytes;
    if (this.#receiveWindow < 0) {
      throw new Http2Violation(Http2Error.flowControlError, 'more came than the window allowed', this.id);
    }
    if (last) this.#remoteEnded = true;
    // Padding is nobody's to read, nor is what comes after the answer.
    const content = this.#localEnded ? 0 : chunk.length;
    this.#give(frameBytes - content);
    if (content > 0 && (this.#paused || this.#incoming.length > 0)) this.#incoming.push(chunk);
    else if (content > 0) this.#deliver(chunk);
    if (last) this.#afterEnd();
  }

  /** The client has ended its request with trailers, or with its headers. For the connection. */
  endReceived(): void {
    if (this.#remoteEnded) throw new Http2Violation(Http2Error.streamClosed, 'headers came after the end', this.id);
    this.#remoteEnded = true;
    this.#afterEnd();
  }

  /** Ends a stream whose answer is complete though its request is not. For the connection. */
  abandon(): void {
    this.reset(Http2Error.noError);
  }

  /** The stream is over: by a reset, or with its connection. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    let unread = 0;
    for (const chunk of this.#incoming) unread += chunk.length;
    this.#connection.consumed(unread);
    this.#incoming = [];
    this.#outgoing = [];
    this.#queuedBytes = 0;
    this.#connection.forget(this);
    this.#events?.onClose();
  }

  #deliver(chunk: Buffer): void {
    this.#events?.onData(chunk);
    this.#give(chunk.length);
  }

  #afterEnd(): void {
    if (this.#localEnded) this.close();
    else this.#deliverEnd();
  }

  #deliverEnd(): void {
    if (
      !this.#remoteEnded ||
      this.#endDelivered ||
      this.#localEnded ||
      this.#closed ||
      this.#paused ||
      this.#incoming.length > 0
    )
      return;
    this.#endDelivered = true;
    this.#events?.onEnd();
  }

  /** Opens the windows again by what has been read, in steps of half a window. */
  #give(bytes: number): void {
    if (bytes === 0) return;
    this.#connection.consumed(bytes);
    this.#unreported += bytes;
    if (this.#remoteEnded || this.#closed || this.#unreported < this.#receiveWindowSize / 2) return;
    this.#connection.outbox.frameOfNumber(FrameType.windowUpdate, this.id, this.#unreported);
    this.#connection.schedule();
    this.#receiveWindow += this.#unreported;
    this.#unreported = 0;
  }

  #dataFrame(piece: Uint8Array, size: number): void {
    const start = this.#sentOfFirst;
    this.#connection.outbox.frameOf(FrameType.data, 0, this.id, piece, start, start + size);
    this.#connection.schedule();
    this.#sendWindow -= size;
    this.#queuedBytes -= size;
    this.#sentOfFirst += size;
    if (this.#sentOfFirst < piece.length) return;
    this.#outgoing.shift();
    this.#sentOfFirst = 0;
  }

  #headersFrame(block: Uint8Array, end: boolean): void {
    const flags = Flag.endHeaders | (end ? Flag.endStream : 0);
    if (block.length <= DEFAULT_MAX_FRAME_BYTES)
      this.#connection.outbox.frame(FrameType.headers, flags, this.id, block);
    else this.#longHeaders(block, end);
    this.#connection.schedule();
  }

  #longHeaders(block: Uint8Array, end: boolean): void {
    const { outbox } = this.#connection;
    for (let at = 0; at < block.length; at += DEFAULT_MAX_FRAME_BYTES) {
      const last = at + DEFAULT_MAX_FRAME_BYTES >= block.length;
      const type = at === 0 ? FrameType.headers : FrameType.continuation;
      const flags = (last ? Flag.endHeaders : 0) | (at === 0 && end ? Flag.endStream : 0);
      outbox.frameOf(type, flags, this.id, block, at, Math.min(block.length, at + DEFAULT_MAX_FRAME_BYTES));
    }
  }

  /** All has been sent. What the client still sends is not wanted, but the end of its request is often just behind. */
  #finish(): void {
    this.#localEnded = true;
    if (this.#remoteEnded) this.close();
    else this.#connection.lingers(this);
  }
}
