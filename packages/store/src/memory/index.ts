export { type MemoryBackendOptions, memoryBackend } from './backend.ts';
export type { DelayRange, MemoryFaults } from './faults.ts';
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './store.ts';
export { type LinkEffect, type LinkEnds, TreeLink, type TreePeer } from './tree-link.ts';
