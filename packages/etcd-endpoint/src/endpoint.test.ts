import { createHash } from 'node:crypto';
import {
  authService,
  type ClientStream,
  connectGrpc,
  type GrpcConnection,
  type Init,
  kvService,
  leaseService,
  maintenanceService,
  type SnapshotResponse,
  type WatchRequest,
  type WatchResponse,
  watchService,
} from '@keelson/etcd-protocol';
import { systemRuntime } from '@keelson/runtime';
import { type Journal, MvccBackend, type MvccBackendOptions } from '@keelson/store/mvcc';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { passwordAuth } from './auth.ts';
import { type EtcdEndpoint, type EtcdEndpointOptions, startEtcdEndpoint } from './endpoint.ts';

const runtime = systemRuntime();
let backend: MvccBackend;
let endpoint: EtcdEndpoint;
let connection: GrpcConnection;

async function start(
  options: Partial<EtcdEndpointOptions> = {},
  backendOptions: Partial<MvccBackendOptions> = {},
): Promise<void> {
  backend = new MvccBackend({ runtime, ...backendOptions });
  endpoint = await startEtcdEndpoint({ backend, runtime, host: '127.0.0.1', port: 0, ...options });
  connection = await connectGrpc({ address: endpoint.address, runtime });
}

afterEach(async () => {
  await connection.close();
  await endpoint.close();
  await backend.close();
});

/** A watch stream whose answers can be waited for. */
function openWatch(on: GrpcConnection = connection): {
  readonly stream: ClientStream<WatchRequest>;
  readonly received: WatchResponse[];
  readonly ended: Promise<Error | undefined>;
  until(done: (received: readonly WatchResponse[]) => boolean): Promise<void>;
} {
  const received: WatchResponse[] = [];
  let wake = (): void => {};
  let onEnd: (error: Error | undefined) => void = () => {};
  const ended = new Promise<Error | undefined>((resolve) => {
    onEnd = resolve;
  });
  const stream = on.stream(watchService.watch, {
    onMessage: (response) => {
      received.push(response);
      wake();
    },
    onEnd: (error) => onEnd(error),
  });
  const until = (done: (all: readonly WatchResponse[]) => boolean): Promise<void> =>
    new Promise((resolve) => {
      wake = () => {
        if (done(received)) resolve();
      };
      wake();
    });
  return { stream, received, ended, until };
}

const put = (key: string, value: Uint8Array = new Uint8Array(0)): Promise<unknown> =>
  connection.unary(kvService.put, { key, value });
const eventsOf = (received: readonly WatchResponse[]): string[] =>
  received.flatMap(({ events }) => events.map(({ kv }) => `${kv?.modRevision}`));

it('counts the watches that it serves, until they are cancelled or their stream ends', async () => {
  await start();
  const { stream, received, ...watch } = openWatch();
  for (const key of ['a', 'b']) stream.send({ createRequest: { key } });
  await watch.until(() => received.length === 2);
  expect(endpoint.watchLoad).toEqual({ streams: 1, watches: 2 });
  stream.send({ cancelRequest: { watchId: received[0]?.watchId ?? -1n } });
  await watch.until(() => received.length === 3);
  expect(endpoint.watchLoad).toEqual({ streams: 1, watches: 1 });
  await connection.close();
  await vi.waitFor(() => expect(endpoint.watchLoad).toEqual({ streams: 0, watches: 0 }), { timeout: 10_000 });
});

