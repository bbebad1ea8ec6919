import { type CallOptions, isKeelsonError } from '@keelson/runtime';
import type { Store, StorePath } from '../port.ts';
import type { Operation } from '../transaction.ts';
import { type Differences, differences, type Holdings, holdingsOf } from './differences.ts';

/** Most bytes of values in one transaction; well below what any engine takes. */
const BATCH_BYTES = 262_144;
/** Most operations in one transaction, whatever the engine allows. */
const BATCH_OPERATIONS = 100;
/** Transactions under way at once. */
const PIPELINE = 8;

/** Everything below a path of a store that is worth keeping. */
export async function readHoldings(store: Store, path: StorePath, options: CallOptions): Promise<Holdings> {
  const { entries } = await store.list(path, { recursive: true, ...options });
  const own = path === '/' ? undefined : await store.get(path, options);
  return holdingsOf(own === undefined ? entries : [own, ...entries]);
}

/** What one attempt to make a store hold something has done. */
export interface Reconciled {
  readonly puts: number;
  readonly deletes: number;
  /** Operations whose outcome is not known, or that could not be made now. They show as differences again. */
  readonly open: number;
}

/** Writes what differs. What the store refuses for now is counted, not thrown: the next comparison finds it again. */
export async function writeDifferences(
  store: Store,
  wanted: Holdings,
  { puts, deletes }: Differences,
  options: CallOptions,
): Promise<Reconciled> {
  const operations: Operation[] = [
    ...puts.map((path): Operation => ({ type: 'put', path, value: wanted.get(path) ?? new Uint8Array() })),
    ...deletes.map((path): Operation => ({ type: 'delete', path })),
  ];
  const limit = Math.min(BATCH_OPERATIONS, store.capabilities.maxTransactionOperations);
  let open = 0;
  const batches = batchesOf(operations, limit);
  const worker = async (): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      try {
        await store.transact({ then: batch }, options);
      } catch (error) {
        if (!isKeelsonError(error) || !(error.retryable || error.code === 'E_NOT_EMPTY')) throw error;
        open += batch.length;
      }
    }
  };
  await Promise.all(Array.from({ length: PIPELINE }, worker));
  return { puts: puts.length, deletes: deletes.length, open };
}

/** Compares and says what differs. */
export async function compareWith(
  store: Store,
  path: StorePath,
  wanted: Holdings,
  options: CallOptions,
): Promise<Differences> {
  return differences(wanted, await readHoldings(store, path, options));
}

function batchesOf(operations: readonly Operation[], limit: number): Operation[][] {
  const batches: Operation[][] = [];
  let batch: Operation[] = [];
  let bytes = 0;
  for (const operation of operations) {
    const size = operation.type === 'put' ? operation.value.length : 0;
    if (batch.length > 0 && (batch.length >= limit || bytes + size > BATCH_BYTES)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(operation);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
