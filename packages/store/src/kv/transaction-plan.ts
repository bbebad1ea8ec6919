import { KeelsonError } from '@keelson/runtime';
import { isBelow } from '../path.ts';
import type { StorePath } from '../port.ts';
import type { Operation, OperationResult, Transaction, TransactionResult } from '../transaction.ts';
import type { KeyRange, KvCompare, KvOperation, KvOperationResult, TxnRequest, TxnResult } from './backend.ts';
import { entryOf } from './entry.ts';
import { comparesOf, rangeIsEmpty } from './expectation.ts';
import type { KeySpace } from './key-space.ts';

/** An operation with what only the store knows: the copied value and the lease. */
export type PreparedOperation =
  | { readonly type: 'put'; readonly path: StorePath; readonly value: Uint8Array; readonly lease: bigint }
  | Exclude<Operation, { readonly type: 'put' }>;

/** Throws `E_INVALID_ARGUMENT` for a branch that writes a path twice, or writes below a path that it deletes later. */
export function checkBranch(operations: readonly Operation[]): void {
  const written = new Set<StorePath>();
  const puts: StorePath[] = [];
  for (const operation of operations) {
    if (operation.type === 'get') continue;
    const { path } = operation;
    if (written.has(path))
      throw new KeelsonError('E_INVALID_ARGUMENT', `A transaction may write ${path} only once.`, { details: { path } });
    if (operation.type === 'delete' && puts.some((put) => isBelow(put, path)))
      throw new KeelsonError('E_INVALID_ARGUMENT', `A transaction cannot write below ${path} and then delete it.`, {
        details: { path },
      });
    written.add(path);
    if (operation.type === 'put') puts.push(path);
  }
}

/**
 * The ranges that must be empty for the deletes of a branch: what is below each path deleted, less the children that the branch
 * deletes before it.
 */
export function rangesToBeEmpty(keys: KeySpace, operations: readonly PreparedOperation[]): KeyRange[] {
  const ranges: KeyRange[] = [];
  const deleted: StorePath[] = [];
  for (const operation of operations) {
    if (operation.type !== 'delete') continue;
    const { path } = operation;
    const span = keys.descendants(path);
    let from = span.key;
    const gone = deleted.filter((other) => isBelow(other, path)).map((other) => keys.keyOf(other));
    for (const key of gone.sort()) {
      if (from < key) ranges.push({ key: from, end: key });
      from = `${key}\0`;
    }
    ranges.push({ key: from, end: span.end });
    deleted.push(path);
  }
  return ranges;
}

function operationOf(keys: KeySpace, operation: PreparedOperation): KvOperation {
  const key = keys.keyOf(operation.path);
  if (operation.type === 'get') return { type: 'range', request: { key } };
  if (operation.type === 'delete') return { type: 'delete-range', range: { key } };
  // What was there before tells the version that the put makes.
  return { type: 'put', key, value: operation.value, lease: operation.lease, prevKv: true };
}

/** Reads first, as a get shows what the transaction found; each part in the order given. */
function inOrder(operations: readonly PreparedOperation[]): PreparedOperation[] {
  return [
    ...operations.filter((operation) => operation.type === 'get'),
    ...operations.filter((operation) => operation.type !== 'get'),
  ];
}

function branchOf(keys: KeySpace, operations: readonly PreparedOperation[]): KvOperation[] {
  const steps = inOrder(operations).map((operation) => operationOf(keys, operation));
  const empty = rangesToBeEmpty(keys, operations).map(rangeIsEmpty);
  if (empty.length === 0) return steps;
  return [{ type: 'txn', request: { compare: empty, success: steps, failure: [] } }];
}

/** A transaction of the port as one of the etcd model. Branches that delete are nested under the check that nothing is orphaned. */
export function planTransaction(
  keys: KeySpace,
  comparisons: NonNullable<Transaction['if']>,
  success: readonly PreparedOperation[],
  failure: readonly PreparedOperation[],
): TxnRequest {
  const compare: KvCompare[] = comparisons.flatMap((comparison) => comparesOf(keys.keyOf(comparison.path), comparison));
  return { compare, success: branchOf(keys, success), failure: branchOf(keys, failure) };
}

/** What the engine's answer means for the branch that was carried out. Throws `E_NOT_EMPTY` where its check refused it. */
export function readTransactionResult(answer: TxnResult, branch: readonly PreparedOperation[]): TransactionResult {
  let { results } = answer;
  const nested = results[0];
  if (nested?.type === 'txn') {
    if (!nested.result.succeeded) throw notEmpty(branch);
    ({ results } = nested.result);
  }
  const byOperation = new Map<PreparedOperation, OperationResult>();
  inOrder(branch).forEach((operation, index) => {
    byOperation.set(operation, resultOf(operation, results[index], answer.revision));
  });
  const ordered = branch.map((operation) => byOperation.get(operation));
  return {
    succeeded: answer.succeeded,
    revision: answer.revision,
    results: ordered.filter((result) => result !== undefined),
  };
}

function resultOf(
  operation: PreparedOperation,
  result: KvOperationResult | undefined,
  revision: bigint,
): OperationResult {
  const { path } = operation;
  if (operation.type === 'get' && result?.type === 'range') {
    const kv = result.result.kvs[0];
    return { type: 'get', entry: kv === undefined ? undefined : entryOf(path, kv) };
  }
  if (operation.type === 'delete' && result?.type === 'delete-range')
    return { type: 'delete', existed: result.deleted > 0 };
  if (operation.type === 'put' && result?.type === 'put') {
    const before = result.prevKv;
    const version = (before?.version ?? 0) + 1;
    return { type: 'put', written: { path, revision, version, createRevision: before?.createRevision ?? revision } };
  }
  throw new KeelsonError('E_INTERNAL', `The engine answered a ${operation.type} with ${result?.type ?? 'nothing'}.`);
}

function notEmpty(branch: readonly PreparedOperation[]): KeelsonError {
  const paths = branch.filter((operation) => operation.type === 'delete').map((operation) => operation.path);
  return new KeelsonError('E_NOT_EMPTY', `There are entries below ${paths.join(' or ')}.`, { details: { paths } });
}
