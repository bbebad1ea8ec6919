import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClusterWorld, WORLD_TTL_MS } from '../../test-support/cluster-world.ts';

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
    const somebody = constantFrom('worker-1', 'worker-2', 'worker-3', 'worker-4', 'controller-1', 'controller-2');
    const disturbance = record({
      who: somebody,
      what: constantFrom('cut', 'expire', 'lose', 'slow', 'hold'),
      pauseMs: integer({ min: 0, max: 2_500 }),
      lastsMs: integer({ min: 10, max: 8_000 }),
    });
    await assert(
      asyncProperty(integer(), array(disturbance, { minLength: 1, maxLength: 8 }), async (seed, disturbances) => {
        const world = new ClusterWorld({ seed, workers: 4, controllers: 2, partitions: 6, replicas: 3, delayMs: 6 });
        await world.begin();
        for (const { who, what, pauseMs, lastsMs } of disturbances) {
          await world.runtime.advance(pauseMs);
          await disturb(world, who, what, lastsMs);
        }
        await world.runtime.advance(8_000);
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

async function disturb(world: ClusterWorld, who: string, what: string, lastsMs: number): Promise<void> {
  const { faults } = world.store(who);
  const later = (run: () => void): void => void world.runtime.timers.after(lastsMs, run);
  if (what === 'cut') {
    faults.disconnect();
    later(() => faults.reconnect());
  } else if (what === 'hold') {
    faults.holdWatches();
    later(() => faults.releaseWatches());
  } else if (what === 'slow') {
    faults.delay({ minMs: 50, maxMs: 600 });
    later(() => faults.delay({ minMs: 0, maxMs: 6 }));
  } else if (what === 'lose') faults.loseReplies(3);
  else await world.expire(who);
}
