import { createConnection, type Socket } from 'node:net';
import type { TimerHandle } from '@keelson/runtime';
import { testRuntime } from './eventually.ts';
import { FULL_SPEED, Lane, type Pace } from './lane.ts';

/** What can be done to a way between processes. */
export interface LinkFaults {
  /** Connections that it carries now. */
  readonly connections: number;
  /** Breaks every connection with a reset and refuses new ones. */
  cut(): void;
  /** Keeps connections, and takes new ones, but lets nothing through: what a lost network or a frozen machine looks like. */
  freeze(): void;
  /** As `freeze`, in one direction only; the other stays as it is. */
  freezeOneWay(direction: 'to-server' | 'to-client'): void;
  /** From now on bytes take `latencyMs` longer in each direction, and no more than `bytesPerSecond` pass (default: no limit). Their order stays. */
  slow(options: { readonly latencyMs: number; readonly bytesPerSecond?: number }): void;
  /** Lets everything through again, at full speed; what was held while frozen goes first. */
  restore(): void;
  /** Holds back what servers send, for `ms` milliseconds from now; what an earlier call held goes through first. */
  holdReplies(ms: number): void;
  /** The next bytes from the client go through, and the connection breaks when the server begins to answer them. Then all is as before. */
  loseNextReply(): void;
}

type Mode = 'open' | 'cut' | 'frozen' | 'lose-reply';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Whether the client has sent something since a reply was asked to be lost. */
  asked: boolean;
}

/** Carries connections to ports of 127.0.0.1, as well or badly as it is told to. */
export class FaultyLink implements LinkFaults {
  readonly #pairs: Set<Pair> = new Set();
  #mode: Mode = 'open';
  readonly #frozenWays: Set<'to-server' | 'to-client'> = new Set();
  #pace: Pace = FULL_SPEED;
  #hold: TimerHandle | undefined;

  get connections(): number {
    return this.#pairs.size;
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
    this.#frozenWays.add(direction);
    for (const pair of this.#pairs) pair[direction === 'to-server' ? 'client' : 'server'].pause();
  }

  slow({ latencyMs, bytesPerSecond = Number.POSITIVE_INFINITY }: Parameters<LinkFaults['slow']>[0]): void {
    this.#pace = { latencyMs, bytesPerSecond };
  }

  restore(): void {
    this.#mode = 'open';
    this.#frozenWays.clear();
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

  /** Breaks everything and forgets what was asked of it. */
  end(): void {
    this.#hold?.cancel();
    this.cut();
  }

  /** Takes a paused connection on to `targetPort`. */
  carry(client: Socket, targetPort: number): void {
    if (this.#mode === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const server = createConnection({ port: targetPort, host: '127.0.0.1' });
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
    if (this.#mode === 'frozen' || this.#frozenWays.has('to-server')) client.pause();
    else client.resume();
    if (this.#mode === 'frozen' || this.#frozenWays.has('to-client') || this.#hold !== undefined) server.pause();
  }

  #endHold(): void {
    this.#hold?.cancel();
    this.#hold = undefined;
    if (this.#mode === 'frozen' || this.#frozenWays.has('to-client')) return;
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
