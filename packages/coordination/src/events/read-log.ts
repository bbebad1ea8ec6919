import { type CallOptions, KeelsonError } from '@keelson/runtime';
import type { Entry, Store, StorePath } from '@keelson/store';
import { isUnknown } from '../common/persist.ts';

/** Most entries of one answer: with values of a megabyte each it stays below what any driver takes. */
export const MOST_AT_ONCE = 40;

/** The entries at `paths`, as they were at one moment where they fit into one transaction; in the same order. */
export async function readMany(
  store: Store,
  paths: readonly StorePath[],
  options: CallOptions = {},
): Promise<readonly (Entry | undefined)[]> {
  const entries: (Entry | undefined)[] = [];
  const size = Math.min(MOST_AT_ONCE, store.capabilities.maxTransactionOperations);
  for (let from = 0; from < paths.length; from += size) {
    const then = paths.slice(from, from + size).map((path) => ({ type: 'get', path }) as const);
    const { results } = await store.transact({ then }, options).catch(asRead);
    for (const result of results) entries.push(result.type === 'get' ? result.entry : undefined);
  }
  return entries;
}

/** A transaction that only reads leaves nothing in doubt when its reply is lost: it can be done again. */
function asRead(error: unknown): never {
  if (!isUnknown(error)) throw error;
  throw new KeelsonError('E_TIMEOUT', 'The answer to a read did not come.', { cause: error });
}
