import type { Store, WatchEvent } from '@keelson/store';
import { eventually, requireServer, testRuntime as runtime, startZooKeeper } from '@keelson/testing';
import { connectZooKeeper } from '@keelson/zookeeper-client';
import { afterEach, describe, expect, test } from 'vitest';
import { incarnationGuard } from './incarnation-guard.ts';
import { connectZooKeeperStore } from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);

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

const connect = async (address: string): Promise<Store> => keep(await connectZooKeeperStore({ address, runtime }));

describe.skipIf(!requireServer('zookeeper-3.9'))('the store on ZooKeeper', () => {
  test('killed and started again under writes: a watch ends up with what is there, and says that it was interrupted', async () => {
    const zookeeper = keep(await startZooKeeper({ version: '3.9' }));
    const [writer, watcher] = [await connect(zookeeper.connectString), await connect(zookeeper.connectString)];
    const held = new Map<string, bigint>();
    const events: WatchEvent['type'][] = [];
    const stop = new AbortController();
    const following = (async (): Promise<void> => {
      for await (const event of watcher.watch('/n', { recursive: true, signal: stop.signal })) {
        events.push(event.type);
        if (event.type === 'snapshot') {
          held.clear();
          for (const entry of event.entries) held.set(entry.path, entry.modifyRevision);
        } else if (event.type === 'changes')
          for (const change of event.changes) {
            if (change.type === 'put') held.set(change.entry.path, change.entry.modifyRevision);
            else held.delete(change.path);
          }
      }
    })();
    const done = new AbortController();
    const writing = (async (): Promise<void> => {
      for (let n = 0; !done.signal.aborted; n += 1) {
        const path = `/n/${n % 50}`;
        await (n % 7 === 0 ? writer.delete(path) : writer.put(path, bytes(`${n}`))).catch(async () => {
          await new Promise<void>((resolve) => void runtime.timers.after(50, resolve));
        });
      }
    })();
    for (let round = 0; round < 2; round += 1) {
      await eventually('entries to be seen', () => held.size > 20);
      await zookeeper.members[0]?.kill();
      await eventually('the loss to be noticed', () => !watcher.status.connected);
      await zookeeper.members[0]?.restart();
      await eventually('the store to be reached again', () => watcher.status.connected && writer.status.connected);
    }
    done.abort();
    await writing;
    const { entries } = await watcher.list('/n');
    const there = entries.map((entry) => [entry.path, entry.modifyRevision] as const);
    await eventually('the watch to hold what is there', () => there.every(([path, at]) => held.get(path) === at));
    expect(held.size).toBe(entries.length + 1);
    expect(events).toContain('interrupted');
    stop.abort();
    await following;
  });

  test('a version that came back fools a check of the version, but not the guard of the incarnation', async () => {
    const zookeeper = keep(await startZooKeeper({ version: '3.9' }));
    const client = keep(await connectZooKeeper({ connectString: zookeeper.connectString, runtime }));
    await client.create('/p', bytes(''));
    await client.create('/p/leader', bytes('me'));
    const parent = (await client.get('/p')).stat;
    const check = { type: 'check', path: '/p/leader', version: 0 } as const;
    const guard = incarnationGuard('/p/leader', parent);
    await client.multi([check, ...guard]);
    await expect(client.multi([check, ...guard])).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    const again = (await client.get('/p')).stat;
    await client.delete('/p/leader');
    await client.create('/p/leader', bytes('another'));
    await client.multi([check]);
    await expect(client.multi([check, ...incarnationGuard('/p/leader', again)])).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    });
    expect((await client.children('/p')).names).toEqual(['leader']);
  });

  test('who compares an incarnation writes only while it stands, whatever others do to the entry meanwhile', async () => {
    const zookeeper = keep(await startZooKeeper({ version: '3.9' }));
    const [one, other] = [await connect(zookeeper.connectString), await connect(zookeeper.connectString)];
    let leader = await other.create('/p/leader', bytes('0'));
    for (let round = 1; round <= 30; round += 1) {
      const { createRevision } = leader;
      const put = { type: 'put', path: '/p/guarded', value: bytes(`${createRevision}`) } as const;
      const writing = one.transact({ if: [{ path: '/p/leader', createRevision }], then: [put] });
      const replacing = other.delete('/p/leader').then(() => other.create('/p/leader', bytes(`${round}`)));
      const [{ succeeded, revision }, replaced] = await Promise.all([writing, replacing]);
      leader = replaced;
      if (succeeded) expect(revision).toBeLessThan(replaced.createRevision);
      else expect(text((await other.get('/p/guarded'))?.value)).not.toBe(`${createRevision}`);
    }
    const { createRevision } = leader;
    const put = { type: 'put', path: '/p/guarded', value: bytes('at last') } as const;
    expect(await one.transact({ if: [{ path: '/p/leader', createRevision }], then: [put] })).toMatchObject({
      succeeded: true,
    });
    expect(await other.children('/p')).toEqual(['guarded', 'leader']);
  });

  test('a put under a session takes the place of what its predecessor left', async () => {
    const zookeeper = keep(await startZooKeeper({ version: '3.9' }));
    const [before, after] = [await connect(zookeeper.connectString), await connect(zookeeper.connectString)];
    const old = await before.openSession({ ttlMs: 2_000 });
    const left = await before.create('/live', bytes('old'), { session: old });
    const session = await after.openSession({ ttlMs: 2_000 });
    const written = await after.put('/live', bytes('new'), { session });
    expect(written.createRevision).toBeGreaterThan(left.createRevision);
    await old.close();
    expect(await after.get('/live')).toMatchObject({ owner: session.id, createRevision: written.createRevision });
    const both = after.transact({
      then: [
        { type: 'put', path: '/a', value: bytes(''), session },
        { type: 'put', path: '/b', value: bytes(''), session: await after.openSession({ ttlMs: 2_000 }) },
      ],
    });
    await expect(both).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
  });

  test('shares its tree with clients of ZooKeeper, and shows nothing that is not of the tree', async () => {
    const zookeeper = keep(await startZooKeeper({ version: '3.9' }));
    const store = await connect(`zookeeper://${zookeeper.connectString}/some/where`);
    const raw = keep(await connectZooKeeper({ connectString: `${zookeeper.connectString}/some/where`, runtime }));
    await raw.create('/x', bytes('1'));
    await raw.create('/x/\u{1f600}', bytes('')).catch(() => {});
    expect(text((await store.get('/x'))?.value)).toBe('1');
    expect((await store.put('/x', bytes('2'), { expect: { version: 1 } })).version).toBe(2);
    expect(text((await raw.get('/x')).data)).toBe('2');
    const whole = await connect(zookeeper.connectString);
    expect(await whole.children('/')).toEqual(['some']);
    expect((await whole.list('/', { recursive: true })).entries.map(({ path }) => path)).toEqual([
      '/some',
      '/some/where',
      '/some/where/x',
    ]);
  });

  test('refuses an address that cannot be right, and ends in time where nobody answers', async () => {
    await expect(connectZooKeeperStore({ address: 'etcd://127.0.0.1:1', runtime })).rejects.toMatchObject({
      code: 'E_INVALID_ARGUMENT',
    });
    await expect(connectZooKeeperStore({ address: '127.0.0.1:1', runtime })).rejects.toMatchObject({
      code: 'E_UNAVAILABLE',
    });
  });
});
