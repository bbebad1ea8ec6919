import type { ByteString, KeyRange, KvOperation, TxnRequest } from '../kv/backend.ts';
import { comparisonHolds } from './comparison.ts';
import { isSingleKey, spanContains, spanOf } from './key-range.ts';
import { mvccError } from './mvcc-error.ts';
import type { MvccDeleteResult, MvccOperationResult, MvccPutResult, MvccTxnResult } from './operation-result.ts';
import { type ReadView, readableRevision, readRange } from './range-read.ts';
import { toKeyValue, type Version, versionAt } from './version.ts';

/** What an execution may do to the store. Each write becomes visible at once to what follows in the same execution. */
export interface WriteAccess {
  isLeaseAlive(id: bigint): boolean;
  put(key: ByteString, value: Uint8Array, lease: bigint): void;
  delete(key: ByteString): void;
  /** Writes done so far. */
  readonly writes: number;
}

/** Whether the operation writes nothing whatever it finds, so that it can be answered from a past revision. */
export function isReadOnly(operation: KvOperation): boolean {
  if (operation.type === 'range') return true;
  if (operation.type !== 'txn') return false;
  return operation.request.success.every(isReadOnly) && operation.request.failure.every(isReadOnly);
}

/**
 * An operation with its branches chosen. Every comparison, nested ones too, is made against the store as it was before the first
 * write, and everything that can fail is looked at before it: so a transaction is carried out whole or not at all.
 */
type Planned = Exclude<KvOperation, { type: 'txn' }> | PlannedTxn;
interface PlannedTxn {
  readonly type: 'txn';
  readonly succeeded: boolean;
  readonly operations: readonly Planned[];
}

/** Executes one operation against a view of the store, through `access`. */
export class Execution {
  readonly #before: ReadView;
  readonly #access: WriteAccess;

  constructor(before: ReadView, access: WriteAccess) {
    this.#before = before;
    this.#access = access;
  }

  /** Throws before the first write, or not at all. */
  run(operation: KvOperation): MvccOperationResult {
    const planned = this.#plan(operation);
    this.#check(planned, []);
    return this.#apply(planned);
  }

  /** Transactions read their own writes: the view moves on with the first one. */
  get #view(): ReadView {
    return this.#access.writes === 0 ? this.#before : { ...this.#before, revision: this.#before.revision + 1 };
  }

  #plan(operation: KvOperation): Planned {
    return operation.type === 'txn' ? this.#planTxn(operation.request) : operation;
  }

  #planTxn(request: TxnRequest): PlannedTxn {
    const succeeded = request.compare.every((compare) => comparisonHolds(this.#before, compare));
    const branch = succeeded ? request.success : request.failure;
    return { type: 'txn', succeeded, operations: branch.map((operation) => this.#plan(operation)) };
  }

  /** `deleted`: what the operations before this one will have deleted; it grows. */
  #check(planned: Planned, deleted: KeyRange[]): void {
    if (planned.type === 'txn') for (const operation of planned.operations) this.#check(operation, deleted);
    else if (planned.type === 'range') readableRevision(this.#before, planned.request.revision);
    else if (planned.type === 'put') this.#checkPut(planned, deleted);
    else deleted.push(planned.range);
  }

  /**
   * A key deleted earlier in the same transaction has nothing to keep either. etcd overlooks that where the deleted range has no end:
   * its process then ends in the middle of the transaction.
   */
  #checkPut(put: Planned & { type: 'put' }, deleted: readonly KeyRange[]): void {
    const lease = put.lease ?? 0n;
    if (lease !== 0n && !this.#access.isLeaseAlive(lease))
      throw mvccError('lease-not-found', { lease: lease.toString(16) });
    if (put.ignoreValue !== true && put.ignoreLease !== true) return;
    if (
      this.#current(put.key, this.#before) === undefined ||
      deleted.some((range) => spanContains(spanOf(range), put.key))
    )
      throw mvccError('key-not-found', { key: put.key });
  }

  #apply(planned: Planned): MvccOperationResult {
    if (planned.type === 'range') return { type: 'range', result: readRange(this.#view, planned.request) };
    if (planned.type === 'put') return this.#put(planned);
    if (planned.type === 'delete-range') return this.#deleteRange(planned);
    return { type: 'txn', result: this.#applyTxn(planned) };
  }

  #applyTxn(planned: PlannedTxn): MvccTxnResult {
    const results = planned.operations.map((operation) => this.#apply(operation));
    return { succeeded: planned.succeeded, revision: this.#revision(), results };
  }

  #put(put: Planned & { type: 'put' }): MvccPutResult {
    const wantsPrevious = put.prevKv === true || put.ignoreValue === true || put.ignoreLease === true;
    const previous = wantsPrevious ? this.#current(put.key, this.#view) : undefined;
    const value = put.ignoreValue === true && previous !== undefined ? previous.value : put.value;
    const lease = put.ignoreLease === true && previous !== undefined ? previous.lease : (put.lease ?? 0n);
    // The answer is made first: the write may free the memory of what it supersedes.
    const prevKv = put.prevKv === true && previous !== undefined ? toKeyValue(previous) : undefined;
    this.#access.put(put.key, value, lease);
    const revision = this.#revision();
    return prevKv === undefined ? { type: 'put', revision } : { type: 'put', prevKv, revision };
  }

  #deleteRange(operation: Planned & { type: 'delete-range' }): MvccDeleteResult {
    const found: Version[] = [];
    const view = this.#view;
    const { range } = operation;
    if (isSingleKey(range)) {
      const version = this.#current(range.key, view);
      if (version !== undefined) found.push(version);
    } else {
      view.index.scan(spanOf(range), (entry) => {
        const version = versionAt(entry, view.revision);
        if (version !== undefined) found.push(version);
        return true;
      });
    }
    const prevKvs = operation.prevKv === true ? found.map(toKeyValue) : [];
    for (const version of found) this.#access.delete(version.entry.key);
    return { type: 'delete-range', deleted: found.length, prevKvs, revision: this.#revision() };
  }

  #current(key: ByteString, view: ReadView): Version | undefined {
    const entry = view.index.get(key);
    return entry === undefined ? undefined : versionAt(entry, view.revision);
  }

  #revision(): bigint {
    return BigInt(this.#view.revision);
  }
}
