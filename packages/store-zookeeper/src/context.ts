import type { Runtime } from '@keelson/runtime';
import type { StoreCapabilities } from '@keelson/store';
import type { Calls } from '@keelson/store/driver';
import type { Acl } from '@keelson/zookeeper-client';
import type { Link } from './link.ts';

/** What the parts of one store share. */
export interface StoreContext {
  readonly runtime: Runtime;
  readonly calls: Calls;
  readonly capabilities: StoreCapabilities;
  /** The store's own connection: reads, watches, and writes without a session. */
  readonly main: Link;
  /** The access list of nodes that the store creates. */
  readonly acl: readonly Acl[];
  /** Whether the store lies below a chroot, so that ZooKeeper's own nodes are out of sight. */
  readonly chrooted: boolean;
}
