import { type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import type { ConformanceFaults, ConformanceFixture } from '../../src/conformance/index.ts';
import { type MemoryStore, memoryBackend, memoryStore } from '../../src/memory/index.ts';
import type { Store } from '../../src/port.ts';

/** Makes another store of a memory store: itself, or one that is broken on purpose. */
export type Wrap = (store: MemoryStore, runtime: VirtualRuntime) => Store;

/** A fixture of the memory driver in virtual time; `wrap` may put a broken store around each one opened. */
export function memoryFixture(seed: number, wrap: Wrap = (store) => store): ConformanceFixture {
  const runtime = virtualRuntime({ seed });
  const backend = memoryBackend(runtime);
  const inner = new Map<Store, MemoryStore>();
  const faultsOf = (store: Store): MemoryStore['faults'] => {
    const found = inner.get(store);
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
    root: '/conformance/case',
    sessionTtlMs: 3_000,
    faults,
    drive: (work) => runtime.drive(work, { limitMs: 600_000 }),
    openStore: async () => {
      const store = memoryStore(runtime, { backend });
      const wrapped = wrap(store, runtime);
      inner.set(wrapped, store);
      return wrapped;
    },
  };
}
