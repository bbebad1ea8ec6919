import { isKeelsonError } from '@keelson/runtime';
import type { Entry } from '@keelson/store';
import type { ClusterCache } from '../clusters/cluster-cache.ts';
import type { ServerContext } from '../context.ts';

/** The entry as it is now, once the server's picture of the cluster holds it: so that a client reads what it wrote. */
export async function settled(context: ServerContext, cache: ClusterCache, path: string): Promise<Entry | undefined> {
  const entry = await context.store.get(path);
  if (entry !== undefined) await settle(context, cache, () => cache.snapshot.revision >= entry.modifyRevision);
  return entry;
}

/**
 * Waits for a write to come back through the watch. Where that takes too long the answer goes out all the same: the write has
 * been made, and an error would say otherwise.
 */
export async function settle(context: ServerContext, cache: ClusterCache, met: () => boolean): Promise<void> {
  try {
    await cache.until(met);
  } catch (error) {
    if (!isKeelsonError(error, 'E_TIMEOUT') && !isKeelsonError(error, 'E_CLOSED')) throw error;
    context.runtime.logger.warn({ error, cluster: cache.name }, 'a write was not seen in time; answering without it');
  }
}
