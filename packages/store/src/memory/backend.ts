import type { Runtime } from '@keelson/runtime';
import { DEFAULT_OPERATION_LIMITS, type HistoryLimits, MvccBackend, MvccEngine } from '../mvcc/index.ts';

/** How a tree in memory is set up. */
export interface MemoryBackendOptions {
  /** How much history is kept. */
  readonly history?: Partial<HistoryLimits>;
  /** Shortest session ttl granted, in milliseconds. Default 1. */
  readonly minLeaseTtlMs?: number;
}

/** Largest value, in bytes. */
const MAX_VALUE_BYTES = 1_048_576;

/**
 * A tree in memory that several stores may share, as processes share a server. It ends with this process.
 *
 * @example
 * const backend = memoryBackend(runtime);
 * const [first, second] = [memoryStore(runtime, { backend }), memoryStore(runtime, { backend })];
 */
export function memoryBackend(runtime: Runtime, options: MemoryBackendOptions = {}): MvccBackend {
  // As large transactions as etcd's default: what works on memory has to work there.
  const engine = new MvccEngine({ ...DEFAULT_OPERATION_LIMITS, maxValueBytes: MAX_VALUE_BYTES });
  return new MvccBackend({ ...options, runtime, engine });
}
