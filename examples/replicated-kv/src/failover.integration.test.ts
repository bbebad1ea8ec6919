import { cpus, loadavg } from 'node:os';
import { eventually, requireServer, testRuntime } from '@keelson/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Stage, type TakeOver, TTL_MS } from '../test-support/stage.ts';
import { embeddedHost, etcdHost, type StoreHost, zookeeperHost } from '../test-support/store-host.ts';

/** Processes that want a core at once, past which times are not held. This test itself keeps about two cores busy. */
const MOST_LOAD_PER_CORE = 3;

/** What the cluster may take on top of the ttl, in milliseconds. */
const TAKE_OVER_MS = 300;

/**
 * Whether everything is played (`npm run test:failover`): each worker is killed, twice in a row, and ZooKeeper plays too. Else two workers, once, on two engines:
 * a kill is a kill, and how long each step of many takes `npm run bench:failover` tells. Faults of ZooKeeper are in every run of the tests: `packages/fault-runs`.
 */
const thorough = process.env.KEELSON_FAILOVER_THOROUGH === 'true';

/** Engine, whether it is here and plays, and how it is opened. */
const hosts: readonly [string, boolean, () => Promise<StoreHost>][] = [
  ['the embedded store', true, embeddedHost],
  ['etcd', requireServer('etcd-3.7'), etcdHost],
  ['ZooKeeper', thorough && requireServer('zookeeper'), () => zookeeperHost()],
];

describe.each(hosts.filter(([, here]) => here))('the example on %s', (_, __, open) => {
  let host: StoreHost;
  let stage: Stage;
  const takeOvers: TakeOver[] = [];

  beforeAll(async () => {
    host = await open();
    stage = await Stage.open(host);
  }, 120_000);

  afterAll(async () => {
    await stage?.close();
    await host?.[Symbol.asyncDispose]();
    report(host?.name ?? '', takeOvers);
  }, 60_000);

  /** Whatever a test left behind: everybody runs and is placed again. */
  afterEach(async () => {
    await stage.startMissing();
    await stage.placed();
  }, 120_000);

  /** Nothing lost and nothing doubled in any check so far, and work goes on. */
  async function intact(): Promise<void> {
    const before = stage.checks.at(-1)?.acknowledged ?? 0;
    const check = await stage.nextCheck({ complete: true });
    expect(check.acknowledged).toBeGreaterThan(before);
    expect(stage.checks.filter(({ lost, doubled }) => lost + doubled > 0)).toEqual([]);
  }

  /** What must have been taken over in time; the last test holds them to it, so that a slow one hides nothing else. */
  async function timed(takeOver: Promise<TakeOver>): Promise<void> {
    takeOvers.push(await takeOver);
  }

  test('kill -9 of any worker: every partition has a MASTER again', async () => {
    for (const instance of thorough ? stage.instances : stage.instances.slice(0, 2)) {
      await timed(stage.kill(instance));
      await Promise.all([intact(), stage.startWorker(instance)]);
      await stage.placed();
    }
  }, 180_000);

  test('one kill after the other, without a rest', async () => {
    for (let round = 0; round < (thorough ? 2 : 1); round += 1) {
      for (const instance of ['worker-3', 'worker-5']) await timed(stage.kill(instance));
      await stage.startMissing();
      await stage.placed();
      await intact();
    }
  }, 180_000);

  test('a worker stopped past its ttl accepts not one write when it goes on', async () => {
    const paused = 'worker-3';
    const owned = stage.masteredBy(paused);
    expect(owned.length).toBeGreaterThan(0);
    const address = stage.addressOf(paused);
    const sinceMs = testRuntime.clock.monotonicMs();
    stage.worker(paused).pause();
    await timed(stage.takenOver([paused], sinceMs));
    const others = stage.instances.filter((name) => name !== paused);
    const successors = await eventually('every partition to have a token elsewhere', async () => {
      const tokens = new Map<string, bigint>();
      for (const instance of others)
        for (const [partition, token] of await tokensOf(stage.addressOf(instance))) tokens.set(partition, token);
      return tokens.size === 48 && tokens;
    });
    // Sent while it is stopped, so that they are the first thing it finds.
    const answers = Array.from({ length: 200 }, (_, index) => write(address, `stale-${index}`));
    await stage.nextCheck();
    stage.worker(paused).resume();
    const outcomes = await Promise.all(answers);
    // It comes back soon, and may be given partitions again before it has read the last of them: then it has a new token.
    const underAnOldToken = outcomes.filter(
      ({ status, partition, token }) => status === 200 && token <= (successors.get(partition) ?? 0n),
    );
    expect(underAnOldToken).toEqual([]);
    expect(successors.size).toBe(48);
    expect(outcomes.map(({ status }) => status)).toContain(503);
    await stage.placed();
    await intact();
  }, 120_000);

  test('a worker that leaves in order is replaced at once', async () => {
    const sinceMs = testRuntime.clock.monotonicMs();
    await stage.worker('worker-4').stop();
    const { tookMs } = await stage.takenOver(['worker-4'], sinceMs);
    expect(tookMs).toBeLessThan(TTL_MS);
    await stage.startWorker('worker-4');
    await stage.placed();
    await intact();
  }, 120_000);

  test('kill -9 of the controller, and of a worker while it is away', async () => {
    await Promise.all([host.restartController(), stage.kill('worker-1')]);
    await stage.startWorker('worker-1');
    await stage.placed();
    await intact();
  }, 120_000);

  test('kill -9 of the store', async () => {
    await host.restart();
    await stage.placed();
    await intact();
  }, 120_000);

  test('kill -9 of everybody', async () => {
    await Promise.all(stage.instances.map((instance) => stage.worker(instance).kill()));
    await host.restart();
    await stage.startMissing();
    await stage.placed();
    await intact();
  }, 120_000);

  test('the store away for longer than a ttl', async () => {
    await host.restart(TTL_MS + 1_000);
    await stage.placed();
    await intact();
  }, 120_000);

  test('each take-over was done within the ttl and a little', ({ skip }) => {
    const [load = 0] = loadavg();
    // Where others keep the machine that busy, time says nothing about this program. Told in the output, not held.
    skip(load > MOST_LOAD_PER_CORE * cpus().length, `the machine is overloaded: load ${load.toFixed(1)}`);
    const boundMs = TTL_MS + host.expiryLagMs + TAKE_OVER_MS;
    expect(takeOvers.length).toBe(thorough ? stage.instances.length + 5 : 5);
    // What the machine held up everybody is not the cluster's; it is measured in the same moments.
    expect(takeOvers.filter(({ tookMs, stalledMs }) => tookMs - stalledMs > boundMs)).toEqual([]);
  });
});

