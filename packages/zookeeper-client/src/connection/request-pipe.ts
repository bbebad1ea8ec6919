import {
  abortError,
  type CallOptions,
  DEFAULT_TIMEOUT_MS,
  KeelsonError,
  onAbort,
  type Runtime,
  type TimerHandle,
} from '@keelson/runtime';
import { JuteReader, malformed } from '../wire/jute-reader.ts';
import { JuteWriter } from '../wire/jute-writer.ts';
import { OpCode, Xid } from '../wire/op-code.ts';
import { type NodeEvent, readNodeEvent } from '../wire/records.ts';
import { ResultCode, resultError } from '../wire/result-code.ts';
import type { Channel } from './channel.ts';
import { readReplyHeader } from './handshake.ts';
import { InFlight, type InFlightRequest, lostReply } from './in-flight.ts';

/** A request of the protocol: how it is written and what its reply holds. */
export interface Request<T> {
  readonly name: string;
  readonly code: number;
  readonly path?: string;
  /** Whether it may change something, so that a lost reply leaves its outcome unknown. */
  readonly changes: boolean;
  readonly write?: (writer: JuteWriter) => void;
  readonly read: (reader: JuteReader, zxid: bigint) => T;
  /** Told the result code when the reply arrives, before anything that arrives after it. */
  readonly replied?: ((code: number) => void) | undefined;
}

/** Who looks after the session that a pipe serves. */
export interface PipeSink {
  /** Called before anything that has arrived is looked at. `false`: the session is over, and nothing may be told any more. */
  beforeArrival(): boolean;
  /** Something was sent. */
  onSent(nowMs: number): void;
  /** Something arrived; `answeredSentMs`: when the newest request that it answers was sent, where it answers one. */
  onHeard(nowMs: number, answeredSentMs: number | undefined): void;
  onZxid(zxid: bigint): void;
  /** The error of a request that the server refused with this code. */
  refusal(code: number, request: string, path: string | undefined): KeelsonError;
  onNodeEvent(event: NodeEvent): void;
  /** Every request in flight has been told. */
  onClosed(error: KeelsonError): void;
}

const MAX_XID = 0x7fff_ffff;

/**
 * Requests and replies on one connection. All requests of a tick leave in one write; replies come in the order of the requests. One
 * timer serves the deadlines of all.
 */
export class RequestPipe {
  readonly #runtime: Runtime;
  readonly #channel: Channel;
  readonly #sink: PipeSink;
  readonly #writer: JuteWriter;
  readonly #inFlight: InFlight = new InFlight();
  #flushing = false;
  /** The clock as read for the requests of this tick. */
  #tickMs = 0;
  #unsent = 0;
  #xid = 0;
  #pingSentMs: number | undefined;
  #answeredSentMs: number | undefined;
  #deadline: TimerHandle | undefined;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #closed: KeelsonError | undefined;

  constructor(runtime: Runtime, channel: Channel, maxRequestBytes: number, sink: PipeSink) {
    this.#runtime = runtime;
    this.#channel = channel;
    this.#sink = sink;
    this.#writer = new JuteWriter(maxRequestBytes);
    channel.handOver({
      onFrame: (frame) => this.#frame(frame),
      onPause: () => this.#arrivedAll(),
      onClosed: (error) => this.#lost(error),
    });
  }

