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
  /** Lets everything through again; what was held while frozen goes first. */
  restore(): void;
  /** Holds back what servers send, for `ms` milliseconds from now; what an earlier call held goes through first. */
  holdReplies(ms: number): void;
  /** The next bytes from the client go through, and the connection breaks when the server begins to answer them. Then all is as before. */
  loseNextReply(): void;
  close(): Promise<void>;
}

type Mode = 'open' | 'cut' | 'frozen' | 'lose-reply';

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

  restore(): void {
    this.#mode = 'open';
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
    client.on('data', (chunk) => {
      pair.asked = true;
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (this.#mode === 'lose-reply' && pair.asked) this.#loseReply(pair);
      else client.write(chunk);
    });
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.#break(pair));
      socket.on('close', () => this.#break(pair));
    }
    if (this.#mode !== 'frozen') client.resume();
    if (this.#mode === 'frozen' || this.#hold !== undefined) server.pause();
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
