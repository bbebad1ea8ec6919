import { type CallOptions, DEFAULT_TIMEOUT_MS, type Runtime, systemRuntime, withDeadline } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import type { Spectator } from './spectator.ts';
import { StoreSpectator } from './store-spectator.ts';

/** What to look at. */
export interface SpectateOptions extends CallOptions {
  readonly store: Store;
  readonly cluster: string;
  /** Default: the system's clock, no logger. */
  readonly runtime?: Runtime;
}

/**
 * Follows who serves what in `cluster`, and resolves once the first table is complete. It outlives restarts of the store: while that
 * is out of reach the last table stands and `staleSinceMs` says since when.
 *
 * Default time limit 5 s. Rejects with `E_TIMEOUT`, `E_ABORTED` or `E_CLOSED`. A cluster that does not exist gives an empty table.
 *
 * @example
 * const spectator = await spectate({ store, cluster: 'shop' });
 * const [master] = spectator.instancesFor('orders', 'orders_7', 'MASTER');
 */
export async function spectate(options: SpectateOptions): Promise<Spectator> {
  const runtime = options.runtime ?? systemRuntime();
  const spectator = new StoreSpectator(options.store, options.cluster, runtime);
  try {
    await withDeadline(runtime, options, DEFAULT_TIMEOUT_MS, () => spectator.ready);
    return spectator;
  } catch (error) {
    await spectator.close();
    throw error;
  }
}
