import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { KeelsonError, type TimerHandle } from '@keelson/runtime';
import { testRuntime } from './eventually.ts';
import { freePort } from './free-port.ts';

/** A TCP proxy on 127.0.0.1 that can be told to misbehave. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Breaks every connection with a reset and refuses new ones. */
  cut(): void;
  /** Keeps connections, and takes new ones, but lets nothing through: what a lost network or a frozen machine looks like. */
  freeze(): void;
  /** As `freeze`, in one direction only. */
  freezeOneWay(direction: 'to-server' | 'to-client'): void;
  /** From now on bytes take `latencyMs` longer in each direction, and no more than `bytesPerSecond` pass (default: no limit). Their order stays. */
  slow(options: { readonly latencyMs: number; readonly bytesPerSecond?: number }): void;
  /** Lets everything through again, at full speed; what was held while frozen goes first. */
  restore(): void;
  /** Holds back what servers send, for `ms` milliseconds from now; what an earlier call held goes through first. */
  holdReplies(ms: number): void;
  /** The next bytes from the client go through, and the connection breaks when the server begins to answer them. Then all is as before. */
  loseNextReply(): void;
  close(): Promise<void>;
}

type Mode = 'open' | 'cut' | 'frozen' | 'lose-reply';

/** How long bytes are kept. */
interface Pace {
  readonly latencyMs: number;
  readonly bytesPerSecond: number;
}

const FULL_SPEED: Pace = { latencyMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY };

/** Bytes on their way to one socket, each not before its time, in their order. */
class Lane {
  readonly #target: Socket;
  readonly #queue: { readonly chunk: Buffer; readonly dueMs: number }[] = [];
  #lastDueMs = 0;

  constructor(target: Socket) {
    this.#target = target;
  }

  send(chunk: Buffer, { latencyMs, bytesPerSecond }: Pace): void {
    const { clock, timers } = testRuntime;
    const nowMs = clock.monotonicMs();
    const tookMs = (chunk.length / bytesPerSecond) * 1_000;
    const dueMs = Math.max(this.#lastDueMs, nowMs + latencyMs) + tookMs;
    if (dueMs <= nowMs && this.#queue.length === 0) {
      this.#target.write(chunk);
      return;
    }
    this.#lastDueMs = dueMs;
    this.#queue.push({ chunk, dueMs });
    timers.after(dueMs - nowMs, () => this.#drain(), { background: true });
  }

  #drain(): void {
    // A millisecond early is near enough: timers are cut to whole ones.
    const nowMs = testRuntime.clock.monotonicMs() + 1;
    for (let next = this.#queue[0]; next !== undefined && next.dueMs <= nowMs; next = this.#queue[0]) {
      this.#queue.shift();
      if (!this.#target.destroyed) this.#target.write(next.chunk);
    }
  }
}

/** Forwards a free port of 127.0.0.1 to `targetPort` of 127.0.0.1. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const port = await freePort();
  const proxy = new FaultyProxy(port, targetPort);
  await proxy.listen();
  return proxy;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Whether the client has sent something since a reply was asked to be lost. */
  asked: boolean;
}

class FaultyProxy implements TcpProxy {
  readonly port: number;
  readonly #targetPort: number;
  readonly #listener: Server;
  readonly #pairs: Set<Pair> = new Set();
  #mode: Mode = 'open';
  #frozenWay: 'to-server' | 'to-client' | undefined;
  #pace: Pace = FULL_SPEED;
  #hold: TimerHandle | undefined;

  constructor(port: number, targetPort: number) {
    this.port = port;
    this.#targetPort = targetPort;
    this.#listener = createServer({ pauseOnConnect: true }, (client) => this.#accept(client));
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#listener.once('error', (cause) =>
        reject(new KeelsonError('E_UNAVAILABLE', `Cannot listen on port ${this.port}.`, { cause })),
      );
      this.#listener.listen(this.port, '127.0.0.1', resolve);
    });
  }

  cut(): void {
    this.#mode = 'cut';
    for (const pair of this.#pairs) this.#break(pair);
  }

  freeze(): void {
    this.#mode = 'frozen';
    for (const { client, server } of this.#pairs) {
      client.pause();
      server.pause();
    }
  }

  freezeOneWay(direction: 'to-server' | 'to-client'): void {
    this.#frozenWay = direction;
    for (const pair of this.#pairs) pair[direction === 'to-server' ? 'client' : 'server'].pause();
  }

  slow({ latencyMs, bytesPerSecond = Number.POSITIVE_INFINITY }: Parameters<TcpProxy['slow']>[0]): void {
    this.#pace = { latencyMs, bytesPerSecond };
  }

  restore(): void {
    this.#mode = 'open';
    this.#frozenWay = undefined;
    this.#pace = FULL_SPEED;
    for (const { client, server } of this.#pairs) {
      client.resume();
      server.resume();
    }
  }

  holdReplies(ms: number): void {
    this.#endHold();
    for (const { server } of this.#pairs) server.pause();
    this.#hold = testRuntime.timers.after(ms, () => this.#endHold());
  }

  loseNextReply(): void {
    this.#mode = 'lose-reply';
    for (const pair of this.#pairs) pair.asked = false;
  }

  close(): Promise<void> {
    this.#hold?.cancel();
    this.cut();
    return new Promise((resolve) => {
      this.#listener.close(() => resolve());
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(client: Socket): void {
    if (this.#mode === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const server = createConnection({ port: this.#targetPort, host: '127.0.0.1' });
    const pair: Pair = { client, server, asked: false };
    this.#pairs.add(pair);
    const [toServer, toClient] = [new Lane(server), new Lane(client)];
    client.on('data', (chunk: Buffer) => {
      pair.asked = true;
      toServer.send(chunk, this.#pace);
    });
    server.on('data', (chunk: Buffer) => {
      if (this.#mode === 'lose-reply' && pair.asked) this.#loseReply(pair);
      else toClient.send(chunk, this.#pace);
    });
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.#break(pair));
      socket.on('close', () => this.#break(pair));
    }
    if (this.#mode !== 'frozen' && this.#frozenWay !== 'to-server') client.resume();
    if (this.#mode === 'frozen' || this.#frozenWay === 'to-client' || this.#hold !== undefined) server.pause();
  }

  #endHold(): void {
    this.#hold?.cancel();
    this.#hold = undefined;
    if (this.#mode === 'frozen') return;
    for (const { server } of this.#pairs) server.resume();
  }

  #loseReply(pair: Pair): void {
    this.#mode = 'open';
    this.#break(pair);
  }

  #break(pair: Pair): void {
    if (!this.#pairs.delete(pair)) return;
    pair.client.resetAndDestroy();
    pair.server.resetAndDestroy();
  }
}
