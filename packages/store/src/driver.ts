/** What a driver that implements the port itself, rather than over `KvBackend`, shares with the others: the same checks, the same errors. */
export { type BackendOptions, Calls } from './kv/calls.ts';
export { checkExpectation, expectationError, type FoundVersion, fieldsCompared, meets } from './kv/expectation.ts';
export { checkBranch } from './kv/transaction-plan.ts';
export { WatchBuffer } from './kv/watch-buffer.ts';
export { bufferLimitOf, WatchIterator } from './kv/watch-iterator.ts';
export { depthOf, type WatchDepth } from './kv/watch-scope.ts';
export { checkWritable, copyOfValue } from './kv/writes.ts';
