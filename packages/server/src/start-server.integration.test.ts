import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { joinCluster } from '@keelson/cluster';
import type { Store } from '@keelson/store';
import { connectEtcd } from '@keelson/store-etcd';
import { connectZooKeeperStore } from '@keelson/store-zookeeper';
import {
  eventually,
  requireServer,
  testRuntime as runtime,
  startEtcd,
  startZooKeeper,
  temporaryDirectory,
} from '@keelson/testing';
import { describe, expect, test } from 'vitest';
import { type ClusterSummary, type KeelsonServer, type ServerOptions, startServer } from './index.ts';

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
const identity = { cert: fixture('server.pem'), key: fixture('server-key.pem') };
const ca = fixture('ca.pem');

const start = (options: Partial<ServerOptions> = {}): Promise<KeelsonServer> =>
  startServer({ runtime, store: 'memory:', ...options });

async function put(server: KeelsonServer, path: string, body: unknown = {}): Promise<number> {
  const response = await fetch(`${server.httpAddress}/api/v1${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

async function clusters(server: KeelsonServer): Promise<readonly ClusterSummary[]> {
  const response = await fetch(`${server.httpAddress}/api/v1/clusters`);
  return ((await response.json()) as { clusters: ClusterSummary[] }).clusters;
}

interface Stream {
  readonly answer: IncomingMessage;
  /** Everything received so far. */
  text(): string;
}

async function events(server: KeelsonServer, cluster: string, lastEventId?: string): Promise<Stream> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const request = httpRequest(`${server.httpAddress}/api/v1/clusters/${cluster}/events`, { headers });
  request.end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  answer.on('error', () => {}); // the server goes away in these tests
  return { answer, text: () => text };
}

const idsOf = (text: string): readonly string[] => Array.from(text.matchAll(/^id: (.*)$/gm), ([, id]) => id ?? '');

describe('a server', () => {
  test('serves HTTP and the etcd API over one store, and stops in order', async () => {
    const server = await start();
    expect(await put(server, '/clusters/shop')).toBe(201);
    await using store = await connectEtcd({ endpoints: `etcd://${server.etcdAddress}`, runtime });
    expect(await store.children('/')).toEqual(['shop']);
    const stream = await events(server, 'shop');
    await eventually('the first id', () => idsOf(stream.text()).length > 0);
    const ended = once(stream.answer, 'end');
    await server.close();
    await ended;
    await expect(fetch(`${server.httpAddress}/healthz`)).rejects.toThrow();
    await server.close();
  });

  test('keeps everything over a restart; a client that returns is told to read again', async () => {
    await using folder = await temporaryDirectory();
    const options = { store: 'embedded:', dataDirectory: folder.path };
    const first = await start(options);
    await put(first, '/clusters/shop');
    await put(first, '/clusters/shop/instances/w1');
    const stream = await events(first, 'shop');
    const [known = ''] = await eventually('an id', () => idsOf(stream.text()).length > 0 && idsOf(stream.text()));
    await put(first, '/clusters/shop/instances/w2');
    await first.close();
    await using second = await start(options);
    expect((await clusters(second)).map(({ name, instances }) => [name, instances.total])).toEqual([['shop', 2]]);
    const again = await events(second, 'shop', known);
    await eventually('a reset', () => again.text().includes('event: reset'));
    again.answer.destroy();
  });

  test('resumes a client after the last event it saw', async () => {
    await using server = await start();
    await put(server, '/clusters/shop');
    const stream = await events(server, 'shop');
    for (const name of ['w1', 'w2', 'w3']) await put(server, `/clusters/shop/instances/${name}`);
    await eventually('three events', () => stream.text().match(/event: instance/g)?.length === 3);
    stream.answer.destroy();
    const first = /^id: (.*)\nevent: instance$/m.exec(stream.text())?.[1];
    const resumed = await events(server, 'shop', first);
    await eventually('two events', () => resumed.text().match(/event: instance/g)?.length === 2);
    expect(resumed.text()).not.toContain('"w1"');
    expect(resumed.text()).not.toContain('reset');
    resumed.answer.destroy();
  });

  test('does not hold memory for a client that does not read', async () => {
    await using server = await start();
    await put(server, '/clusters/shop');
    const socket = connect(Number(new URL(server.httpAddress).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /api/v1/clusters/shop/events HTTP/1.1\r\nhost: localhost\r\n\r\n');
    let text = '';
    socket.setEncoding('utf8').once('data', () => socket.pause());
    await once(socket, 'pause');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.pause();
    await using store = await connectEtcd({ endpoints: `etcd://${server.etcdAddress}`, runtime });
    const config = (n: number): Uint8Array =>
      new TextEncoder().encode(
        JSON.stringify({
          id: 'w',
          simpleFields: { HELIX_ENABLED: String(n % 2 === 0), HELIX_DISABLED_REASON: 'x'.repeat(50_000) },
          mapFields: {},
          listFields: {},
        }),
      );
    for (let n = 0; n < 400; n += 1) await store.put('/shop/CONFIGS/PARTICIPANT/w', config(n));
    socket.resume();
    await eventually('a reset', () => text.includes('event: reset'), { timeoutMs: 20_000 });
    expect(text.length, 'less came than was told').toBeLessThan(200 * 50_000);
    socket.destroy();
  });

  test('refuses what it cannot do, and leaves nothing running', async () => {
    await using folder = await temporaryDirectory();
    await using server = await start({ store: 'embedded:', dataDirectory: folder.path });
    const httpPort = Number(new URL(server.httpAddress).port);
    const etcdPort = Number(server.etcdAddress?.split(':').at(-1));
    const refused = async (options: Partial<ServerOptions>): Promise<unknown> =>
      start(options).then(
        (unexpected) => unexpected.close(),
        (error: unknown) => error,
      );
    expect(await refused({ httpPort })).toMatchObject({
      code: 'E_ADDRESS_IN_USE',
      message: expect.stringContaining('--http-port'),
    });
    expect(await refused({ etcdPort })).toMatchObject({
      code: 'E_ADDRESS_IN_USE',
      message: expect.stringContaining('--etcd-port'),
    });
    expect(await refused({ store: 'embedded:', dataDirectory: folder.path })).toMatchObject({ code: 'E_STORE_LOCKED' });
    expect(await refused({ store: 'embedded:' })).toMatchObject({ code: 'E_INVALID_ARGUMENT' });
    expect(await refused({ store: 'consul://x' })).toMatchObject({ code: 'E_INVALID_ARGUMENT' });
    expect(await refused({ store: 'etcd://127.0.0.1:1' })).toMatchObject({ code: 'E_UNAVAILABLE' });
    expect(await refused({ host: '0.0.0.0' })).toMatchObject({ code: 'E_INSECURE_LISTENER' });
    expect(await refused({ host: '203.0.113.7', tls: identity, tokens: 'a:0123456789abcdef' })).toMatchObject({
      code: 'E_INVALID_ARGUMENT',
    });
  });

  test('beyond this machine speaks TLS and wants a token, on both its ports', async () => {
    const tls = identity;
    await using server = await start({ host: '0.0.0.0', tls, tokens: 'ada:0123456789abcdef' });
    const port = Number(new URL(server.httpAddress).port);
    const ask = async (authorization?: string): Promise<number | undefined> => {
      const headers = authorization === undefined ? {} : { authorization };
      const request = httpsRequest({ host: '127.0.0.1', port, path: '/api/v1/clusters', ca, headers });
      request.end();
      const [answer] = (await once(request, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    expect(await ask()).toBe(401);
    expect(await ask('Bearer 0123456789abcdeF')).toBe(401);
    expect(await ask('Bearer 0123456789abcdef')).toBe(200);
    expect(server.storeUrl, 'an address that only works with a secret is not handed out').toBeUndefined();
    const endpoints = `etcds://127.0.0.1:${server.etcdAddress?.split(':').at(-1)}`;
    const withCa = { endpoints, runtime, tls: { ca } };
    await expect(connectEtcd(withCa), 'as etcd answers who gives no name').rejects.toMatchObject({
      code: 'E_INVALID_ARGUMENT',
    });
    const wrong = { user: 'ada', password: '0123456789abcdeF' };
    await expect(connectEtcd({ ...withCa, auth: wrong })).rejects.toMatchObject({ code: 'E_UNAUTHENTICATED' });
    await using store = await connectEtcd({ ...withCa, auth: { user: 'ada', password: '0123456789abcdef' } });
    expect(await store.children('/')).toEqual([]);
  });
});

/** A store in a process of its own: how servers reach it, and how others do. */
interface Elsewhere extends AsyncDisposable {
  readonly url: string;
  connect(): Promise<Store>;
}

async function etcdElsewhere(): Promise<Elsewhere> {
  const etcd = await startEtcd({ version: '3.7' });
  const url = `etcd://${etcd.endpoints[0]?.replace(/^https?:\/\//, '')}/keelson`;
  return {
    url,
    connect: () => connectEtcd({ endpoints: url, runtime }),
    [Symbol.asyncDispose]: () => etcd.stop(),
  };
}

async function zookeeperElsewhere(): Promise<Elsewhere> {
  const zookeeper = await startZooKeeper({ tickTimeMs: 2_000 });
  const url = `zookeeper://${zookeeper.connectString}/keelson`;
  return {
    url,
    connect: () => connectZooKeeperStore({ address: url, runtime }),
    [Symbol.asyncDispose]: () => zookeeper.stop(),
  };
}

const elsewhere = [
  ['etcd', 'etcd-3.7', etcdElsewhere],
  ['ZooKeeper', 'zookeeper', zookeeperElsewhere],
] as const;

describe.each(elsewhere)('two servers on one %s', (_engine, needed, open) => {
  test.skipIf(!requireServer(needed))('share a cluster; when the leader stops the other leads at once', async () => {
    await using place = await open();
    const { url } = place;
    const ttlMs = 30_000;
    const first = await start({ store: url, controllerName: 'first', controllerSessionTtlMs: ttlMs });
    await using second = await start({ store: url, controllerName: 'second', controllerSessionTtlMs: ttlMs });
    expect(first.etcdAddress).toBeUndefined();
    expect(first.storeUrl).toBe(url);
    await put(first, '/clusters/shop', { config: { allowParticipantAutoJoin: 'true' } });
    const leader = async (server: KeelsonServer): Promise<string | undefined> =>
      (await clusters(server))[0]?.leader?.name;
    const name = await eventually('a leader', () => leader(second));
    await put(second, '/clusters/shop/resources/kv', {
      partitions: 4,
      replicas: 1,
      stateModel: 'OnlineOffline',
      mode: 'FULL_AUTO',
    });
    await using store = await place.connect();
    const stateModels = { OnlineOffline: { transition: async () => {} } };
    await using participant = await joinCluster({
      store,
      cluster: 'shop',
      instance: 'w1',
      sessionTtlMs: 10_000,
      runtime,
      stateModels,
    });
    expect(participant.instance).toBe('w1');
    await eventually('all replicas', async () => {
      const [shop] = await clusters(second);
      return shop?.converged && shop.replicas.placed === 4;
    });
    const [stops, stays] = name === 'first' ? [first, second] : [second, first];
    await stops.close();
    // Its session would live for half a minute: only by resigning can the other lead now.
    await eventually(
      'the other to lead',
      async () => (await leader(stays)) === (name === 'first' ? 'second' : 'first'),
    );
    await first.close();
  });
});
