import { isKeelsonError, type Runtime, systemRuntime } from '@keelson/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeBehaviour, FakeServer } from '../test-support/fake-server.ts';
import { type ConnectionEvent, type ConnectZooKeeperOptions, connectZooKeeper, type ZooKeeperClient } from './index.ts';
import { OpCode, Xid } from './wire/op-code.ts';

const runtime = systemRuntime();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let open: AsyncDisposable[] = [];
const keep = <T extends AsyncDisposable>(one: T): T => {
  open.push(one);
  return one;
};
afterEach(async () => {
  const toClose = open.toReversed();
  open = [];
  for (const one of toClose) await one[Symbol.asyncDispose]();
});

async function connected(
  behaviour: FakeBehaviour,
  options: Partial<ConnectZooKeeperOptions> = {},
): Promise<{ fake: FakeServer; client: ZooKeeperClient; events: ConnectionEvent[] }> {
  const fake = keep(await FakeServer.start(behaviour));
  const client = await connectZooKeeper({ connectString: fake.connectString, runtime, ...options });
  // The fake may be mute by then; nothing of a session has to be ended there.
  keep({ [Symbol.asyncDispose]: () => client.close({ timeoutMs: 0 }).catch(() => {}) });
  const events: ConnectionEvent[] = [];
  client.onConnection((event) => events.push(event));
  return { fake, client, events };
}

/** The next event of the connection of this type. */
function nextEvent(client: ZooKeeperClient, type: ConnectionEvent['type']): Promise<ConnectionEvent> {
  return new Promise((resolve) => {
    const off = client.onConnection((event) => {
      if (event.type !== type) return;
      off();
      resolve(event);
    });
  });
}

