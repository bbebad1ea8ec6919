import type { MonotonicMs } from '@keelson/runtime';
import type { InstanceConfig } from '../model/index.ts';
import type { RoutingChange } from './change-feed.ts';
import type { LiveInstanceInfo, RoutingTable } from './routing-table.ts';

/** A routing table that follows the cluster. Asking costs no store access. */
export interface Spectator extends AsyncDisposable {
  readonly cluster: string;
  /** The table now; immutable, so several questions to it see one moment. */
  readonly snapshot: RoutingTable;
  /** Since when the table may be out of date, on the runtime's monotonic clock; `undefined` while it follows the store. */
  readonly staleSinceMs: MonotonicMs | undefined;
  /** Names of the live instances that hold `partition` in `state`, in order of name. Constant time. */
  instancesFor(resource: string, partition: string, state: string): readonly string[];
  /** How many partitions the resource was declared with, 0 where it is not known. Count with this to map keys to partitions. */
  partitionCount(resource: string): number;
  /** Partitions of which somebody holds a replica; fewer than declared while some have nobody. */
  partitionsOf(resource: string): readonly string[];
  /** The live instance of that name, with what it says of itself. */
  liveInstance(name: string): LiveInstanceInfo | undefined;
  /** The instance's config: host, port, tags. */
  instanceConfig(name: string): InstanceConfig | undefined;
  /** The table now, then again at every change, until `signal` trips or the spectator is closed. Slow readers see changes put together. */
  changes(options?: { readonly signal?: AbortSignal }): AsyncIterable<RoutingChange>;
  /** Stops following. The last table stays. Idempotent. */
  close(): Promise<void>;
}
