import { startEtcdEndpoint } from '@keelson/etcd-endpoint';
import type { Store } from '@keelson/store';
import type { ConformanceFixture } from '@keelson/store/conformance';
import { type MemoryFaults, memoryStore } from '@keelson/store/memory';
import { openEmbeddedBackend } from '@keelson/store-embedded';
import { requireServer, startEtcd, startZooKeeper, temporaryDirectory, testRuntime } from '@keelson/testing';
import { etcdFixture } from '../../packages/store-etcd/test-support/etcd-fixture.ts';
import { zookeeperFixture } from '../../packages/store-zookeeper/test-support/zookeeper-fixture.ts';

/** An engine that runs, and what a case works with on it; `stop` ends it. */
export interface Engine {
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

async function etcd(members: 1 | 3): Promise<Engine> {
  const server = await startEtcd({ version: '3.7', members });
  return { fixture: (name) => etcdFixture(server.members[0]?.clientPort ?? 0, name), stop: () => server.stop() };
}

async function zookeeper(members: 1 | 3): Promise<Engine> {
  const server = await startZooKeeper({ version: '3.9', servers: members });
  const ports = server.members.map(({ port }) => port);
  return { fixture: (name) => zookeeperFixture(ports, name), stop: () => server.stop() };
}

/** How an engine is started, and whether its server is on this machine. */
export interface EngineUnderTest {
  readonly name: string;
  readonly start: () => Promise<Engine>;
  readonly there: () => boolean;
}

const hasEtcd = (): boolean => requireServer('etcd-3.7');
const hasZooKeeper = (): boolean => requireServer('zookeeper-3.9');

/** One server of each engine. */
export const engines: readonly EngineUnderTest[] = [
  { name: 'the embedded engine', start: embedded, there: () => true },
  { name: "the embedded engine's etcd endpoint", start: endpoint, there: () => true },
  { name: 'etcd 3.7', start: () => etcd(1), there: hasEtcd },
  { name: 'ZooKeeper 3.9', start: () => zookeeper(1), there: hasZooKeeper },
];

/** Three servers of each engine that has more than one. */
export const ensembles: readonly EngineUnderTest[] = [
  { name: 'three members of etcd 3.7', start: () => etcd(3), there: hasEtcd },
  { name: 'three servers of ZooKeeper 3.9', start: () => zookeeper(3), there: hasZooKeeper },
];
