import { isKeelsonError, type Runtime } from '@keelson/runtime';
import type { Store, WatchEvent } from '@keelson/store';
import { type EtcdServer, eventually, requireServer, startEtcd, startTcpProxy, testRuntime } from '@keelson/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { connectEtcd } from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const nowMs = (): number => testRuntime.clock.monotonicMs();
/** Begins with the first endpoint given. */
const firstEndpointFirst: Runtime = { ...testRuntime, random: { ...testRuntime.random, integer: () => 0 } };

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

/** Follows a watch into a map of what it says is there, and a list of every revision of a change. */
function follow(store: Store, path: string): { paths: Map<string, bigint>; revisions: bigint[]; events: WatchEvent[] } {
  const seen = { paths: new Map<string, bigint>(), revisions: [] as bigint[], events: [] as WatchEvent[] };
  const run = async (): Promise<void> => {
    for await (const event of store.watch(path, { recursive: true })) {
      seen.events.push(event);
      if (event.type === 'snapshot') {
        seen.paths.clear();
        for (const entry of event.entries) seen.paths.set(entry.path, entry.modifyRevision);
      } else if (event.type === 'changes') {
        seen.revisions.push(event.revision);
        for (const change of event.changes) {
          if (change.type === 'put') seen.paths.set(change.entry.path, change.entry.modifyRevision);
          else seen.paths.delete(change.path);
        }
      }
    }
  };
  run().catch((error: unknown) => {
    if (!isKeelsonError(error, 'E_CLOSED')) throw error;
  });
  return seen;
}

/** Writes `/n/0`, `/n/1`… until told to stop; gives the paths of the writes that were acknowledged. */
async function writeUntil(store: Store, stop: () => boolean): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let n = 0; !stop(); n += 1) {
    try {
      await store.create(`/n/${n}`, bytes(`${n}`), { timeoutMs: 500 });
      acknowledged.push(`/n/${n}`);
    } catch (error) {
      if (!isKeelsonError(error)) throw error;
      await new Promise((resolve) => testRuntime.timers.after(20, () => resolve(undefined)));
    }
  }
  return acknowledged;
}

describe.each(['3.7', '3.4'] as const)('etcd %s', (version) => {
  describe.skipIf(!requireServer(`etcd-${version}`))('alone', () => {
    test('killed and started again under writes: a watch misses nothing and sees nothing twice', async () => {
      const etcd = keep(await startEtcd({ version }));
      const [writer, watcher] = [
        keep(await connectEtcd({ endpoints: etcd.endpoints })),
        keep(await connectEtcd({ endpoints: etcd.endpoints })),
      ];
      const seen = follow(watcher, '/n');
      let stop = false;
      const writing = writeUntil(writer, () => stop);
      for (let round = 0; round < 3; round += 1) {
        const before = seen.paths.size;
        await eventually('new entries to be seen', () => seen.paths.size > before + 20);
        await etcd.members[0]?.restart();
      }
      const before = seen.paths.size;
      await eventually('new entries after the last kill', () => seen.paths.size > before + 20);
      stop = true;
      const acknowledged = await writing;
      expect(acknowledged.length).toBeGreaterThan(80);
      await eventually('every acknowledged write to be seen', () => acknowledged.every((path) => seen.paths.has(path)));
      const { entries } = await writer.list('/n');
      expect([...seen.paths].sort()).toEqual(entries.map((entry) => [entry.path, entry.modifyRevision]).sort());
      expect(new Set(seen.revisions).size).toBe(seen.revisions.length);
      expect(seen.revisions).toEqual([...seen.revisions].sort((a, b) => (a < b ? -1 : 1)));
      expect(seen.events.filter((event) => event.type === 'interrupted').length).toBeGreaterThanOrEqual(3);
    });

    test('frozen: the session is lost within its ttl, nothing hangs, and all goes on after the thaw', async () => {
      const etcd = keep(await startEtcd({ version }));
      const store = keep(await connectEtcd({ endpoints: etcd.endpoints }));
      const session = await store.openSession({ ttlMs: 2_000 });
      await store.put('/n/mine', bytes(''), { session });
      const seen = follow(store, '/n');
      await eventually('the snapshot', () => seen.events.length > 0);

      etcd.members[0]?.pause();
      const frozenAtMs = nowMs();
      const lost = new Promise<number>((resolve) => {
        session.lost.addEventListener('abort', () => resolve(nowMs()), { once: true });
      });
      const reading = store.get('/n/mine', { timeoutMs: 3_000 }).catch((error: unknown) => error);
      const writing = store.put('/n/late', bytes(''), { timeoutMs: 3_000 }).catch((error: unknown) => error);
      expect((await lost) - frozenAtMs).toBeLessThanOrEqual(session.ttlMs);
      expect(await reading).toMatchObject({ code: expect.stringMatching(/E_TIMEOUT|E_UNAVAILABLE/) });
      expect(await writing).toMatchObject({ code: 'E_OUTCOME_UNKNOWN' });
      expect(nowMs() - frozenAtMs).toBeLessThanOrEqual(3_500);
      await eventually('the watch to say that it is interrupted', () =>
        seen.events.some((event) => event.type === 'interrupted'),
      );
      expect(store.status.connected).toBe(false);

      etcd.members[0]?.resume();
      await eventually('the store to be reached again', () => store.status.connected);
      await store.put('/n/after', bytes(''));
      await eventually('the watch to go on', () => seen.paths.has('/n/after') && !seen.paths.has('/n/mine'));
    });
  });
});

