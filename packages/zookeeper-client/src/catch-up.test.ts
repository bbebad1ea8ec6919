import { systemRuntime } from '@keelson/runtime';
import { eventually } from '@keelson/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeBehaviour, FakeServer } from '../test-support/fake-server.ts';
import { connectZooKeeper, type ZooKeeperClient, type ZooKeeperClientOptions } from './index.ts';
import { OpCode } from './wire/op-code.ts';

let ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  const toEnd = ends.toReversed();
  ends = [];
  for (const end of toEnd) await end();
});

async function connected(
  behaviour: FakeBehaviour,
  options: Partial<ZooKeeperClientOptions> = {},
): Promise<{ fake: FakeServer; client: ZooKeeperClient; caughtUpBy: () => Promise<number | undefined> }> {
  const fake = await FakeServer.start(behaviour);
  ends.push(() => fake[Symbol.asyncDispose]());
  const client = await connectZooKeeper({ connectString: fake.connectString, runtime: systemRuntime(), ...options });
  ends.push(() => client.close({ timeoutMs: 0 }).catch(() => {}));
  const caughtUpBy = async (): Promise<number | undefined> => {
    await client.catchUp();
    return fake.requests.at(-1)?.code;
  };
  return { fake, client, caughtUpBy };
}

/** How the client catches up once the server's answer has been there for some time. */
async function inTheEnd(fake: FakeServer, caughtUpBy: () => Promise<number | undefined>): Promise<Set<unknown>> {
  await caughtUpBy();
  await eventually('the server to be asked', () => fake.connections === 2);
  const ways = new Set<unknown>();
  for (let round = 0; round < 50; round += 1) ways.add(await caughtUpBy());
  return ways;
}

describe('catchUp', () => {
  it('takes a place in the order of writes until the server has said that it follows, and then syncs', async () => {
    const { caughtUpBy } = await connected({ srvr: 'Zookeeper version: 3.9.5\nMode: follower\nNode count: 5\n' });
    expect(await caughtUpBy()).toBe(OpCode.multi);
    await eventually('a sync', async () => (await caughtUpBy()) === OpCode.sync);
  });

  it('syncs where the server stands alone or observes', async () => {
    for (const mode of ['standalone', 'observer']) {
      const { caughtUpBy } = await connected({ srvr: `Mode: ${mode}\n` });
      await eventually(`a sync at ${mode}`, async () => (await caughtUpBy()) === OpCode.sync);
    }
  });

  it('takes a place in the order of writes where the server leads', async () => {
    const { fake, caughtUpBy } = await connected({ srvr: 'Mode: leader\n' });
    expect(await inTheEnd(fake, caughtUpBy)).toEqual(new Set([OpCode.multi]));
  });

  it('takes a place in the order of writes where the server does not say what it is', async () => {
    const { fake, caughtUpBy } = await connected({});
    expect(await inTheEnd(fake, caughtUpBy)).toEqual(new Set([OpCode.multi]));
    expect(fake.connections).toBe(2);
  });

  it('asks the server of the next connection anew', async () => {
    const { fake, client, caughtUpBy } = await connected({ srvr: 'Mode: follower\n' });
    await eventually('a sync', async () => (await caughtUpBy()) === OpCode.sync);
    const lost = new Promise<void>((resolve) => {
      client.onConnection(({ type }) => type === 'disconnected' && resolve());
    });
    fake.cut();
    await lost;
    await client.whenConnected();
    expect(await caughtUpBy()).toBe(OpCode.multi);
    await eventually('a sync again', async () => (await caughtUpBy()) === OpCode.sync);
  });

  it('asks nobody where every read is to wait for a quorum', async () => {
    const { fake, caughtUpBy } = await connected({ srvr: 'Mode: follower\n' }, { exactReads: 'quorum' });
    for (let round = 0; round < 20; round += 1) expect(await caughtUpBy()).toBe(OpCode.multi);
    expect(fake.connections).toBe(1);
  });
});
