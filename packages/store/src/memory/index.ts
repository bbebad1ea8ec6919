export { type MemoryBackendOptions, memoryBackend } from './backend.ts';
export type { DelayRange, MemoryFaults } from './faults.ts';
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './store.ts';