/** What a worker answers a write with; the token is 0 where it refuses. */
async function write(address: string, key: string): Promise<{ status: number; partition: string; token: bigint }> {
  const body = JSON.stringify({ id: `id-${key}`, value: 'too late' });
  const response = await fetch(`${address}/kv/${key}`, { method: 'PUT', body, signal: AbortSignal.timeout(60_000) });
  const answer = (await response.json()) as { partition?: string; fencingToken?: string };
  return { status: response.status, partition: answer.partition ?? '', token: BigInt(answer.fencingToken ?? 0) };
}

/** Fencing token of every partition that the worker is MASTER of. */
async function tokensOf(address: string): Promise<[string, bigint][]> {
  const response = await fetch(`${address}/status`, { signal: AbortSignal.timeout(60_000) });
  const { masters } = (await response.json()) as { masters: { partition: string; fencingToken: string }[] };
  return masters.map(({ partition, fencingToken }) => [partition, BigInt(fencingToken)]);
}

function report(name: string, takeOvers: readonly TakeOver[]): void {
  const show = (values: readonly number[]): string => {
    const sorted = [...values].sort((a, b) => a - b).map(Math.round);
    return `median ${sorted[Math.floor(sorted.length / 2)]} ms, worst ${sorted.at(-1)} ms`;
  };
  const total = show(takeOvers.map(({ tookMs }) => tookMs));
  const after = show(takeOvers.map(({ expiredMs, tookMs }) => tookMs - expiredMs));
  const stalled = show(takeOvers.map(({ stalledMs }) => stalledMs));
  console.info(
    `${takeOvers.length} failovers on ${name}, ttl ${TTL_MS} ms: ${total}; of it after the session's end: ${after}; the machine stood still: ${stalled}`,
  );
}
