import { runConformanceCase, storeConformance } from '@keelson/store/conformance';
import { requireServer, startZooKeeper, type ZooKeeperServer } from '@keelson/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zookeeperFixture } from '../test-support/zookeeper-fixture.ts';

const names = { '3.8': 'zookeeper', '3.9': 'zookeeper-3.9' } as const;

/** What no fixture of ZooKeeper can bring about, or ZooKeeper has not. */
const without: ReadonlySet<string> = new Set([
  'pause',
  'compact',
  'history',
  'atomicList',
  'atomicRecursiveDelete',
  'atomicWatchEvents',
]);

describe.each(['3.8', '3.9'] as const)('the port on ZooKeeper %s', (version) => {
  describe.skipIf(!requireServer(names[version]))('keeps the promise', () => {
    let zookeeper: ZooKeeperServer;

    beforeAll(async () => {
      zookeeper = await startZooKeeper({ version });
    });
    afterAll(() => zookeeper?.stop());

    test.each(storeConformance.map((one, index) => [`${one.guarantee} ${one.name}`, one, index] as const))(
      '%s',
      async (_name, one, index) => {
        const fixture = zookeeperFixture(
          zookeeper.members.map(({ port }) => port),
          `${index}`,
        );
        try {
          const missing = (one.requires ?? []).filter((need) => without.has(need));
          const outcome = await runConformanceCase(one, fixture);
          expect(outcome).toEqual(missing.length === 0 ? { type: 'passed' } : { type: 'not-applicable', missing });
        } finally {
          await fixture.close();
        }
      },
    );
  });
});
