import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import process from 'node:process';
import type { Runtime, TimerHandle } from '@keelson/runtime';
import { FloodGuard } from './flood-guard.ts';
import {
  CLIENT_PREFACE,
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  Flag,
  FRAME_HEADER_BYTES,
  FrameType,
  Http2Error,
  Http2Violation,
  MAX_WINDOW_BYTES,
  Setting,
} from './frame.ts';
import { HpackDecoder } from './hpack-decoder.ts';
import { Outbox } from './outbox.ts';
import { RequestHeaderCollector } from './request-headers.ts';
import { ServerStream, type StreamConnection } from './server-stream.ts';

/** What a connection is run with. */
export interface ConnectionOptions {
  readonly runtime: Pick<Runtime, 'clock' | 'timers' | 'logger'>;
  /** Streams open at one time; more are refused. */
  readonly maxConcurrentStreams: number;
  /** Every so many milliseconds a PING asks whether the client is there. */
  readonly keepAliveMs: number;
  /** A new request. Its `events` are to be set before this returns. */
  onStream(stream: ServerStream): void;
  onClose(): void;
}

/** What a client may send on one stream before it is read, and on all together, in bytes. */
const STREAM_WINDOW_BYTES = 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 16 * STREAM_WINDOW_BYTES;
/** Unsent bytes above which streams are told to wait, and requests are not read any more, in bytes. */
const BEHIND_BYTES = 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
/** How long a client may take to say that it speaks HTTP/2, in milliseconds. */
const PREFACE_TIMEOUT_MS = 10_000;
/** How long the last words to a client may take, in milliseconds. */
const LAST_WORDS_MS = 1_000;

const preface = Buffer.from(CLIENT_PREFACE, 'latin1');
const NOTHING = Buffer.alloc(0);

interface HeaderBlock {
  readonly streamId: number;
  readonly endStream: boolean;
  readonly pieces: Buffer[];
  bytes: number;
}

/**
 * The server's side of one HTTP/2 connection (RFC 9113), as far as gRPC needs it: no push, no priorities, no dynamic table for what
 * is sent. Everything that is sent in one turn goes out in one write.
 */
