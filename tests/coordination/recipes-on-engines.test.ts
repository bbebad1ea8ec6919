import { recipeConformance, runRecipeCase } from '@keelson/coordination/conformance';
import { startEtcdEndpoint } from '@keelson/etcd-endpoint';
import type { Store } from '@keelson/store';
import type { ConformanceFixture } from '@keelson/store/conformance';
import { type MemoryFaults, memoryStore } from '@keelson/store/memory';
import { openEmbeddedBackend } from '@keelson/store-embedded';
import { requireServer, startEtcd, startZooKeeper, temporaryDirectory, testRuntime } from '@keelson/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etcdFixture } from '../../packages/store-etcd/test-support/etcd-fixture.ts';
import { zookeeperFixture } from '../../packages/store-zookeeper/test-support/zookeeper-fixture.ts';

/** One server of each engine, or with KEELSON_MEMBERS=3 an ensemble, which takes the longer. */
const members = process.env.KEELSON_MEMBERS === '3' ? 3 : 1;

/** An engine that runs, and what a case works with on it; `stop` ends it. */
interface Engine {
  readonly fixture: (name: string) => ConformanceFixture & { readonly close: () => Promise<void> };
  readonly stop: () => Promise<void>;
}

/** The embedded engine and its journal are real; each store reaches it over the memory driver's link, where the faults come from. */
async function embedded(): Promise<Engine> {
  const directory = await temporaryDirectory('recipes');
  const backend = await openEmbeddedBackend({ directory: directory.path, runtime: testRuntime });
  const faults = new Map<Store, MemoryFaults>();
  return {
    fixture: (name) => ({
      runtime: testRuntime,
      root: `/recipes/${name}`,
      sessionTtlMs: 1_000,
      openStore: async () => {
        const store = memoryStore(testRuntime, { backend });
        faults.set(store, store.faults);
        return store;
      },
      faults: {
        disconnect: async (store) => faults.get(store)?.disconnect(),
        reconnect: async (store) => faults.get(store)?.reconnect(),
        loseReply: async (store) => faults.get(store)?.loseReplies(),
        expireSession: (session) => backend.revokeLease(BigInt(`0x${session.id}`)),
      },
      close: async () => {},
    }),
    stop: async () => {
      await backend.close();
      await directory.remove();
    },
  };
}

async function endpoint(): Promise<Engine> {
  const directory = await temporaryDirectory('recipes');
  const backend = await openEmbeddedBackend({ directory: directory.path, runtime: testRuntime });
  const served = await startEtcdEndpoint({ backend, runtime: testRuntime, host: '127.0.0.1', port: 0 });
  return {
    fixture: (name) => etcdFixture(served.port, name),
    stop: async () => {
      await served.close();
      await backend.close();
      await directory.remove();
    },
  };
}

async function etcd(): Promise<Engine> {
  const server = await startEtcd({ version: '3.7', members });
  return { fixture: (name) => etcdFixture(server.members[0]?.clientPort ?? 0, name), stop: () => server.stop() };
}

async function zookeeper(): Promise<Engine> {
  const server = await startZooKeeper({ version: '3.9', servers: members });
  const ports = server.members.map(({ port }) => port);
  return { fixture: (name) => zookeeperFixture(ports, name), stop: () => server.stop() };
}

const engines = [
  { name: 'the embedded engine', start: embedded, there: () => true },
  { name: "the embedded engine's etcd endpoint", start: endpoint, there: () => true },
  { name: 'etcd 3.7', start: etcd, there: () => requireServer('etcd-3.7') },
  { name: 'ZooKeeper 3.9', start: zookeeper, there: () => requireServer('zookeeper-3.9') },
];

describe.each(engines)('the recipes on $name', ({ start, there }) => {
  describe.skipIf(!there())('keep the promise', () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine?.stop());

    test.each(recipeConformance.map((one, index) => [`${one.recipe} ${one.name}`, one, index] as const))(
      '%s',
      async (_name, one, index) => {
        const fixture = engine.fixture(`${index}`);
        try {
          const outcome = await runRecipeCase(one, fixture);
          // A process cannot stop itself: that promise is held in virtual time.
          if (one.requires?.includes('pause')) expect(outcome).toEqual({ type: 'not-applicable', missing: ['pause'] });
          else expect(outcome).toEqual({ type: 'passed' });
        } finally {
          await fixture.close();
        }
      },
    );
  });
});
