import { array, assert, asyncProperty, integer } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditCluster } from '../../test-support/cluster-audit.ts';
import { ClusterWorld, WORLD_TTL_MS } from '../../test-support/cluster-world.ts';
import { anyDisturbance, DISTURBANCES_OVER_MS, disturb } from '../../test-support/disturbance.ts';
import { createAdmin } from '../admin/cluster-admin.ts';
import { decodeRecord, listField } from '../model/index.ts';
import { Message } from '../model/message.ts';
import { clusterPaths } from '../model/paths.ts';
import { encodeRecord } from '../model/record-codec.ts';

const paths = clusterPaths('c');
const size = { workers: 4, controllers: 2, partitions: 12, replicas: 3, delayMs: 5 };

/** A world with an auditor from its first write on. */
async function begin(options: ConstructorParameters<typeof ClusterWorld>[0]) {
  const world = new ClusterWorld(options);
  const audit = auditCluster(world.tree, 'c');
  await world.begin();
  return { world, audit };
}

async function end({ world, audit }: Awaited<ReturnType<typeof begin>>): Promise<void> {
  await world.end();
  await world.runtime.drive(audit.stop());
  expect(audit.checked).toBeGreaterThan(50);
  expect(audit.violations).toEqual([]);
  expect(world.violations).toEqual([]);
}

const leaderOf = (world: ClusterWorld): string => world.controllers.find(({ leading }) => leading)?.name ?? '';

async function revision(world: ClusterWorld): Promise<bigint> {
  return (await world.runtime.drive(world.tree.list('/c', { recursive: true }))).revision;
}

