import { seededRandom } from '@keelson/runtime';
import { requireServer, testRuntime as runtime, startZooKeeper, type ZooKeeperServer } from '@keelson/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectZooKeeperStore } from './index.ts';

const value = new Uint8Array([1]);

describe.skipIf(!requireServer('zookeeper-3.9'))('incarnations that a connection knows', () => {
  let zookeeper: ZooKeeperServer;
  beforeAll(async () => {
    zookeeper = await startZooKeeper({ version: '3.9' });
  }, 60_000);
  afterAll(() => zookeeper?.stop(), 60_000);

  /** One store asks, over and over and many at a time, whether entries are the ones it saw; another makes them anew in between, at the same version. */
  test.each([1, 2, 3, 4])(
    'are never taken for others, however often these are made anew (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const below = (limit: number): number => Math.floor(random.next() * limit);
      const address = zookeeper.connectString;
      await using asking = await connectZooKeeperStore({ address, runtime });
      await using making = await connectZooKeeperStore({ address, runtime });
      const paths = Array.from({ length: 5 }, (_, n) => `/s${seed}/${n < 3 ? 'a' : 'b'}/n${n}`);
      const seen = new Map<string, bigint>();
      for (const path of paths) seen.set(path, (await making.put(path, value)).createRevision);
      const is = new Map(seen);
      let refused = 0;
      for (let round = 0; round < 120; round += 1) {
        for (const path of paths) {
          if (below(8) > 0) continue;
          await making.delete(path);
          is.set(path, (await making.put(path, value)).createRevision);
        }
        const questions = Array.from({ length: 1 + below(4) }, () =>
          paths.filter(() => below(3) === 0).map((path) => ({ path, createRevision: seen.get(path) ?? 0n })),
        ).filter((comparisons) => comparisons.length > 0);
        const answers = await Promise.all(
          questions.map((comparisons, n) =>
            asking.transact({ if: comparisons, then: [{ type: 'put', path: `/s${seed}/out/${n}`, value }] }),
          ),
        );
        const truths = questions.map((comparisons) =>
          comparisons.every(({ path, createRevision }) => is.get(path) === createRevision),
        );
        expect(answers.map(({ succeeded }) => succeeded)).toEqual(truths);
        refused += truths.filter((truth) => !truth).length;
        for (const path of paths) if (below(3) === 0) seen.set(path, is.get(path) ?? 0n);
      }
      expect(refused).toBeGreaterThan(10);
    },
    60_000,
  );
});
