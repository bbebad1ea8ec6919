import { type Spectator, spectate } from '@keelson/cluster';
import type { Store } from '@keelson/store';
import { eventually, requireServer, type TemporaryDirectory, temporaryDirectory, testRuntime } from '@keelson/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedHost, etcdHost, type StoreHost, zookeeperHost } from '../test-support/store-host.ts';
import { connectStore } from './connect-store.ts';
import type { Example, ExampleEvent, LaunchOptions } from './launch.ts';
import { partitionNames } from './partition-of.ts';

/** As it is built: it starts its own files as processes. */
async function launchExample(options: LaunchOptions): Promise<Example> {
  const built: string = new URL('../dist/launch.js', import.meta.url).href;
  const { launchExample: launch } = (await import(built)) as {
    launchExample: (wanted: LaunchOptions) => Promise<Example>;
  };
  return await launch(options);
}

/** So long that no session ends by itself while this runs: what fails over, fails over because somebody was certain. */
const TTL_MS = 60_000;

const hosts: readonly [string, boolean, () => Promise<StoreHost>][] = [
  ['the embedded store', true, embeddedHost],
  ['etcd', requireServer('etcd-3.7'), etcdHost],
  // Ticks so long that it grants the ttl.
  ['ZooKeeper', requireServer('zookeeper'), () => zookeeperHost(3_000)],
];

describe.each(hosts.filter(([, here]) => here))('the example, supervised, on %s', (_, __, open) => {
  let host: StoreHost;
  let folder: TemporaryDirectory;
  let example: Example;
  let store: Store;
  let spectator: Spectator;
  const events: ExampleEvent[] = [];

  beforeAll(async () => {
    host = await open();
    folder = await temporaryDirectory('supervised');
    example = await launchExample({
      storeUrl: host.storeUrl,
      dataDirectory: folder.path,
      runtime: testRuntime,
      ttlMs: TTL_MS,
      restartAfterMs: 2_000,
      onEvent: (event) => events.push(event),
    });
    store = await connectStore(host.storeUrl, testRuntime);
    spectator = await spectate({ store, cluster: example.declaration.cluster, runtime: testRuntime });
    await placed();
  }, 120_000);

  afterAll(async () => {
    await spectator?.close();
    await store?.close();
    await example?.close();
    await host?.[Symbol.asyncDispose]();
    await folder?.remove();
  }, 60_000);

  const holders = (state: string): (readonly string[])[] => {
    const { resource, partitions } = example.declaration;
    return partitionNames(resource, partitions).map((name) => spectator.instancesFor(resource, name, state));
  };
  const mastered = (): boolean => holders('MASTER').every(({ length }) => length === 1);

  /** Every replica of every partition is where it is to be: nothing moves. */
  async function placed(): Promise<void> {
    const slaves = example.declaration.replicas - 1;
    await eventually(
      'all replicas to be placed',
      () => mastered() && holders('SLAVE').every(({ length }) => length === slaves),
      { timeoutMs: 60_000 },
    );
  }

  test('kill -9 of a worker: others own what it did, long before its session would have ended by itself', async () => {
    const tookMs: number[] = [];
    for (const { instance } of example.workers().slice(0, 3)) {
      await placed();
      const victim = await eventually('it to run', () => example.workers().find((one) => one.instance === instance));
      const session = spectator.liveInstance(instance)?.sessionId;
      expect(session).toBeDefined();
      const sinceMs = testRuntime.clock.monotonicMs();
      process.kill(victim.pid, 'SIGKILL');
      for await (const { table } of spectator.changes({ signal: AbortSignal.timeout(TTL_MS) })) {
        // It may be back already, in a session of its own.
        if (table.liveInstance(instance)?.sessionId === session) continue;
        if (mastered()) break;
      }
      tookMs.push(testRuntime.clock.monotonicMs() - sinceMs);
      expect(spectator.liveInstance(instance)?.sessionId).not.toBe(session);
      await eventually('it to run again', () => spectator.liveInstance(instance) !== undefined, { timeoutMs: 30_000 });
    }
    expect(Math.max(...tookMs)).toBeLessThan(TTL_MS);
    console.info(`supervised failover on ${host.name}, 48 partitions: ${tookMs.map(Math.round).join(', ')} ms`);
    expect(events.filter((event) => event.event === 'complaint' && /session/.test(event.text))).toEqual([]);
  }, 180_000);

  test('SIGSTOP of a worker: it keeps what it has, as it may go on', async () => {
    await placed();
    const [worker] = example.workers();
    if (worker === undefined) throw new Error('no worker runs');
    const before = spectator.liveInstance(worker.instance)?.sessionId;
    process.kill(worker.pid, 'SIGSTOP');
    // Another one is killed after it, and failed over: so there was time to end the session of both.
    const other = example.workers().find(({ instance }) => instance !== worker.instance);
    if (other === undefined) throw new Error('no other worker runs');
    const others = spectator.liveInstance(other.instance)?.sessionId;
    process.kill(other.pid, 'SIGKILL');
    await eventually('the other session to end', () => spectator.liveInstance(other.instance)?.sessionId !== others);
    expect(spectator.liveInstance(worker.instance)?.sessionId).toBe(before);
    process.kill(worker.pid, 'SIGCONT');
    await placed();
    expect(spectator.liveInstance(worker.instance)?.sessionId).toBe(before);
  }, 120_000);

  test('nothing acknowledged was lost or doubled on the way', async () => {
    const since = events.length;
    const check = await eventually(
      'a check that read everything',
      () =>
        events
          .slice(since)
          .flatMap((event) => (event.event === 'check' ? [event] : []))
          .find(({ unreadable }) => unreadable === 0),
      { timeoutMs: 60_000 },
    );
    expect(check.acknowledged).toBeGreaterThan(0);
    const checks = events.flatMap((event) => (event.event === 'check' ? [event] : []));
    expect(checks.filter(({ lost, doubled }) => lost + doubled > 0)).toEqual([]);
  }, 90_000);
});