describe('a controller', () => {
  test('writes nothing while nothing changes', async () => {
    const run = await begin({ ...size, seed: 11 });
    await run.world.runtime.advance(2_000);
    const before = await revision(run.world);
    await run.world.runtime.advance(300_000);
    expect(await revision(run.world)).toBe(before);
    await end(run);
  });

  test('that dies in the middle of a failover is replaced, and the other finishes the work', async () => {
    const run = await begin({ ...size, seed: 12 });
    const { world } = run;
    const first = leaderOf(world);
    const victim = 'worker-2';
    const lost = world.mastersOn(victim);
    expect(lost).toBeGreaterThan(0);
    world.store(victim).faults.disconnect();
    // The leader dies between the first promotions that it asks for and the last.
    await world.runtime.runUntil(() => world.mastersOn(victim) === 0, { limitMs: 60_000 });
    world.store(first).faults.disconnect();
    await world.runtime.runUntil(() => leaderOf(world) !== '' && leaderOf(world) !== first, { limitMs: 60_000 });
    await world.runtime.runUntil(() => world.placed(), { limitMs: 60_000 });
    world.store(victim).faults.reconnect();
    world.store(first).faults.reconnect();
    await world.runtime.runUntil(() => world.participants.get(victim)?.live === true && world.placed(), {
      limitMs: 60_000,
    });
    const history = await world.runtime.drive(world.tree.get(paths.controllerHistory));
    const leaders = history && decodeRecord(history.value);
    expect(leaders && listField(leaders, 'c')).toEqual([first, leaderOf(world)]);
    await end(run);
  });

  test('that is closed hands over at once, not after its ttl', async () => {
    const run = await begin({ ...size, seed: 13 });
    const { world } = run;
    const first = world.controllers.find(({ leading }) => leading);
    const other = world.controllers.find(({ leading }) => !leading);
    await world.runtime.drive(first?.close() ?? Promise.resolve());
    const closedMs = world.runtime.clock.monotonicMs();
    await world.runtime.runUntil(() => other?.leading === true, { limitMs: 60_000 });
    expect(world.runtime.clock.monotonicMs() - closedMs).toBeLessThan(300);
    await end(run);
  });

  test('whose replies are lost asks nobody twice', async () => {
    const run = await begin({ ...size, seed: 14 });
    const { world } = run;
    for (const victim of ['worker-1', 'worker-3']) {
      for (const { name } of world.controllers) world.store(name).faults.loseReplies(4);
      await world.expire(victim);
      await world.runtime.runUntil(() => world.participants.get(victim)?.live === true && world.placed(), {
        limitMs: 120_000,
      });
    }
    await end(run);
  });

  test('drains a disabled instance without leaving a partition without a MASTER for longer than a hand-over', async () => {
    const run = await begin({ ...size, seed: 15 });
    const { world } = run;
    const admin = createAdmin({ store: world.tree, runtime: world.runtime });
    await world.runtime.drive(admin.enableInstance('c', 'worker-1', false, { reason: 'kernel' }));
    await world.runtime.runUntil(() => world.mastersOn('worker-1') === 0 && world.placed(), { limitMs: 60_000 });
    expect(world.spectator.partitionsOf('worker-1')).toEqual([]);
    await world.runtime.drive(admin.enableInstance('c', 'worker-1', true));
    await world.runtime.runUntil(() => world.mastersOn('worker-1') > 0 && world.placed(), { limitMs: 60_000 });
    await end(run);
  });

  test('drops a resource with its replicas and its view', async () => {
    const run = await begin({ ...size, seed: 16 });
    const { world } = run;
    const admin = createAdmin({ store: world.tree, runtime: world.runtime });
    await world.runtime.drive(admin.dropResource('c', 'db'));
    let left: readonly string[] = ['?'];
    for (let waited = 0; left.length > 0 && waited < 50; waited++) {
      await world.runtime.advance(100);
      const { entries } = await world.runtime.drive(world.tree.list('/c', { recursive: true }));
      left = entries.map(({ path }) => path).filter((path) => path.endsWith('/db') || path.includes('/MESSAGES/'));
    }
    expect(left).toEqual([]);
    await end(run);
  });

  test('deletes a message whose transition is done and whose participant never deleted it', async () => {
    const run = await begin({ ...size, seed: 17 });
    const { world } = run;
    await world.runtime.advance(5_000);
    const [partition = ''] = world.partitions();
    const [holder = ''] = world.spectator.instancesFor('db', partition, 'MASTER');
    const session = world.participants.get(holder)?.session.id ?? '';
    const { record } = Message.stateTransition({
      id: 'left-behind',
      sourceName: 'controller-0',
      sourceSession: '1',
      targetName: holder,
      targetSession: session,
      resource: 'db',
      partition,
      stateModel: 'MasterSlave',
      fromState: 'SLAVE',
      toState: 'MASTER',
      createdMs: 1,
      activeReplicas: 1,
      eventName: 'MessageChange',
    });
    // Marked as read: the participant has taken it up once and looks at it no more.
    const read = new Message(record).withRead(session, 1);
    const path = paths.message(holder, 'left-behind');
    await world.runtime.drive(world.tree.put(path, encodeRecord(read.record)));
    const leftMs = world.runtime.clock.wallMs();
    const present = async (): Promise<boolean> => (await world.runtime.drive(world.tree.get(path))) !== undefined;
    while ((await present()) && world.runtime.clock.wallMs() - leftMs < 120_000) await world.runtime.advance(1_000);
    expect(await present()).toBe(false);
    expect(world.mastered()).toBe(true);
    await end(run);
  });

  test('holds still while paused and goes on when resumed', async () => {
    const run = await begin({ ...size, seed: 18 });
    const { world } = run;
    const admin = createAdmin({ store: world.tree, runtime: world.runtime });
    await world.runtime.drive(admin.pauseCluster('c', true, { reason: 'test' }));
    await world.runtime.advance(100);
    world.store('worker-4').faults.disconnect();
    await world.runtime.advance(WORLD_TTL_MS * 3);
    const messages = await world.runtime.drive(world.tree.list('/c/INSTANCES', { recursive: true }));
    expect(messages.entries.filter(({ path }) => path.includes('/MESSAGES/'))).toEqual([]);
    await world.runtime.drive(admin.pauseCluster('c', false));
    await world.runtime.runUntil(() => world.mastersOn('worker-4') === 0 && world.placed(), { limitMs: 60_000 });
    await end(run);
  });

  test('keeps every promise, whatever happens to whom', async () => {
    const members = ['worker-1', 'worker-2', 'worker-3', 'controller-1', 'controller-2'];
    const disturbance = anyDisturbance(members, ['disable']);
    await assert(
      asyncProperty(integer(), array(disturbance, { minLength: 1, maxLength: 8 }), async (seed, disturbances) => {
        const run = await begin({ seed, workers: 3, controllers: 2, partitions: 5, replicas: 2, delayMs: 6 });
        const { world } = run;
        const admin = createAdmin({ store: world.tree, runtime: world.runtime });
        for (const { what, ...rest } of disturbances) {
          await world.runtime.advance(rest.pauseMs);
          if (what !== 'disable') await disturb(world, { what, ...rest });
          else if (world.participants.has(rest.who))
            await world.runtime.drive(admin.enableInstance('c', rest.who, false));
        }
        await world.runtime.advance(DISTURBANCES_OVER_MS);
        for (const store of world.stores.values()) store.faults.heal();
        for (const name of world.participants.keys()) {
          await world.runtime.drive(admin.enableInstance('c', name, true));
        }
        await world.runtime.runUntil(() => world.placed(), { limitMs: 120_000 });
        await end(run);
      }),
      { numRuns: 20 },
    );
  }, 120_000);
});
