import type { Store } from '@keelson/store';
import { type ConformanceFaults, runConformanceCase, storeConformance } from '@keelson/store/conformance';
import { type MemoryFaults, memoryStore } from '@keelson/store/memory';
import { type TemporaryDirectory, temporaryDirectory, testRuntime } from '@keelson/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedBackend, openEmbeddedBackend } from './index.ts';

/**
 * Each store of a case reaches the embedded tree over the memory driver's link, which is where faults come from: the engine and
 * its journal are the real ones, in real time.
 */
describe('the port on the embedded engine keeps the promise', () => {
  let directory: TemporaryDirectory;
  let backend: EmbeddedBackend;
  const faultsByStore = new Map<Store, MemoryFaults>();

  const openStore = async (): Promise<Store> => {
    const store = memoryStore(testRuntime, { backend });
    faultsByStore.set(store, store.faults);
    return store;
  };
  const faults: ConformanceFaults = {
    disconnect: async (store) => faultsByStore.get(store)?.disconnect(),
    reconnect: async (store) => faultsByStore.get(store)?.reconnect(),
    loseReply: async (store) => faultsByStore.get(store)?.loseReplies(),
    compact: () => backend.compact(backend.revision),
    expireSession: (session) => backend.revokeLease(BigInt(`0x${session.id}`)),
  };

  beforeAll(async () => {
    directory = await temporaryDirectory('embedded-conformance');
    backend = await openEmbeddedBackend({ directory: directory.path, runtime: testRuntime });
  });
  afterAll(async () => {
    await backend?.close();
    await directory?.remove();
  });

  test.each(storeConformance.map((one, index) => [`${one.guarantee} ${one.name}`, one, index] as const))(
    '%s',
    async (_name, one, index) => {
      const fixture = { runtime: testRuntime, root: `/conformance/${index}`, sessionTtlMs: 1_000, openStore, faults };
      const outcome = await runConformanceCase(one, fixture);
      // A process cannot stop itself: that promise is held in virtual time.
      if (one.requires?.includes('pause')) expect(outcome).toEqual({ type: 'not-applicable', missing: ['pause'] });
      else expect(outcome).toEqual({ type: 'passed' });
    },
  );
});
