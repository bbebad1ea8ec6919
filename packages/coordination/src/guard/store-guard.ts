import type { CallOptions } from '@keelson/runtime';
import { KeelsonError } from '@keelson/runtime';
import type {
  Comparison,
  Expectation,
  Operation,
  Session,
  Store,
  StorePath,
  Transaction,
  TransactionResult,
  Written,
} from '@keelson/store';
import { guardTransaction, readGuarded } from './guard-transaction.ts';

/** How a guarded write is done. */
export interface GuardedWriteOptions extends CallOptions {
  /** What the write must find besides; rejects as the store's own calls do. */
  readonly expect?: Expectation;
  /** Makes the entry ephemeral under this session. */
  readonly session?: Session;
}

/**
 * Writes to the store that are done only while something is still held: each is one transaction that compares the entry of the
 * lock, leadership or membership. A paused holder whose place was given away cannot write, however late its write arrives.
 *
 * Every call rejects with `E_FENCED` where it is not held any more (nothing was written), `E_VERSION_CONFLICT` or
 * `E_NOT_FOUND` where `expect` is not met, and else as the store's own calls do.
 */
export interface StoreGuard {
  /** What each write compares; for transactions built by hand. */
  readonly comparisons: readonly Comparison[];
  /** Writes the entry, whether or not it was there. */
  put(path: StorePath, value: Uint8Array, options?: GuardedWriteOptions): Promise<Written>;
  /** Writes an entry that must not be there yet; else `E_ALREADY_EXISTS`. */
  create(path: StorePath, value: Uint8Array, options?: Omit<GuardedWriteOptions, 'expect'>): Promise<Written>;
  /** Deletes the entry; says whether there was one. */
  delete(path: StorePath, options?: Omit<GuardedWriteOptions, 'session'>): Promise<boolean>;
  /**
   * `then` if all of `if` hold, else `else`. `else` may only read (`E_INVALID_ARGUMENT`): it is also what a lost guard comes to,
   * where nothing must be written.
   */
  transact(transaction: Transaction, options?: CallOptions): Promise<TransactionResult>;
}

/** A guard that holds while all of `comparisons` do; `lost` saves the way to the store where it is known to be lost. */
export function storeGuard(store: Store, comparisons: readonly Comparison[], lost: () => AbortSignal): StoreGuard {
  const transact = async (transaction: Transaction, options: CallOptions = {}): Promise<TransactionResult> => {
    const guarded = guardTransaction(transaction, comparisons);
    const signal = lost();
    if (signal.aborted) throw fenced(signal.reason, comparisons);
    const outcome = readGuarded(await store.transact(guarded, options), comparisons);
    if (outcome === undefined) throw fenced(undefined, comparisons);
    return outcome;
  };
  const write = async (
    operation: Operation,
    expect: Expectation | undefined,
    options: CallOptions,
  ): Promise<TransactionResult> => {
    const { path } = operation;
    const conditions = expect === undefined ? [] : [{ ...expect, path }];
    const result = await transact({ if: conditions, then: [operation], else: [{ type: 'get', path }] }, options);
    if (!result.succeeded) throw unmet(path, expect, result);
    return result;
  };
  return {
    comparisons,
    transact,
    put: async (path, value, { expect, session, ...limits } = {}) => {
      const operation = { type: 'put', path, value, ...(session === undefined ? {} : { session }) } as const;
      return writtenBy(await write(operation, expect, limits));
    },
    create: async (path, value, { session, ...limits } = {}) => {
      const operation = { type: 'put', path, value, ...(session === undefined ? {} : { session }) } as const;
      return writtenBy(await write(operation, { version: 0 }, limits));
    },
    delete: async (path, { expect, ...limits } = {}) => {
      const [outcome] = (await write({ type: 'delete', path }, expect, limits)).results;
      return outcome?.type === 'delete' && outcome.existed;
    },
  };
}

function writtenBy(result: TransactionResult): Written {
  const [outcome] = result.results;
  if (outcome?.type === 'put') return outcome.written;
  throw new KeelsonError('E_INTERNAL', 'The store did not say where a write landed.');
}

function unmet(path: StorePath, expect: Expectation | undefined, result: TransactionResult): KeelsonError {
  const [found] = result.results;
  const entry = found?.type === 'get' ? found.entry : undefined;
  const details = { path };
  if (expect?.version === 0)
    return new KeelsonError('E_ALREADY_EXISTS', `There is an entry at ${path} already.`, { details });
  if (entry === undefined) return new KeelsonError('E_NOT_FOUND', `There is no entry at ${path}.`, { details });
  return new KeelsonError('E_VERSION_CONFLICT', `${path} is not as the write expected it.`, { details });
}

function fenced(cause: unknown, comparisons: readonly Comparison[]): KeelsonError {
  const paths = comparisons.map(({ path }) => path);
  return new KeelsonError('E_FENCED', `Not written: ${paths.join(', ')} is not held any more.`, {
    details: { paths },
    ...(cause === undefined ? {} : { cause }),
  });
}
