import { createConnection, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, freePort, startTcpProxy, type TcpProxy } from './index.ts';

/** A connection through the proxy, and what came of it. */
class Client {
  heard = '';
  closed = false;
  readonly #socket;

  constructor(port: number) {
    this.#socket = createConnection({ port, host: '127.0.0.1' });
    this.#socket.on('data', (chunk) => {
      this.heard += chunk.toString();
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.closed = true;
    });
  }

  say(text: string): void {
    this.#socket.write(text);
  }

  end(): void {
    this.#socket.destroy();
  }
}

let echo: Server;
let proxy: TcpProxy;
let clients: Client[] = [];

const connect = (): Client => {
  const client = new Client(proxy.port);
  clients.push(client);
  return client;
};

const connectAndHear = async (): Promise<Client> => {
  const client = connect();
  client.say('a');
  await eventually('the first echo', () => client.heard === 'a');
  return client;
};

beforeEach(async () => {
  const port = await freePort();
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => {
    echo.listen(port, '127.0.0.1', resolve);
  });
  proxy = await startTcpProxy(port);
});

afterEach(async () => {
  for (const client of clients) client.end();
  clients = [];
  await proxy.close();
  await new Promise((resolve) => {
    echo.close(resolve);
  });
});

test('a cut breaks what is open, refuses what is new, and ends', async () => {
  const client = await connectAndHear();
  proxy.cut();
  await eventually('the client to be cut off', () => client.closed);
  const refused = connect();
  await eventually('the new client to be refused', () => refused.closed);
  proxy.restore();
  expect((await connectAndHear()).closed).toBe(false);
});

test('a freeze holds everything, also on a connection made meanwhile', async () => {
  const client = await connectAndHear();
  proxy.freeze();
  client.say('b');
  const other = connect();
  other.say('c');
  proxy.restore();
  await eventually('the echoes that were held', () => client.heard === 'ab' && other.heard === 'c');
  expect([client.closed, other.closed]).toEqual([false, false]);
});

test('replies are held and then come', async () => {
  const client = await connectAndHear();
  proxy.holdReplies(100);
  client.say('b');
  await eventually('the reply that was held', () => client.heard === 'ab');
  expect(client.closed).toBe(false);
});

test('a lost reply breaks the connection once', async () => {
  const client = await connectAndHear();
  proxy.loseNextReply();
  client.say('b');
  await eventually('the client to be cut off', () => client.closed);
  expect(client.heard).toBe('a');
  expect((await connectAndHear()).closed).toBe(false);
});

test('a freeze of one way lets the other through', async () => {
  const client = await connectAndHear();
  proxy.freezeOneWay('to-client');
  client.say('b');
  await expect(eventually('an echo', () => client.heard === 'ab', { timeoutMs: 150 })).rejects.toMatchObject({
    code: 'E_TIMEOUT',
  });
  proxy.restore();
  await eventually('the echo that was held', () => client.heard === 'ab');
  proxy.freezeOneWay('to-server');
  client.say('c');
  proxy.restore();
  await eventually('the echo of what was held', () => client.heard === 'abc');
});

test('what is slow comes late, in its order, and not after what is quick again', async () => {
  const client = await connectAndHear();
  proxy.slow({ latencyMs: 30, bytesPerSecond: 100 });
  client.say('bcd');
  await eventually('the slow way to be on', () => client.heard === 'a');
  proxy.restore();
  client.say('e');
  await eventually('all echoes', () => client.heard === 'abcde');
});