describe('a client', () => {
  it('sends the requests of one tick in one write, and matches replies in order', async () => {
    const chunks: number[] = [];
    const { fake, client } = await connected({
      onRequest: ({ xid, code }, connection) => {
        if (code === OpCode.sync) connection.reply(xid, 0, () => {}, BigInt(xid));
        else connection.reply(xid);
      },
    });
    const before = fake.requests.length;
    const zxids = await Promise.all(Array.from({ length: 100 }, () => client.sync('/')));
    chunks.push(fake.requests.length - before);
    expect(chunks).toEqual([100]);
    expect(zxids).toEqual(Array.from({ length: 100 }, (_value, index) => BigInt(index + 1)));
    expect(client.lastZxid).toBe(100n);
  });

  it('says that a write is unknown whose reply was lost with the connection, and that a read failed', async () => {
    const { client, events } = await connected({
      onRequest: ({ code }, { socket }) => {
        if (code === OpCode.setData) socket.destroy();
      },
    });
    const disconnected = nextEvent(client, 'disconnected');
    const [write, read] = [client.set('/a', bytes('1')), client.get('/a')];
    await expect(write).rejects.toMatchObject({ code: 'E_OUTCOME_UNKNOWN', details: { path: '/a' } });
    await expect(read).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    await disconnected;
    expect(client.connected).toBe(false);
    await expect(client.set('/a', bytes('2'))).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    await client.whenConnected();
    expect(events.map(({ type }) => type)).toEqual(['disconnected', 'connected']);
  });

  it('sends nothing later that was refused while there was no connection', async () => {
    const { fake, client } = await connected({});
    const disconnected = nextEvent(client, 'disconnected');
    fake.cut();
    await disconnected;
    await expect(client.create('/late', bytes(''))).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    await client.whenConnected();
    await client.sync('/');
    expect(fake.requests.map(({ code }) => code)).toEqual([OpCode.sync]);
  });

  it('gives up at the deadline, and still knows which reply belongs to what', async () => {
    const waiting: (() => void)[] = [];
    const { client } = await connected({
      onRequest: ({ xid, code }, connection) => {
        const answer = (): void => connection.reply(xid, 0, () => {}, BigInt(xid));
        if (xid > 0 && code !== OpCode.sync) waiting.push(answer);
        else if (xid > 0) for (const reply of [...waiting.splice(0), answer]) reply();
        else connection.reply(xid);
      },
    });
    await expect(client.get('/a', { timeoutMs: 30 })).rejects.toMatchObject({ code: 'E_TIMEOUT' });
    await expect(client.delete('/a', { timeoutMs: 30 })).rejects.toMatchObject({ code: 'E_OUTCOME_UNKNOWN' });
    const stop = new AbortController();
    const aborted = client.get('/a', { signal: stop.signal });
    stop.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'E_ABORTED' });
    expect(await client.sync('/')).toBe(4n);
    await expect(client.get('/a', { timeoutMs: Number.NaN })).rejects.toMatchObject({ code: 'E_INVALID_ARGUMENT' });
  });

  it('refuses what is too large before anything is sent', async () => {
    const { fake, client } = await connected({}, { maxRequestBytes: 1_000 });
    await expect(client.set('/a', new Uint8Array(1_000))).rejects.toMatchObject({ code: 'E_TOO_LARGE' });
    await client.sync('/');
    expect(fake.requests.map(({ code }) => code)).toEqual([OpCode.sync]);
  });

  it.each([
    ['replies that are out of order', (xid: number) => xid + 1],
    ['a reply to nothing', () => 77],
  ])('leaves a server that sends %s', async (_what, wrong) => {
    const { client } = await connected({
      onRequest: ({ xid }, connection) => connection.reply(xid > 0 ? wrong(xid) : xid),
    });
    const disconnected = nextEvent(client, 'disconnected');
    await expect(client.set('/a', bytes(''))).rejects.toMatchObject({ code: 'E_OUTCOME_UNKNOWN' });
    expect(await disconnected).toMatchObject({ error: { details: { protocolError: expect.any(String) } } });
  });

  it('leaves a server that sends a frame which cannot be read', async () => {
    const { client } = await connected({
      onRequest: ({ xid }, { socket, reply }) => {
        if (xid > 0) reply(xid, 0, (writer) => writer.int(1_000_000));
        else socket.destroy();
      },
    });
    await expect(client.get('/a')).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
  });

  it('carries what the server refused as its own code', async () => {
    const { client } = await connected({ onRequest: ({ xid }, { reply }) => reply(xid, -102) });
    await expect(client.get('/a')).rejects.toMatchObject({ code: 'E_FORBIDDEN', details: { zookeeperCode: -102 } });
    await expect(client.get('a')).rejects.toMatchObject({ code: 'E_INVALID_PATH' });
    await expect(client.get('/a/')).rejects.toMatchObject({ code: 'E_INVALID_PATH' });
  });

  it('tells a watch once, of what came after its reading', async () => {
    const { client } = await connected({
      onRequest: ({ xid, code }, { reply }) => {
        reply(xid, code === OpCode.exists ? -101 : 0);
        if (code !== OpCode.exists) return;
        for (const path of ['/a', '/a'])
          reply(Xid.notification, 0, (writer) => {
            writer.int(1);
            writer.int(3);
            writer.text(path);
          });
      },
    });
    const told: string[] = [];
    expect(await client.exists('/a', { watch: ({ type, path }) => told.push(`${type} ${path}`) })).toBeUndefined();
    await client.sync('/');
    expect(told).toEqual(['created /a']);
  });
});