describe('a watch whose client does not read', () => {
  const large = new Uint8Array(60_000).fill(1);

  it('holds nobody up, and misses nothing when it reads again', async () => {
    await start({}, { history: { bytes: 2 ** 30 } });
    const other = await connectGrpc({ address: endpoint.address, runtime });
    const slow = openWatch(other);
    const quick = openWatch();
    for (const watch of [slow, quick]) {
      watch.stream.send({ createRequest: { key: 'k' } });
      await watch.until((received) => received.length === 1);
    }
    slow.stream.pause();
    const writes = 400;
    for (let i = 0; i < writes; i++) await put('k', large);
    await quick.until((received) => eventsOf(received).length === writes);
    expect(slow.received.length).toBeLessThan(writes);
    slow.stream.resume();
    await slow.until((received) => eventsOf(received).length === writes);
    expect(eventsOf(slow.received)).toEqual(Array.from({ length: writes }, (_, at) => `${at + 2}`));
    await other.close();
  });

  it('is told when the history it still needs has been compacted', async () => {
    await start();
    const other = await connectGrpc({ address: endpoint.address, runtime });
    const slow = openWatch(other);
    slow.stream.send({ createRequest: { key: 'k' } });
    await slow.until((received) => received.length === 1);
    slow.stream.pause();
    for (let i = 0; i < 400; i++) await put('k', large);
    const { header } = await connection.unary(kvService.range, { key: 'k' });
    const newest = header?.revision ?? 0n;
    await connection.unary(kvService.compact, { revision: newest });
    slow.stream.resume();
    await slow.until((received) => received.some(({ canceled }) => canceled));
    expect(slow.received.at(-1)).toMatchObject({ canceled: true, compactRevision: newest, watchId: 0n });
    const seen = eventsOf(slow.received).map(Number);
    expect(seen).toEqual(seen.map((_, at) => at + 2));
    await other.close();
  });

  it('still gets fragments of one large revision', async () => {
    await start();
    const watch = openWatch();
    watch.stream.send({ createRequest: { key: '', rangeEnd: '\0', fragment: true } });
    watch.stream.send({ createRequest: { key: '', rangeEnd: '\0' } });
    await watch.until((received) => received.length === 2);
    // Within the process a transaction may be larger than a request over the wire.
    await backend.txn({
      compare: [],
      success: Array.from({ length: 5 }, (_, at) => ({ type: 'put', key: `f${at}`, value: new Uint8Array(900_000) })),
      failure: [],
    });
    await watch.until((received) => eventsOf(received).length === 10);
    const shapes = (id: bigint): unknown =>
      watch.received
        .filter(({ watchId, events }) => watchId === id && events.length > 0)
        .map(({ events, fragment, header }) => [events.length, fragment, header?.revision]);
    expect(shapes(0n)).toEqual([
      [2, true, 2n],
      [2, true, 2n],
      [1, false, 2n],
    ]);
    expect(shapes(1n)).toEqual([[5, false, 2n]]);
  });
});

describe('progress', () => {
  it('is reported by a quiet watch that asked for it, and not by others', async () => {
    await start({ progressNotifyMs: 20 });
    const watch = openWatch();
    watch.stream.send({ createRequest: { key: 'a', progressNotify: true, watchId: 5n } });
    watch.stream.send({ createRequest: { key: 'a', watchId: 6n } });
    await put('elsewhere');
    const isProgress = ({ created, events, header }: WatchResponse): boolean =>
      !created && events.length === 0 && header?.revision === 2n;
    await watch.until((received) => received.filter(isProgress).length >= 2);
    expect(new Set(watch.received.filter(isProgress).map(({ watchId }) => watchId))).toEqual(new Set([5n]));
  });

  it('asked for while a watch catches up is answered once it has', async () => {
    await start();
    for (let i = 0; i < 3_000; i++) void backend.execute({ type: 'put', key: 'k', value: new Uint8Array(10) });
    await put('k');
    const watch = openWatch();
    watch.stream.send({ createRequest: { key: 'k', startRevision: 2n } });
    watch.stream.send({ progressRequest: {} });
    watch.stream.send({ progressRequest: {} });
    await watch.until((received) => received.some(({ watchId }) => watchId === -1n));
    expect(eventsOf(watch.received)).toHaveLength(3_001);
    expect(watch.received.at(-1)).toMatchObject({ watchId: -1n, header: { revision: 3_002n } });
  });
});

describe('an endpoint that stops, or whose store fails', () => {
  it('ends watches and renewals with etcd’s word for it', async () => {
    await start();
    const watch = openWatch();
    watch.stream.send({ createRequest: { key: 'k' } });
    await watch.until((received) => received.length === 1);
    await endpoint.close();
    expect(await watch.ended).toMatchObject({ status: 14, message: 'etcdserver: server stopped' });
  });

  it('refuses what needs the disk, ends watches, says so in its status, and still reads', async () => {
    let failing = false;
    const journal: Journal = {
      persist: () => (failing ? Promise.reject(new Error('ENOSPC')) : Promise.resolve()),
      close: () => Promise.resolve(),
    };
    await start({}, { journal });
    await put('k');
    const watch = openWatch();
    watch.stream.send({ createRequest: { key: 'k' } });
    await watch.until((received) => received.length === 1);
    failing = true;
    await expect(put('k')).rejects.toMatchObject({ status: 14, message: 'etcdserver: request timed out' });
    expect(await watch.ended).toMatchObject({ status: 14, message: 'etcdserver: unhealthy cluster' });
    await expect(put('k')).rejects.toMatchObject({ status: 14, message: 'etcdserver: unhealthy cluster' });
    const { errors } = await connection.unary(maintenanceService.status, {});
    expect(errors).toHaveLength(1);
    expect(await connection.unary(kvService.range, { key: 'k' })).toMatchObject({ count: 1 });
  });

  it('answers calls on a store that was closed', async () => {
    await start();
    await backend.close();
    const stopped = { status: 14, message: 'etcdserver: server stopped' };
    await expect(put('k')).rejects.toMatchObject(stopped);
    await expect(connection.unary(kvService.range, { key: 'k' })).rejects.toMatchObject(stopped);
    const watch = openWatch();
    watch.stream.send({ createRequest: { key: 'k' } });
    expect(await watch.ended).toMatchObject(stopped);
  });
});

