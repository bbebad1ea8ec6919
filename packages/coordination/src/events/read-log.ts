import type { CallOptions } from '@keelson/runtime';
import type { Entry, Store, StorePath } from '@keelson/store';

/** The entries at `paths`, as they were at one moment where they fit into one transaction; in the same order. */
export async function readMany(
  store: Store,
  paths: readonly StorePath[],
  options: CallOptions = {},
): Promise<readonly (Entry | undefined)[]> {
  const entries: (Entry | undefined)[] = [];
  const size = store.capabilities.maxTransactionOperations;
  for (let from = 0; from < paths.length; from += size) {
    const then = paths.slice(from, from + size).map((path) => ({ type: 'get', path }) as const);
    const { results } = await store.transact({ then }, options);
    for (const result of results) entries.push(result.type === 'get' ? result.entry : undefined);
  }
  return entries;
}