describe('a session', () => {
  it('ends the client when the server says that it has expired', async () => {
    const { fake, client } = await connected({ grantMs: (askedMs, id) => (id === 0n ? askedMs : 0) });
    const ended = nextEvent(client, 'ended');
    fake.cut();
    expect(await ended).toMatchObject({ error: { code: 'E_SESSION_EXPIRED' } });
    expect(client.ended.aborted).toBe(true);
    await expect(client.get('/a')).rejects.toMatchObject({ code: 'E_SESSION_EXPIRED' });
    await expect(client.whenConnected()).rejects.toMatchObject({ code: 'E_SESSION_EXPIRED' });
  });

  it('is followed by a new one where its owner wants that, and says so', async () => {
    const { fake, client, events } = await connected(
      { grantMs: (askedMs, id) => (id === 0n ? askedMs : 0) },
      { onExpired: 'renew' },
    );
    const again = nextEvent(client, 'connected');
    fake.cut();
    expect(await again).toEqual({ type: 'connected', newSession: true });
    expect(events.map(({ type }) => type)).toEqual(['disconnected', 'connected']);
    expect(client.ended.aborted).toBe(false);
  });

  it('is taken up again after the connection broke, and can be taken up by another client', async () => {
    const { fake, client } = await connected({});
    const again = nextEvent(client, 'connected');
    fake.cut();
    expect(await again).toEqual({ type: 'connected', newSession: false });
    const heir = await connectZooKeeper({ connectString: fake.connectString, session: client.session, runtime });
    keep(heir);
    expect(heir.session.id).toBe(client.session.id);
  });

  it('is lost by the local clock where the server falls silent, no later than its time-out', async () => {
    const { client } = await connected({ onRequest: () => {} }, { sessionTimeoutMs: 400 });
    const untilMs = client.aliveUntilMs;
    const tripped = new Promise<number>((resolve) =>
      client.ended.addEventListener('abort', () => resolve(runtime.clock.monotonicMs()), { once: true }),
    );
    // The fake takes the session up again and again, which renews it, until it is gone.
    expect(untilMs).toBeGreaterThan(runtime.clock.monotonicMs());
    await open.shift()?.[Symbol.asyncDispose]();
    await tripped;
    expect(isKeelsonError(client.ended.reason, 'E_SESSION_EXPIRED')).toBe(true);
    expect(client.aliveUntilMs).toBeLessThanOrEqual(runtime.clock.monotonicMs());
  });
});

describe('an ensemble', () => {
  it('is left server by server, and its first server is gone back to some minutes later', async () => {
    const [home, other] = [keep(await FakeServer.start()), keep(await FakeServer.start())];
    // The first server listed is tried first, and minutes pass at once.
    const hasty: Runtime = {
      ...runtime,
      random: { ...runtime.random, integer: (bound) => bound - 1, next: () => 0.5 },
      timers: {
        ...runtime.timers,
        after: (delayMs, run, options) => runtime.timers.after(delayMs >= 60_000 ? 20 : delayMs, run, options),
      },
    };
    const connectString = `${home.connectString},${other.connectString}`;
    const client = keep(await connectZooKeeper({ connectString, runtime: hasty, sessionTimeoutMs: 20_000 }));
    expect(client.server).toBe(home.connectString);
    const { id } = client.session;
    const away = nextEvent(client, 'connected');
    home.cut();
    await away;
    expect(client.server).toBe(other.connectString);
    await nextEvent(client, 'connected');
    expect([client.server, client.session.id]).toEqual([home.connectString, id]);
    expect([home.connections, other.connections]).toEqual([2, 1]);
  });
});

describe('what is no ZooKeeper', () => {
  const refused = async (speak: NonNullable<FakeBehaviour['speak']>, codes: RegExp): Promise<void> => {
    const fake = keep(await FakeServer.start({ speak }));
    const connecting = connectZooKeeper({ connectString: fake.connectString, timeoutMs: 400, runtime });
    await expect(connecting).rejects.toMatchObject({ code: expect.stringMatching(codes) });
  };

  it('is told as such: an HTTP server', () =>
    refused((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')), /^E_UNAVAILABLE$/));

  it('is told as such: garbage', () =>
    refused((socket) => socket.end(Buffer.from([0, 0, 0, 2, 1, 2])), /^E_UNAVAILABLE$/));

  it('ends in time: silence', () => refused(() => {}, /^E_TIMEOUT$/));

  it('ends at once: a port where nobody listens', async () => {
    const fake = await FakeServer.start();
    const { connectString } = fake;
    await fake[Symbol.asyncDispose]();
    await expect(connectZooKeeper({ connectString, runtime })).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
  });
});