describe('leases of the store’s other doors', () => {
  it('are told in whole seconds, never 0 while they live', async () => {
    await start({}, { minLeaseTtlMs: 10 });
    const short = await backend.grantLease(400, { id: 1n });
    const longer = await backend.grantLease(2_900, { id: 2n });
    for (const [lease, seconds] of [
      [short, 1],
      [longer, 2],
    ] as const) {
      const { grantedTtl } = await connection.unary(leaseService.timeToLive, { id: lease.id });
      expect(grantedTtl).toBe(seconds);
    }
  });

  it('are granted in whole seconds from here: one at least', async () => {
    await start();
    expect(await connection.unary(leaseService.grant, { id: 7n, ttl: 0 })).toMatchObject({ id: 7n, ttl: 1 });
  });
});

describe('a snapshot', () => {
  const take = async (): Promise<SnapshotResponse[]> => {
    const pieces: SnapshotResponse[] = [];
    await new Promise<void>((resolve, reject) => {
      const stream = connection.stream(maintenanceService.snapshot, {
        onMessage: (piece) => pieces.push(piece),
        onEnd: (error) => (error === undefined ? resolve() : reject(error)),
      });
      stream.send({});
      stream.end();
    });
    return pieces;
  };
  const journalWith = (snapshot: () => AsyncIterable<Uint8Array>, totalBytes: number): Journal => ({
    persist: () => Promise.resolve(),
    close: () => Promise.resolve(),
    snapshot,
    sizeBytes: () => ({ totalBytes, usedBytes: totalBytes }),
  });

  it('comes in pieces, the last of which is the SHA-256 of the others', async () => {
    const whole = Buffer.alloc(1_000_000, 'snapshot');
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, 400_000);
      yield whole.subarray(400_000);
    }
    await start({}, { journal: journalWith(chunks, whole.length) });
    const pieces = await take();
    const hash = pieces.pop()?.blob ?? new Uint8Array(0);
    const data = Buffer.concat(pieces.map(({ blob }) => blob));
    expect(data.equals(whole)).toBe(true);
    expect(createHash('sha256').update(whole).digest().equals(hash)).toBe(true);
    expect(pieces.at(-1)?.remainingBytes).toBe(0n);
  });

  it('that breaks off ends with an error, so that nobody takes it for whole', async () => {
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1_000);
      throw new Error('the disk is gone');
    }
    await start({}, { journal: journalWith(chunks, 2_000) });
    await expect(take()).rejects.toMatchObject({ status: 13, message: 'the disk is gone' });
  });

  it('is let go when the client goes away in the middle', async () => {
    let released: () => void = () => {};
    const over = new Promise<void>((resolve) => {
      released = resolve;
    });
    async function* chunks(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(100_000);
      } finally {
        released();
      }
    }
    await start({}, { journal: journalWith(chunks, 1_000) });
    const stream = connection.stream(maintenanceService.snapshot, {
      onMessage: () => stream.cancel(),
      onEnd: () => {},
    });
    stream.send({});
    await over;
    expect((await connection.unary(maintenanceService.status, {})).dbSize).toBe(1_000);
  });

  it('of a store in memory is UNIMPLEMENTED', async () => {
    await start();
    await expect(take()).rejects.toMatchObject({ status: 12 });
  });
});

describe('users', () => {
  it('get in with a token, on unary calls and on streams', async () => {
    await start({ auth: passwordAuth(new Map([['alice', 'secret']])) });
    await expect(put('k')).rejects.toMatchObject({ status: 3, message: 'etcdserver: user name is empty' });
    const login = (request: Init<{ name: string; password: string }>): Promise<{ token: string }> =>
      connection.unary(authService.authenticate, request);
    await expect(login({ name: 'alice', password: 'wrong' })).rejects.toMatchObject({ status: 3 });
    const { token } = await login({ name: 'alice', password: 'secret' });
    const metadata = { token };
    await connection.unary(kvService.put, { key: 'k' }, { metadata });
    const refused = openWatch();
    expect(await refused.ended).toMatchObject({ status: 3 });
    const answer = new Promise<WatchResponse>((resolve) => {
      const stream = connection.stream(watchService.watch, { onMessage: resolve, onEnd: () => {} }, { metadata });
      stream.send({ createRequest: { key: 'k' } });
    });
    expect(await answer).toMatchObject({ created: true });
  });
});