  /** Requests whose reply has not come. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Sends a request with the others of this tick. `E_TOO_LARGE` before anything is sent. */
  submit<T>(request: Request<T>, options: CallOptions): Promise<T> {
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    if (!(timeoutMs >= 0))
      return Promise.reject(
        new KeelsonError('E_INVALID_ARGUMENT', `timeoutMs must be a number from 0, not ${timeoutMs}.`),
      );
    return new Promise<T>((resolve, reject) => {
      const nowMs = this.#beginTick();
      const entry: InFlightRequest = {
        xid: this.#nextXid(),
        name: request.name,
        path: request.path,
        changes: request.changes,
        sentMs: nowMs,
        deadlineMs: nowMs + timeoutMs,
        answered: (reader, zxid) => resolve(request.read(reader, zxid)),
        failed: reject,
        replied: request.replied,
        settled: false,
        removeListener: undefined,
      };
      this.#frameOf(entry.xid, request.code, request.write);
      this.#unsent += 1;
      this.#inFlight.push(entry);
      if (signal !== undefined)
        entry.removeListener = onAbort(signal, (tripped) => this.#fail(entry, abortError(tripped)));
      if (entry.deadlineMs < this.#deadlineMs) this.#armDeadline(entry.deadlineMs, timeoutMs);
    });
  }

  /** Sends what keeps the session alive. */
  ping(): void {
    const nowMs = this.#beginTick();
    // Of two pings without an answer the older counts: the next answer may be to that one.
    this.#pingSentMs ??= nowMs;
    this.#frameOf(Xid.ping, OpCode.ping, undefined);
  }

  /** Sends a request whose answer says nothing. */
  tell(xid: number, code: number, write: (writer: JuteWriter) => void): void {
    this.#beginTick();
    this.#frameOf(xid, code, write);
  }

  /** Breaks the connection off. */
  destroy(error: KeelsonError): void {
    this.#channel.destroy(error);
  }

  #nextXid(): number {
    this.#xid = this.#xid === MAX_XID ? 1 : this.#xid + 1;
    return this.#xid;
  }

  /** The time of this tick, in whose end everything written is sent. */
  #beginTick(): number {
    if (this.#flushing) return this.#tickMs;
    this.#flushing = true;
    this.#tickMs = this.#runtime.clock.monotonicMs();
    process.nextTick(() => this.#flush());
    return this.#tickMs;
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#closed !== undefined || this.#writer.pendingBytes === 0) return;
    this.#unsent = 0;
    this.#channel.write(this.#writer.take());
    this.#sink.onSent(this.#tickMs);
  }

  #frameOf(xid: number, code: number, write: ((writer: JuteWriter) => void) | undefined): void {
    this.#writer.frame((writer) => {
      writer.int(xid);
      writer.int(code);
      write?.(writer);
    });
  }

  #frame(frame: Buffer): void {
    if (!this.#sink.beforeArrival()) return;
    const reader = new JuteReader(frame);
    const { xid, zxid, code } = readReplyHeader(reader);
    if (xid === Xid.notification) {
      const event = readNodeEvent(reader, zxid);
      if (event !== undefined) this.#sink.onNodeEvent(event);
      return;
    }
    if (zxid > 0n) this.#sink.onZxid(zxid);
    if (xid === Xid.ping) {
      this.#answeredSentMs = this.#pingSentMs ?? this.#answeredSentMs;
      this.#pingSentMs = undefined;
      return;
    }
    if (xid < 0) this.#checkTold(xid, code);
    else this.#reply(xid, zxid, code, reader);
  }

  #reply(xid: number, zxid: bigint, code: number, reader: JuteReader): void {
    const entry = this.#inFlight.shift();
    if (entry === undefined) throw malformed(`a reply to request ${xid}, which was not sent`);
    if (entry.xid !== xid) {
      this.#fail(entry, malformed(`a reply to request ${xid} where that to ${entry.xid} comes next`));
      throw malformed('replies out of order');
    }
    this.#answeredSentMs = entry.sentMs;
    entry.replied?.(code);
    if (entry.settled) return;
    if (code !== ResultCode.ok) {
      this.#settle(entry, this.#sink.refusal(code, entry.name, entry.path));
      return;
    }
    try {
      entry.removeListener?.();
      entry.answered(reader, zxid);
    } catch (error) {
      this.#fail(entry, error);
      throw error;
    }
  }

  /** What was only told must not be refused: the watches of a session are a promise to its owner. */
  #checkTold(xid: number, code: number): void {
    if (code !== ResultCode.ok)
      throw resultError(code, xid === Xid.setWatches ? 'setting watches' : `request ${xid}`, undefined);
  }

  #arrivedAll(): void {
    const answeredSentMs = this.#answeredSentMs;
    this.#answeredSentMs = undefined;
    this.#sink.onHeard(this.#runtime.clock.monotonicMs(), answeredSentMs);
  }

  #settle(entry: InFlightRequest, error: unknown): void {
    entry.settled = true;
    entry.removeListener?.();
    entry.failed(error);
  }

  /** Ends the wait for a reply that was lost, or that cannot be read. */
  #fail(entry: InFlightRequest, cause: unknown): void {
    if (!entry.settled) this.#settle(entry, lostReply(entry, cause));
  }

  #lost(error: KeelsonError): void {
    this.#closed = error;
    this.#deadline?.cancel();
    const requests = this.#inFlight.drain();
    const sent = requests.length - this.#unsent;
    requests.forEach((entry, index) => {
      if (entry.settled) return;
      // What never left this process has not happened.
      if (index < sent) this.#fail(entry, error);
      else this.#settle(entry, error);
    });
    this.#writer.clear();
    this.#sink.onClosed(error);
  }

  #armDeadline(deadlineMs: number, inMs: number): void {
    this.#deadline?.cancel();
    this.#deadlineMs = deadlineMs;
    this.#deadline = this.#runtime.timers.after(inMs, () => this.#expire(), { background: true });
  }

  #expire(): void {
    const nowMs = this.#runtime.clock.monotonicMs();
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    const nextMs = this.#inFlight.expire(nowMs, (entry) => {
      const waitedMs = Math.round(entry.deadlineMs - entry.sentMs);
      this.#settle(entry, lostReply(entry, new KeelsonError('E_TIMEOUT', `No answer within ${waitedMs} ms.`)));
    });
    if (nextMs < this.#deadlineMs) this.#armDeadline(nextMs, Math.max(1, nextMs - nowMs));
  }
}
