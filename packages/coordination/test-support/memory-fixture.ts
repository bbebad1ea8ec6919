import { virtualRuntime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import type { ConformanceFaults, ConformanceFixture } from '@keelson/store/conformance';
import { type MemoryStore, memoryBackend, memoryStore } from '@keelson/store/memory';

/** Stores in memory, in virtual time, with every fault there is. */
export function memoryFixture(seed: number): ConformanceFixture {
  const runtime = virtualRuntime({ seed });
  const backend = memoryBackend(runtime);
  const known = new Map<Store, MemoryStore>();
  const faultsOf = (store: Store): MemoryStore['faults'] => {
    const found = known.get(store);
    if (found === undefined) throw new Error('a store of another fixture');
    return found.faults;
  };
  const faults: ConformanceFaults = {
    expireSession: async (session) => {
      const store = memoryStore(runtime, { backend });
      await store.faults.expireSession(session);
      await store.close();
    },
    compact: async () => {
      await backend.compact(backend.revision);
    },
    disconnect: async (store) => faultsOf(store).disconnect(),
    reconnect: async (store) => faultsOf(store).reconnect(),
    loseReply: async (store) => faultsOf(store).loseReplies(),
    pause: (ms) => runtime.pause(ms),
  };
  return {
    runtime,
    root: '/recipes',
    sessionTtlMs: 3_000,
    faults,
    drive: (work) => runtime.drive(work, { limitMs: 600_000 }),
    openStore: async () => {
      const store = memoryStore(runtime, { backend });
      known.set(store, store);
      return store;
    },
  };
}
