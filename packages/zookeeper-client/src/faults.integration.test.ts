import { eventually, requireServer, testRuntime as runtime, startTcpProxy, startZooKeeper } from '@keelson/testing';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type ConnectionEvent,
  type ConnectZooKeeperOptions,
  connectZooKeeper,
  endSession,
  outcomeOf,
  tracedMulti,
  type ZooKeeperClient,
} from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const nowMs = (): number => runtime.clock.monotonicMs();

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

async function connect(
  options: ConnectZooKeeperOptions,
): Promise<{ client: ZooKeeperClient; events: ConnectionEvent[] }> {
  const client = await connectZooKeeper({ runtime, ...options });
  // What was lost on purpose need not be ended in order.
  keep({ [Symbol.asyncDispose]: () => client.close({ timeoutMs: 500 }).catch(() => {}) });
  const events: ConnectionEvent[] = [];
  client.onConnection((event) => events.push(event));
  return { client, events };
}

/** When the client came to its end, by the monotonic clock. */
function endOf(client: ZooKeeperClient): Promise<number> {
  return new Promise((resolve) => client.ended.addEventListener('abort', () => resolve(nowMs()), { once: true }));
}

describe.skipIf(!requireServer('zookeeper'))('one server', () => {
  test('stopped: silence is noticed, the session ends by the local clock before the server could end it, nothing is queued', async () => {
    const zookeeper = keep(await startZooKeeper());
    const [member] = zookeeper.members;
    const { client, events } = await connect({ connectString: zookeeper.connectString, sessionTimeoutMs: 2_000 });
    await client.create('/mine', bytes(''), { mode: 'ephemeral' });
    const ended = endOf(client);
    member?.pause();
    const stoppedMs = nowMs();
    // The signal takes a moment: writes may be answered until it has arrived.
    let writes = 0;
    const unanswered = (async (): Promise<unknown> => {
      for (;;) {
        writes += 1;
        await client.set('/mine', bytes('1'));
      }
    })();
    await expect(unanswered).rejects.toMatchObject({ code: 'E_OUTCOME_UNKNOWN' });
    expect(events[0]).toMatchObject({ type: 'disconnected' });
    await expect(client.set('/mine', bytes('2'))).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    expect((await ended) - stoppedMs).toBeLessThanOrEqual(2_000);
    await expect(client.set('/mine', bytes('3'))).rejects.toMatchObject({ code: 'E_SESSION_EXPIRED' });
    member?.resume();
    const { client: other } = await connect({ connectString: zookeeper.connectString });
    const stat = await other.exists('/mine');
    expect(stat === undefined || stat.version <= writes).toBe(true);
    await eventually('the node to go with its session', async () => (await other.exists('/mine')) === undefined);
  });

  test('killed and started again: the session is taken up, with its nodes and watches', async () => {
    const zookeeper = keep(await startZooKeeper());
    const [member] = zookeeper.members;
    const { client, events } = await connect({ connectString: zookeeper.connectString, sessionTimeoutMs: 10_000 });
    const { id } = client.session;
    await client.create('/mine', bytes(''), { mode: 'ephemeral' });
    const told: string[] = [];
    await client.addWatch('/', ({ type, path }) => told.push(`${type} ${path}`), { recursive: true });
    await client.exists('/later', { watch: ({ type, path }) => told.push(`once: ${type} ${path}`) });
    await member?.kill();
    await eventually('the loss to be noticed', () => !client.connected);
    await expect(client.create('/late', bytes(''))).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    await member?.restart();
    await client.whenConnected({ timeoutMs: 10_000 }).catch(() => client.whenConnected({ timeoutMs: 10_000 }));
    expect(client.session.id).toBe(id);
    expect(events.filter(({ type }) => type === 'connected')).toEqual([{ type: 'connected', newSession: false }]);
    expect(await client.exists('/late')).toBeUndefined();
    expect((await client.exists('/mine'))?.ephemeralOwner).toBe(id);
    await client.create('/later', bytes(''));
    await client.sync('/');
    expect(told).toEqual(expect.arrayContaining(['created /later', 'once: created /later']));
  });

  test('a change during an interruption is told of by a one-shot watch', async () => {
    const zookeeper = keep(await startZooKeeper());
    const proxy = keep(await startTcpProxy(zookeeper.members[0]?.port ?? 0));
    const { client } = await connect({ connectString: `127.0.0.1:${proxy.port}` });
    const { client: other } = await connect({ connectString: zookeeper.connectString });
    await other.create('/n', bytes('1'));
    const told: string[] = [];
    await client.get('/n', { watch: ({ type }) => told.push(`data: ${type}`) });
    await client.exists('/m', { watch: ({ type }) => told.push(`exists: ${type}`) });
    proxy.cut();
    await eventually('the loss to be noticed', () => !client.connected);
    await other.set('/n', bytes('2'));
    await other.create('/m', bytes(''));
    proxy.restore();
    await eventually('both to be told', () => told.length === 2);
    expect(told.toSorted()).toEqual(['data: data-changed', 'exists: created']);
  });

  test('a session whose nodes another client ends learns of it, whatever it does', async () => {
    const zookeeper = keep(await startZooKeeper());
    const { connectString } = zookeeper;
    const [first, renewing] = [await connect({ connectString }), await connect({ connectString, onExpired: 'renew' })];
    for (const { client } of [first, renewing])
      await client.create(`/of-${client.session.id}`, bytes(''), { mode: 'ephemeral' });
    const ended = endOf(first.client);
    const before = renewing.client.session.id;
    for (const { client } of [first, renewing]) {
      await endSession({ connectString, session: client.session, runtime });
    }
    await ended;
    expect(first.client.ended.reason).toMatchObject({ code: 'E_SESSION_EXPIRED' });
    await eventually('a new session', () => renewing.client.connected && renewing.client.session.id !== before);
    expect(renewing.events.at(-1)).toEqual({ type: 'connected', newSession: true });
    expect((await renewing.client.children('/')).names).toEqual(['zookeeper']);
  });
});

