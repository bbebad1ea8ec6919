import { array, assert, asyncProperty, integer } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClusterWorld, WORLD_TTL_MS } from '../../test-support/cluster-world.ts';
import { anyDisturbance, DISTURBANCES_OVER_MS, disturb } from '../../test-support/disturbance.ts';

describe('a cluster whose participants fail', () => {
  test('has a MASTER of every partition again within the ttl of the one that went silent, and a little', async () => {
    const world = new ClusterWorld({ seed: 1, workers: 5, partitions: 48, replicas: 3, delayMs: 4 });
    await world.begin();
    const victim = 'worker-3';
    expect(world.mastersOn(victim)).toBeGreaterThan(0);
    world.store(victim).faults.disconnect();
    const silentMs = world.runtime.clock.monotonicMs();
    await world.runtime.runUntil(() => world.mastersOn(victim) === 0 && world.mastered(), { limitMs: 60_000 });
    expect(world.runtime.clock.monotonicMs() - silentMs).toBeLessThanOrEqual(WORLD_TTL_MS + 300);
    world.store(victim).faults.reconnect();
    await world.runtime.runUntil(() => world.participants.get(victim)?.live === true && world.placed(), {
      limitMs: 60_000,
    });
    expect(world.violations).toEqual([]);
    await world.end();
  });

  test('moves on at once when one leaves in order', async () => {
    const world = new ClusterWorld({ seed: 2, workers: 4, partitions: 16, replicas: 3, delayMs: 4 });
    await world.begin();
    await world.runtime.drive(world.participants.get('worker-1')?.close() ?? Promise.resolve());
    const leftMs = world.runtime.clock.monotonicMs();
    await world.runtime.runUntil(() => world.mastersOn('worker-1') === 0 && world.mastered(), { limitMs: 60_000 });
    expect(world.runtime.clock.monotonicMs() - leftMs).toBeLessThanOrEqual(300);
    expect(world.violations).toEqual([]);
    await world.end();
  });

  test('never has two MASTERs of a partition, whoever is cut off, expired or slow, and comes to rest', async () => {
    const members = ['worker-1', 'worker-2', 'worker-3', 'worker-4', 'controller-1', 'controller-2'];
    const disturbance = anyDisturbance(members);
    await assert(
      asyncProperty(integer(), array(disturbance, { minLength: 1, maxLength: 8 }), async (seed, disturbances) => {
        const world = new ClusterWorld({ seed, workers: 4, controllers: 2, partitions: 6, replicas: 3, delayMs: 6 });
        await world.begin();
        for (const each of disturbances) {
          await world.runtime.advance(each.pauseMs);
          await disturb(world, each);
        }
        await world.runtime.advance(DISTURBANCES_OVER_MS);
        for (const store of world.stores.values()) {
          store.faults.heal();
          store.faults.delay({ minMs: 0, maxMs: 6 });
        }
        await world.runtime.runUntil(() => world.placed(), { limitMs: 120_000 });
        expect(world.violations).toEqual([]);
        await world.end();
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