describe.skipIf(!requireServer('etcd-3.7'))('three members', () => {
  const three = async (): Promise<{ etcd: EtcdServer; store: Store }> => {
    const etcd = keep(await startEtcd({ members: 3 }));
    const store = keep(await connectEtcd({ endpoints: etcd.endpoints, runtime: firstEndpointFirst }));
    return { etcd, store };
  };

  test('a silent member is left, and not asked again while another answers', async () => {
    const { etcd, store } = await three();
    const session = await store.openSession({ ttlMs: 10_000 });
    await store.put('/n/a', bytes('1'));
    const seen = follow(store, '/n');
    await eventually('the snapshot', () => seen.events.length > 0);
    etcd.members[0]?.pause();
    expect((await store.get('/n/a', { timeoutMs: 10_000 }))?.version).toBe(1);
    for (let call = 0; call < 20; call += 1) await store.put('/n/a', bytes('2'), { timeoutMs: 2_000 });
    await eventually(
      'the watch to follow over another member',
      () => seen.paths.get('/n/a') !== undefined && seen.revisions.length >= 20,
    );
    expect(session.lost.aborted).toBe(false);
  });

  test('the kill of one member costs neither the session nor a change', async () => {
    const { etcd, store } = await three();
    const session = await store.openSession({ ttlMs: 6_000 });
    await store.put('/n/mine', bytes(''), { session });
    const watcher = keep(await connectEtcd({ endpoints: etcd.endpoints, runtime: firstEndpointFirst }));
    const seen = follow(watcher, '/n');
    let stop = false;
    const writing = writeUntil(store, () => stop);
    await eventually('entries to be seen', () => seen.paths.size > 20);
    await etcd.members[0]?.kill();
    const before = seen.paths.size;
    await eventually('entries after the kill', () => seen.paths.size > before + 20, { timeoutMs: 20_000 });
    stop = true;
    const acknowledged = await writing;
    await eventually('every acknowledged write to be seen', () => acknowledged.every((path) => seen.paths.has(path)));
    expect(session.lost.aborted).toBe(false);
    expect((await store.get('/n/mine'))?.owner).toBe(session.id);
  });
});

describe.skipIf(!requireServer('etcd-3.7'))('a reply that is lost with its connection', () => {
  test('leaves a write unknown and done once, and a read answered', async () => {
    const etcd = keep(await startEtcd());
    const proxy = keep(await startTcpProxy(etcd.members[0]?.clientPort ?? 0));
    const store = keep(await connectEtcd({ endpoints: [`127.0.0.1:${proxy.port}`] }));
    proxy.loseNextReply();
    await expect(store.put('/n/a', bytes('1'))).rejects.toMatchObject({ code: 'E_OUTCOME_UNKNOWN' });
    const entry = await store.get('/n/a');
    expect(entry === undefined || entry.version === 1).toBe(true);
    proxy.loseNextReply();
    expect(await store.get('/n/a')).toEqual(entry);
  });

  test('a watch that begins anew after a compaction, beside one that goes on, leaves none behind at the server', async () => {
    const etcd = keep(await startEtcd({ version: '3.7' }));
    const [member] = etcd.members;
    const proxy = keep(await startTcpProxy(member?.clientPort ?? 0));
    const store = keep(await connectEtcd({ endpoints: `etcd://127.0.0.1:${proxy.port}` }));
    const [goesOn, beginsAnew] = [follow(store, '/n'), follow(store, '/m')];
    await eventually('the watches to begin', () => goesOn.events.length > 0 && beginsAnew.events.length > 0);
    await store.put('/n', bytes('1'));
    const { revision } = await store.put('/n', bytes('2'));
    await eventually('the change to be seen', () => goesOn.paths.get('/n') === revision);
    await etcd.etcdctl(['compact', String(revision)]);
    proxy.cut();
    await eventually('the loss to be noticed', () => !store.status.connected);
    proxy.restore();
    const anew = await eventually('a snapshot', () => beginsAnew.events.filter(({ type }) => type === 'snapshot')[1]);
    expect(anew).toMatchObject({ reason: 'compacted' });
    expect(goesOn.events.filter(({ type }) => type === 'snapshot')).toHaveLength(1);
    await eventually('two watches at the server', async () => {
      const page = await fetch(`http://127.0.0.1:${member?.clientPort}/metrics`);
      const found = /^etcd_debugging_mvcc_watcher_total (\d+)$/m.exec(await page.text())?.[1];
      if (found !== '2') throw new Error(`There are ${found}.`);
      return true;
    });
  });

  test('nothing is queued while there is no member', async () => {
    const etcd = keep(await startEtcd());
    const store = keep(await connectEtcd({ endpoints: etcd.endpoints }));
    await etcd.members[0]?.kill();
    await eventually('the loss to be noticed', () => !store.status.connected);
    const beganMs = nowMs();
    await expect(store.put('/n/a', bytes('1'))).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    expect(nowMs() - beganMs).toBeLessThan(2_000);
    await etcd.members[0]?.restart();
    await eventually('the store to be reached again', () => store.status.connected);
    expect(await store.get('/n/a')).toBeUndefined();
  });
});
