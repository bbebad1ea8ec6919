import { type ConformanceCase, runConformanceCase, storeConformance } from '@keelson/store/conformance';
import { requireServer, startZooKeeper, type ZooKeeperOptions, type ZooKeeperServer } from '@keelson/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zookeeperFixture } from '../test-support/zookeeper-fixture.ts';
import type { ConnectZooKeeperStoreOptions } from './index.ts';

/** What no fixture of ZooKeeper can bring about, or ZooKeeper has not. */
const without: ReadonlySet<string> = new Set([
  'pause',
  'compact',
  'history',
  'atomicList',
  'atomicRecursiveDelete',
  'atomicWatchEvents',
]);

interface Setting {
  readonly name: string;
  readonly server: ZooKeeperOptions & { readonly version: '3.8' | '3.9' };
  readonly store?: Partial<ConnectZooKeeperStoreOptions>;
  /** The promises held to; absent: all. */
  readonly guarantees?: readonly string[];
}

const settings: readonly Setting[] = [
  { name: 'ZooKeeper 3.8', server: { version: '3.8' } },
  { name: 'ZooKeeper 3.9', server: { version: '3.9' } },
  {
    name: 'three servers of ZooKeeper 3.9',
    server: { version: '3.9', servers: 3 },
    guarantees: ['G2', 'G4', 'G9', 'G10', 'G12', 'G13', 'G14', 'G15', 'G18', 'G20', 'G25', 'G28', 'G29', 'G32'],
  },
  {
    name: 'ZooKeeper 3.8 with one-shot watches',
    server: { version: '3.8' },
    store: { classicWatches: true },
    guarantees: ['G14', 'G15', 'G20', 'G21', 'G23', 'G25', 'G26'],
  },
];

const casesOf = ({ guarantees }: Setting): (readonly [string, ConformanceCase, number])[] =>
  storeConformance
    .map((one, index) => [`${one.guarantee} ${one.name}`, one, index] as const)
    .filter(([, { guarantee }]) => guarantees?.includes(guarantee) ?? true);

const serverName = { '3.8': 'zookeeper', '3.9': 'zookeeper-3.9' } as const;

describe.each(settings)('the port on $name', (setting) => {
  describe.skipIf(!requireServer(serverName[setting.server.version]))('keeps the promise', () => {
    let zookeeper: ZooKeeperServer;

    beforeAll(async () => {
      zookeeper = await startZooKeeper(setting.server);
    });
    afterAll(() => zookeeper?.stop());

    test.each(casesOf(setting))('%s', async (_name, one, index) => {
      const ports = zookeeper.members.map(({ port }) => port);
      const fixture = zookeeperFixture(ports, `${index}`, setting.store);
      try {
        const missing = (one.requires ?? []).filter((need) => without.has(need));
        const outcome = await runConformanceCase(one, fixture);
        expect(outcome).toEqual(missing.length === 0 ? { type: 'passed' } : { type: 'not-applicable', missing });
      } finally {
        await fixture.close();
      }
    });
  });
});