export class ServerConnection implements StreamConnection {
  readonly outbox: Outbox = new Outbox();
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #streams = new Map<number, ServerStream>();
  /** Streams that wait for the connection's window, in the order in which they began to. */
  readonly #waiting = new Set<ServerStream>();
  /** Streams whose answer is complete and whose request is not. */
  #lingering: ServerStream[] = [];
  readonly #decoder = new HpackDecoder();
  readonly #flood: FloodGuard;
  #keepAlive: TimerHandle | undefined;
  #prefaceTimer: TimerHandle | undefined;
  /** Bytes of a frame that has not come whole. */
  #rest: Buffer = NOTHING;
  #prefaceSeen = false;
  #settingsSeen = false;
  #block: HeaderBlock | undefined;
  #lastStreamId = 0;
  #sendWindow = DEFAULT_WINDOW_BYTES;
  #initialSendWindow = DEFAULT_WINDOW_BYTES;
  #receiveWindow = DEFAULT_WINDOW_BYTES;
  #unreported = 0;
  #flushPlanned = false;
  #blocked = false;
  #aliveSinceTick = true;
  #closing = false;
  #closed = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#flood = new FloodGuard(options.runtime);
  }

  /** Says hello and starts to listen. */
  begin(): void {
    const socket = this.#socket;
    const { timers, logger } = this.#options.runtime;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#onDrain());
    socket.on('error', (error) => logger.debug({ error }, 'A gRPC connection broke.'));
    socket.on('end', () => this.destroy());
    socket.on('close', () => this.#onClose());
    this.#prefaceTimer = timers.after(PREFACE_TIMEOUT_MS, () => this.destroy(), { background: true });
    this.#keepAlive = timers.every(this.#options.keepAliveMs, () => this.#askWhetherAlive(), { background: true });
    this.#sendSettings();
    this.#widenReceiveWindow(CONNECTION_WINDOW_BYTES - DEFAULT_WINDOW_BYTES);
    this.#flush();
  }

  get writable(): boolean {
    return !this.#blocked && this.outbox.bytes < BEHIND_BYTES;
  }

  /** Takes no new streams; closes when those there are have ended. */
  close(): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    this.#goAway(Http2Error.noError, '');
    this.#closeWhenIdle();
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  schedule(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    // After everything that is settled in this turn, so that all its answers share one write.
    process.nextTick(() => this.#flush());
  }

  takeWindow(wanted: number): number {
    const size = Math.min(wanted, Math.max(0, this.#sendWindow));
    this.#sendWindow -= size;
    return size;
  }

  awaitWindow(stream: ServerStream): void {
    this.#waiting.add(stream);
  }

  consumed(bytes: number): void {
    this.#unreported += bytes;
    if (this.#unreported >= CONNECTION_WINDOW_BYTES / 2) this.#widenReceiveWindow(this.#unreported);
  }

  lingers(stream: ServerStream): void {
    this.#lingering.push(stream);
    this.schedule();
  }

  forget(stream: ServerStream): void {
    this.#streams.delete(stream.id);
    this.#waiting.delete(stream);
    if (this.#closing) this.#closeWhenIdle();
  }

  #widenReceiveWindow(bytes: number): void {
    this.#unreported = 0;
    this.#receiveWindow += bytes;
    this.outbox.frameOfNumber(FrameType.windowUpdate, 0, bytes);
    this.schedule();
  }

  #onData(chunk: Buffer): void {
    this.#aliveSinceTick = true;
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = NOTHING;
    try {
      this.#readAll(bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  #readAll(bytes: Buffer): void {
    let at = this.#prefaceSeen ? 0 : this.#readPreface(bytes);
    while (bytes.length - at >= FRAME_HEADER_BYTES && !this.#closed) {
      const length = bytes.readUIntBE(at, 3);
      if (length > DEFAULT_MAX_FRAME_BYTES) {
        throw new Http2Violation(Http2Error.frameSizeError, 'a frame is larger than allowed');
      }
      const start = at + FRAME_HEADER_BYTES;
      const end = start + length;
      if (end > bytes.length) break;
      this.#readFrame(bytes, at, start, end);
      at = end;
    }
    if (at < bytes.length) this.#rest = bytes.subarray(at);
  }

  /** Returns where frames begin; leaves a preface that has not come whole. */
  #readPreface(bytes: Buffer): number {
    const size = Math.min(bytes.length, preface.length);
    if (!bytes.subarray(0, size).equals(preface.subarray(0, size))) {
      throw new Http2Violation(Http2Error.protocolError, 'this is not HTTP/2 with prior knowledge');
    }
    if (size < preface.length) return 0;
    this.#prefaceSeen = true;
    this.#prefaceTimer?.cancel();
    return preface.length;
  }

  #readFrame(bytes: Buffer, at: number, start: number, end: number): void {
    const type = bytes[at + 3] as number;
    const flags = bytes[at + 4] as number;
    const streamId = bytes.readUInt32BE(at + 5) & MAX_WINDOW_BYTES;
    try {
      this.#dispatch(type, flags, streamId, bytes, start, end);
    } catch (error) {
      if (!(error instanceof Http2Violation) || error.streamId === undefined) throw error;
      this.#resetStream(error.streamId, error.code);
    }
  }

  #dispatch(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (this.#block !== undefined && (type !== FrameType.continuation || streamId !== this.#block.streamId)) {
      throw new Http2Violation(Http2Error.protocolError, 'a header block was not finished');
    }
    if (!this.#settingsSeen && type !== FrameType.settings) {
      throw new Http2Violation(Http2Error.protocolError, 'the first frame was not SETTINGS');
    }
    switch (type) {
      case FrameType.data:
        this.#onDataFrame(flags, streamId, bytes, start, end);
        break;
      case FrameType.headers:
        this.#onHeaders(flags, streamId, bytes, start, end);
        break;
      case FrameType.continuation:
        this.#onContinuation(flags, bytes, start, end);
        break;
      case FrameType.priority:
        this.#onPriority(streamId, bytes, start, end);
        break;
      case FrameType.resetStream:
        this.#onReset(streamId, end - start);
        break;
      case FrameType.settings:
        this.#onSettings(flags, streamId, bytes, start, end);
        break;
      case FrameType.ping:
        this.#onPing(flags, streamId, bytes, start, end);
        break;
      case FrameType.goAway:
        if (streamId !== 0) throw new Http2Violation(Http2Error.protocolError, 'GOAWAY on a stream');
        break;
      case FrameType.windowUpdate:
        this.#onWindowUpdate(streamId, bytes, start, end);
        break;
      case FrameType.pushPromise:
        throw new Http2Violation(Http2Error.protocolError, 'a client cannot push');
      default:
        // Frames of types that nobody knows are to be passed over.
        this.#flood.charge();
    }
  }

  #onDataFrame(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    this.#refuseIdle(streamId, 'DATA');
    const frameBytes = end - start;
    this.#receiveWindow -= frameBytes;
    if (this.#receiveWindow < 0) {
      throw new Http2Violation(Http2Error.flowControlError, 'more came than the window allowed');
    }
    const endStream = (flags & Flag.endStream) !== 0;
    if (frameBytes === 0 && !endStream) this.#flood.charge();
    const stream = this.#streams.get(streamId);
    if (stream === undefined) {
      this.consumed(frameBytes);
      throw new Http2Violation(Http2Error.streamClosed, 'data for a stream that is over', streamId);
    }
    const [from, to] = unpadded(flags, bytes, start, end);
    stream.receive(bytes.subarray(from, to), frameBytes, endStream);
  }

  #onHeaders(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId % 2 === 0) throw new Http2Violation(Http2Error.protocolError, 'a client’s streams are odd');
    let [from, to] = unpadded(flags, bytes, start, end);
    const hasPriority = (flags & Flag.priority) !== 0;
    if (hasPriority && to - from < 5) throw new Http2Violation(Http2Error.frameSizeError, 'HEADERS are too short');
    const selfDependent = hasPriority && (bytes.readUInt32BE(from) & MAX_WINDOW_BYTES) === streamId;
    if (hasPriority) from += 5;
    const endStream = (flags & Flag.endStream) !== 0;
    this.#block = { streamId, endStream, pieces: [], bytes: 0 };
    this.#addToBlock(flags, bytes.subarray(from, to));
    if (selfDependent) throw new Http2Violation(Http2Error.protocolError, 'a stream depends on itself', streamId);
  }

  #onContinuation(flags: number, bytes: Buffer, start: number, end: number): void {
    if (this.#block === undefined) throw new Http2Violation(Http2Error.protocolError, 'CONTINUATION of nothing');
    if (start === end) this.#flood.charge();
    this.#addToBlock(flags, bytes.subarray(start, end));
  }

  #addToBlock(flags: number, piece: Buffer): void {
    const block = this.#block;
    if (block === undefined) return;
    block.pieces.push(piece);
    block.bytes += piece.length;
    if (block.bytes > MAX_HEADER_BYTES) {
      throw new Http2Violation(Http2Error.enhanceYourCalm, 'the headers of a request are too large');
    }
    if ((flags & Flag.endHeaders) === 0) return;
    this.#block = undefined;
    this.#onHeaderBlock(block, block.pieces.length === 1 ? piece : Buffer.concat(block.pieces));
  }

  /** Every block is decoded, also one that is of no use: the decoder's table depends on it. */
  #onHeaderBlock({ streamId, endStream }: HeaderBlock, block: Buffer): void {
    const collector = new RequestHeaderCollector(MAX_HEADER_BYTES);
    this.#decoder.decode(block, 0, block.length, (name, value) => collector.add(name, value));
    const known = this.#streams.get(streamId);
    if (known !== undefined) {
      if (!endStream) throw new Http2Violation(Http2Error.protocolError, 'trailers that do not end', streamId);
      known.endReceived();
      return;
    }
    if (streamId <= this.#lastStreamId) {
      throw new Http2Violation(Http2Error.streamClosed, 'headers for a stream that is over');
    }
    if (this.#closing) throw new Http2Violation(Http2Error.refusedStream, 'going away', streamId);
    this.#lastStreamId = streamId;
    if (collector.tooLarge) throw new Http2Violation(Http2Error.enhanceYourCalm, 'too many headers', streamId);
    const { problem } = collector;
    if (problem !== undefined) throw new Http2Violation(Http2Error.protocolError, problem, streamId);
    if (this.#streams.size >= this.#options.maxConcurrentStreams) {
      this.#flood.charge();
      throw new Http2Violation(Http2Error.refusedStream, 'too many streams at once', streamId);
    }
    this.#open(new ServerStream(streamId, collector.headers, this, this.#windows()), endStream);
  }

  #windows(): { readonly send: number; readonly receive: number } {
    return { send: this.#initialSendWindow, receive: STREAM_WINDOW_BYTES };
  }

  #open(stream: ServerStream, endStream: boolean): void {
    this.#streams.set(stream.id, stream);
    this.#options.onStream(stream);
    if (endStream) stream.endReceived();
  }

  #onPriority(streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId === 0) throw new Http2Violation(Http2Error.protocolError, 'PRIORITY of no stream');
    if (end - start !== 5) throw new Http2Violation(Http2Error.frameSizeError, 'PRIORITY has another size', streamId);
    this.#flood.charge();
    if ((bytes.readUInt32BE(start) & MAX_WINDOW_BYTES) !== streamId) return;
    throw new Http2Violation(Http2Error.protocolError, 'a stream depends on itself', streamId);
  }

  #onReset(streamId: number, length: number): void {
    this.#refuseIdle(streamId, 'RST_STREAM');
    if (length !== 4) throw new Http2Violation(Http2Error.frameSizeError, 'RST_STREAM has another size');
    this.#flood.charge();
    this.#streams.get(streamId)?.close();
  }

  #onSettings(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId !== 0) throw new Http2Violation(Http2Error.protocolError, 'SETTINGS on a stream');
    if ((flags & Flag.ack) !== 0) {
      if (start !== end) throw new Http2Violation(Http2Error.frameSizeError, 'an acknowledgement has a payload');
      return;
    }
    if ((end - start) % 6 !== 0) throw new Http2Violation(Http2Error.frameSizeError, 'SETTINGS have another size');
    this.#flood.charge();
    this.#settingsSeen = true;
    for (let at = start; at < end; at += 6) this.#onSetting(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
    this.outbox.header(0, FrameType.settings, Flag.ack, 0);
    this.schedule();
  }

  #onSetting(id: number, value: number): void {
    if (id === Setting.enablePush && value > 1) {
      throw new Http2Violation(Http2Error.protocolError, 'ENABLE_PUSH is neither 0 nor 1');
    }
    if (id === Setting.maxFrameSize && (value < DEFAULT_MAX_FRAME_BYTES || value > 0xff_ffff)) {
      throw new Http2Violation(Http2Error.protocolError, 'MAX_FRAME_SIZE is out of range');
    }
    if (id !== Setting.initialWindowSize) return;
    if (value > MAX_WINDOW_BYTES) throw new Http2Violation(Http2Error.flowControlError, 'a window is too large');
    const change = value - this.#initialSendWindow;
    this.#initialSendWindow = value;
    for (const stream of this.#streams.values()) stream.widen(change);
  }

  #onPing(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId !== 0) throw new Http2Violation(Http2Error.protocolError, 'PING on a stream');
    if (end - start !== 8) throw new Http2Violation(Http2Error.frameSizeError, 'PING has another size');
    if ((flags & Flag.ack) !== 0) return;
    this.#flood.charge();
    this.outbox.frameOf(FrameType.ping, Flag.ack, 0, bytes, start, end);
    this.schedule();
  }

  #onWindowUpdate(streamId: number, bytes: Buffer, start: number, end: number): void {
    if (end - start !== 4) throw new Http2Violation(Http2Error.frameSizeError, 'WINDOW_UPDATE has another size');
    if (streamId !== 0) this.#refuseIdle(streamId, 'WINDOW_UPDATE');
    const bytesMore = bytes.readUInt32BE(start) & MAX_WINDOW_BYTES;
    if (bytesMore === 0) {
      throw new Http2Violation(Http2Error.protocolError, 'a window grows by nothing', streamId || undefined);
    }
    if (streamId !== 0) {
      this.#streams.get(streamId)?.widen(bytesMore);
      return;
    }
    this.#sendWindow += bytesMore;
    if (this.#sendWindow > MAX_WINDOW_BYTES) {
      throw new Http2Violation(Http2Error.flowControlError, 'the connection window is too large');
    }
    this.#pumpWaiting();
  }

  #pumpWaiting(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const stream of waiting) {
      stream.pump();
      stream.drain();
    }
  }

  #refuseIdle(streamId: number, what: string): void {
    if (streamId !== 0 && streamId <= this.#lastStreamId) return;
    // Streams that came after GOAWAY were never opened; what belongs to them is passed over.
    if (this.#closing && streamId % 2 === 1) throw new Http2Violation(Http2Error.refusedStream, 'going away', streamId);
    throw new Http2Violation(Http2Error.protocolError, `${what} for a stream that was never opened`);
  }

  #resetStream(streamId: number, code: number): void {
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) stream.reset(code);
    else {
      this.#flood.charge();
      this.outbox.frameOfNumber(FrameType.resetStream, streamId, code);
      this.schedule();
    }
  }

  /** A rule was broken that the connection does not survive, or we are at fault ourselves. */
  #fail(error: unknown): void {
    const { logger, timers } = this.#options.runtime;
    const violation = error instanceof Http2Violation ? error : undefined;
    if (violation === undefined) logger.error({ error }, 'An HTTP/2 connection failed by our own fault.');
    else logger.debug({ error }, 'A client broke the rules of HTTP/2.');
    this.#goAway(violation?.code ?? Http2Error.internalError, violation?.message ?? '');
    this.#closing = true;
    this.#flush();
    // The client is to learn why before the connection goes; what it still sends is not read.
    this.#socket.removeAllListeners('data');
    this.#socket.resume();
    this.#socket.end();
    timers.after(LAST_WORDS_MS, () => this.destroy(), { background: true });
    this.#endStreams();
  }

  #goAway(code: number, text: string): void {
    const payload = Buffer.alloc(8 + Buffer.byteLength(text));
    payload.writeUInt32BE(this.#lastStreamId);
    payload.writeUInt32BE(code, 4);
    payload.write(text, 8);
    this.outbox.frame(FrameType.goAway, 0, 0, payload);
    this.schedule();
  }

  #closeWhenIdle(): void {
    if (this.#streams.size > 0 || this.#closed) return;
    this.#flush();
    this.#socket.end();
  }

  #sendSettings(): void {
    const settings: readonly (readonly [number, number])[] = [
      [Setting.maxConcurrentStreams, this.#options.maxConcurrentStreams],
      [Setting.initialWindowSize, STREAM_WINDOW_BYTES],
      [Setting.maxHeaderListSize, MAX_HEADER_BYTES],
    ];
    const payload = Buffer.alloc(settings.length * 6);
    for (const [at, [id, value]] of settings.entries()) {
      payload.writeUInt16BE(id, at * 6);
      payload.writeUInt32BE(value, at * 6 + 2);
    }
    this.outbox.frame(FrameType.settings, 0, 0, payload);
  }

  #askWhetherAlive(): void {
    // While nothing can be sent to it nothing is read from it either; it is alive as long as it takes something.
    if (!this.#aliveSinceTick) {
      this.destroy();
      return;
    }
    this.#aliveSinceTick = false;
    this.outbox.frame(FrameType.ping, 0, 0, Buffer.alloc(8));
    this.schedule();
  }

  #flush(): void {
    this.#flushPlanned = false;
    for (const stream of this.#lingering.splice(0)) stream.abandon();
    const { outbox } = this;
    if (this.#closed || this.#socket.destroyed || outbox.bytes === 0) return;
    const pieces = outbox.take();
    let keepsUp = true;
    this.#socket.cork();
    for (const piece of pieces) keepsUp = this.#socket.write(piece);
    this.#socket.uncork();
    if (keepsUp || this.#socket.writableLength < BEHIND_BYTES || this.#blocked) return;
    this.#blocked = true;
    // A client that does not read is not read from: what it asks for would only pile up here.
    this.#socket.pause();
  }

  #onDrain(): void {
    this.#aliveSinceTick = true;
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#socket.resume();
    for (const stream of this.#streams.values()) stream.drain();
  }

  #endStreams(): void {
    for (const stream of this.#streams.values()) stream.close();
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#keepAlive?.cancel();
    this.#prefaceTimer?.cancel();
    this.#endStreams();
    this.#options.onClose();
  }
}

/** Where the content of a frame with optional padding begins and ends. */
function unpadded(flags: number, bytes: Buffer, start: number, end: number): [from: number, to: number] {
  if ((flags & Flag.padded) === 0) return [start, end];
  const padding = start < end ? (bytes[start] as number) : end;
  if (padding >= end - start) throw new Http2Violation(Http2Error.protocolError, 'there is more padding than frame');
  return [start + 1, end - padding];
}
