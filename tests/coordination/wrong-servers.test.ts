import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { startEtcdEndpoint } from '@keelson/etcd-endpoint';
import { isKeelsonError, withDeadline } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { memoryBackend } from '@keelson/store/memory';
import { connectEtcd } from '@keelson/store-etcd';
import { connectZooKeeperStore } from '@keelson/store-zookeeper';
import { freePort, requireServer, runCommand, testRuntime as runtime, startZooKeeper } from '@keelson/testing';
import { describe, expect, test } from 'vitest';
import { root } from '../repo/workspace.ts';

/** A server on a port of 127.0.0.1 that is not what a driver takes it for. */
interface Impostor extends AsyncDisposable {
  readonly port: number;
}

/** What a driver is given to answer, and the longest that everything about it may take, in milliseconds. */
const PATIENCE_MS = 1_500;
const BOUND_MS = 15_000;

async function impostor(server: Server): Promise<Impostor> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => {}));
  });
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

const says = (answer: (socket: Socket) => void) => (): Promise<Impostor> =>
  impostor(createServer((socket) => void socket.once('data', () => answer(socket))));

const tls = join(root, 'packages/store-etcd/fixtures/tls');

/** The beginning of an answer of HTTP/2 (settings, then half of a header frame), and of one of ZooKeeper (a length, and less than that). */
const HALF_ANSWERS: Readonly<Record<string, Buffer>> = {
  etcd: Buffer.from('000000040000000000000012010400000001', 'hex'),
  zookeeper: Buffer.from('000000250000', 'hex'),
};

const impostors: readonly { readonly name: string; readonly start: (driver: string) => Promise<Impostor> }[] = [
  { name: 'a server of HTTP', start: () => impostor(createHttpServer((_, response) => response.end('hello'))) },
  { name: 'a server that speaks garbage', start: says((socket) => socket.write(Buffer.alloc(4_096, 0xa5))) },
  { name: 'a server that speaks text', start: says((socket) => socket.end('220 mail.example ESMTP\r\n')) },
  { name: 'a server that accepts and says nothing', start: says(() => {}) },
  { name: 'a server that hangs up', start: says((socket) => socket.destroy()) },
  {
    name: 'a server that answers half a frame',
    start: (driver) => says((socket) => socket.write(HALF_ANSWERS[driver] ?? ''))(),
  },
  {
    name: 'a server that answers half a frame and ends',
    start: (driver) => says((socket) => socket.end(HALF_ANSWERS[driver] ?? ''))(),
  },
  {
    name: 'a server of TLS, spoken to in plain words',
    start: () =>
      impostor(
        createTlsServer({
          key: readFileSync(join(tls, 'server-key.pem')),
          cert: readFileSync(join(tls, 'server.pem')),
        }).on('tlsClientError', () => {}),
      ),
  },
  { name: 'nobody', start: async () => ({ port: await freePort(), [Symbol.asyncDispose]: () => Promise.resolve() }) },
];

const drivers: readonly { readonly name: string; readonly connect: (address: string) => Promise<Store> }[] = [
  {
    name: 'etcd',
    connect: (address) => connectEtcd({ endpoints: `etcd://${address}`, timeoutMs: PATIENCE_MS, runtime }),
  },
  {
    name: 'zookeeper',
    connect: (address) =>
      connectZooKeeperStore({
        address: `zookeeper://${address}`,
        timeoutMs: PATIENCE_MS,
        connectionTimeoutMs: 2_000,
        runtime,
      }),
  },
];

/** Rejects within the bound, with a code, and in words for people. */
async function expectCoded(work: () => Promise<Store>): Promise<string> {
  const outcome = await withDeadline(runtime, {}, BOUND_MS, () =>
    work().then(
      async (store) => {
        await store.close();
        return 'it was taken for a store';
      },
      (error: unknown) => error,
    ),
  );
  if (!isKeelsonError(outcome)) throw new Error(`no coded error: ${String(outcome)}`, { cause: outcome });
  expect(outcome.message).not.toMatch(/\n\s+at /);
  return outcome.code;
}

describe.each(drivers)('the driver of $name', ({ name, connect }) => {
  test.each(impostors)('gives up on $name with a code, in time', async ({ start }) => {
    await using server = await start(name);
    expect(await expectCoded(() => connect(`127.0.0.1:${server.port}`))).toMatch(
      /^E_(UNAVAILABLE|TIMEOUT|TOO_LARGE|UNSUPPORTED)$/,
    );
  });
});

test('the driver of ZooKeeper gives up on an etcd', async () => {
  const backend = memoryBackend(runtime);
  const endpoint = await startEtcdEndpoint({ backend, runtime, host: '127.0.0.1', port: 0 });
  try {
    const [, zookeeper] = drivers;
    expect(
      await expectCoded(() => zookeeper?.connect(`127.0.0.1:${endpoint.port}`) ?? Promise.reject(new Error('none'))),
    ).toMatch(/^E_/);
  } finally {
    await endpoint.close();
    await backend.close();
  }
});

test.skipIf(!requireServer('zookeeper'))(
  'the driver of etcd gives up on a ZooKeeper, and either on TLS that nobody speaks',
  async () => {
    await using zookeeper = await startZooKeeper();
    const { connectString } = zookeeper;
    const [etcd] = drivers;
    expect(await expectCoded(() => etcd?.connect(connectString) ?? Promise.reject(new Error('none')))).toMatch(/^E_/);
    const secure = [
      () => connectEtcd({ endpoints: `etcds://${connectString}`, timeoutMs: PATIENCE_MS, runtime }),
      () => connectZooKeeperStore({ address: `zookeepers://${connectString}`, timeoutMs: PATIENCE_MS, runtime }),
    ];
    for (const connect of secure) expect(await expectCoded(connect)).toMatch(/^E_/);
  },
);

test.each(['etcd', 'zookeeper'])(
  'keelson server on a %s that is none ends with a code and without a stack',
  async (scheme) => {
    await using server = await impostor(
      createServer((socket) => void socket.once('data', () => socket.end('garbage'))),
    );
    const args = ['server', '--http-port', '0', '--etcd-port', '0', '--store', `${scheme}://127.0.0.1:${server.port}`];
    const cli = join(root, 'packages/cli/dist/main.js');
    const { code, stdout, stderr } = await runCommand(process.execPath, [cli, ...args], { timeoutMs: 60_000 });
    expect(code).toBe(5);
    expect(stdout + stderr).toMatch(/E_(UNAVAILABLE|TIMEOUT)/);
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
  },
);