describe.skipIf(!requireServer('zookeeper-3.9'))('three servers', () => {
  test('each says what it is, and at each a read that catches up shows what was acknowledged at another', async () => {
    const zookeeper = keep(await startZooKeeper({ version: '3.9', servers: 3 }));
    const clients: ZooKeeperClient[] = [];
    for (const member of zookeeper.members) {
      const { client } = await connect({ connectString: member.address });
      const role = await eventually('the role of the server', () => client.serverRole);
      expect(role).toBe(await member.mode());
      clients.push(client);
    }
    await clients[0]?.create('/n', bytes(''));
    for (let round = 0; round < 100; round += 1) {
      await clients[round % 3]?.set('/n', bytes(String(round)));
      for (const client of clients) {
        const [, { data }] = await Promise.all([client.catchUp(), client.get('/n')]);
        expect(new TextDecoder().decode(data)).toBe(String(round));
      }
    }
  });

  test('one after the other killed or stopped: the session goes on, and no acknowledged write is lost', async () => {
    // A leader that was stopped is missed after `syncLimit` ticks; the session must last longer than that and an election.
    const zookeeper = keep(await startZooKeeper({ version: '3.9', servers: 3, settings: ['syncLimit=4'] }));
    const { client, events } = await connect({ connectString: zookeeper.connectString, sessionTimeoutMs: 10_000 });
    const { id } = client.session;
    await client.create('/mine', bytes(''), { mode: 'ephemeral' });
    const acknowledged: string[] = [];
    const stop = new AbortController();
    const writing = (async (): Promise<void> => {
      for (let n = 0; !stop.signal.aborted && !client.ended.aborted; n += 1) {
        try {
          acknowledged.push((await client.create(`/n-${n}`, bytes(''), { timeoutMs: 3_000 })).path);
        } catch {
          await client.whenConnected().catch(() => {});
        }
      }
    })();
    for (const fault of ['kill', 'pause'] as const) {
      const member = zookeeper.members.find(({ address }) => address === client.server);
      const before = acknowledged.length;
      await eventually('writes before the fault', () => acknowledged.length > before + 20);
      if (fault === 'kill') await member?.kill();
      else member?.pause();
      const during = acknowledged.length;
      await eventually('writes after the fault', () => acknowledged.length > during + 20, { timeoutMs: 20_000 });
      expect(client.server).not.toBe(member?.address);
      if (fault === 'kill') await member?.restart();
      else member?.resume();
    }
    stop.abort();
    await writing;
    expect(events.filter(({ type }) => type === 'ended')).toEqual([]);
    expect(client.session.id).toBe(id);
    expect((await client.exists('/mine'))?.ephemeralOwner).toBe(id);
    await client.sync('/');
    const { names } = await client.children('/');
    expect(acknowledged.filter((path) => !names.includes(path.slice(1)))).toEqual([]);
  });
});

describe.skipIf(!requireServer('zookeeper'))('a transaction whose reply was lost', () => {
  test('can be asked for afterwards: applied or not', async () => {
    const zookeeper = keep(await startZooKeeper());
    const proxy = keep(await startTcpProxy(zookeeper.members[0]?.port ?? 0));
    const { client } = await connect({ connectString: `127.0.0.1:${proxy.port}` });
    await client.create('/traces', bytes(''));
    await client.create('/balance', bytes('0'));
    const steps = [{ type: 'set', path: '/balance', data: bytes('1'), version: 0 }] as const;
    const first = { path: '/traces/first' };
    proxy.loseNextReply();
    await expect(tracedMulti(client, steps, first)).rejects.toMatchObject({ code: 'E_OUTCOME_UNKNOWN' });
    expect(await outcomeOf(client, first)).toBe('applied');
    expect((await client.get('/balance')).stat.version).toBe(1);
    const second = { path: '/traces/second' };
    await expect(tracedMulti(client, steps, second)).rejects.toMatchObject({ code: 'E_VERSION_CONFLICT' });
    expect(await outcomeOf(client, second)).toBe('not-applied');
    const third = { path: '/traces/third' };
    const { results } = await tracedMulti(client, [{ ...steps[0], version: 1 }], third);
    expect(results).toMatchObject([{ type: 'set', stat: { version: 2 } }]);
    await eventually('the trace to go', async () => (await client.children('/traces')).names.length === 0);
  });

  test('so can a session be ended for an owner that is dead', async () => {
    const zookeeper = keep(await startZooKeeper());
    const { connectString } = zookeeper;
    const { client } = await connect({ connectString });
    await client.create('/mine', bytes(''), { mode: 'ephemeral' });
    const { session } = client;
    await endSession({ connectString, session, runtime });
    await endSession({ connectString, session, runtime });
    const { client: other } = await connect({ connectString });
    expect(await other.exists('/mine')).toBeUndefined();
  });
});
