import type { ByteString, KeyRange, KvOperation, TxnRequest } from '../kv/backend.ts';
import { mvccError } from './mvcc-error.ts';

/** What a request may ask of the engine. */
export interface OperationLimits {
  /** Largest value, in bytes. */
  readonly maxValueBytes: number;
  /** Most comparisons, and most operations of one branch, of one transaction. A nested one shares what its parent left. */
  readonly maxTransactionOperations: number;
}

/** Throws what etcd would refuse before it looks at any data: `empty-key`, `value-provided`, `lease-provided`, `too-many-operations`, `duplicate-key`; and `value-too-large`. */
export function checkOperation(operation: KvOperation, limits: OperationLimits): void {
  checkShape(operation, limits, limits.maxTransactionOperations);
  if (operation.type !== 'txn') return;
  branchWrites(operation.request.success);
  branchWrites(operation.request.failure);
}

function checkShape(operation: KvOperation, limits: OperationLimits, operationsLeft: number): void {
  if (operation.type === 'range') checkKey(operation.request.key);
  else if (operation.type === 'delete-range') checkKey(operation.range.key);
  else if (operation.type === 'put') checkPut(operation, limits);
  else checkTxn(operation.request, limits, operationsLeft);
}

function checkKey(key: ByteString): void {
  if (key === '') throw mvccError('empty-key');
}

function checkPut(put: KvOperation & { type: 'put' }, limits: OperationLimits): void {
  checkKey(put.key);
  if (put.ignoreValue === true && put.value.length > 0) throw mvccError('value-provided');
  if (put.ignoreLease === true && (put.lease ?? 0n) !== 0n) throw mvccError('lease-provided');
  if (put.value.length > limits.maxValueBytes)
    throw mvccError('value-too-large', { sizeBytes: put.value.length, limitBytes: limits.maxValueBytes });
}

function checkTxn(request: TxnRequest, limits: OperationLimits, operationsLeft: number): void {
  const size = Math.max(request.compare.length, request.success.length, request.failure.length);
  if (size > operationsLeft) throw mvccError('too-many-operations', { limit: limits.maxTransactionOperations });
  for (const compare of request.compare) checkKey(compare.key);
  for (const branch of [request.success, request.failure])
    for (const operation of branch) checkShape(operation, limits, operationsLeft - size);
}

/** What one branch writes, nested branches included. */
interface BranchWrites {
  readonly puts: Set<ByteString>;
  readonly deletes: KeyRange[];
}

/**
 * Collects the writes of a branch and throws `duplicate-key` where one key would be put twice, or put and deleted, in one
 * revision. The branches of a nested transaction exclude each other, so they may both put a key. As etcd does, a put is held
 * against the deletes of its own level and of nested transactions before it, and deletes may overlap each other.
 */
function branchWrites(operations: readonly KvOperation[]): BranchWrites {
  const puts = new Set<ByteString>();
  const deletes: KeyRange[] = [];
  for (const operation of operations) if (operation.type === 'delete-range') deletes.push(operation.range);
  for (const operation of operations) if (operation.type === 'txn') mergeNested(operation.request, puts, deletes);
  for (const operation of operations) if (operation.type === 'put') addPut(operation.key, puts, deletes);
  return { puts, deletes };
}

function mergeNested(request: TxnRequest, puts: Set<ByteString>, deletes: KeyRange[]): void {
  const success = branchWrites(request.success);
  const failure = branchWrites(request.failure);
  for (const key of success.puts) addPut(key, puts, deletes);
  for (const key of failure.puts) {
    if (success.puts.has(key)) continue;
    addPut(key, puts, deletes);
  }
  deletes.push(...success.deletes, ...failure.deletes);
}

function addPut(key: ByteString, puts: Set<ByteString>, deletes: readonly KeyRange[]): void {
  if (puts.has(key) || deletes.some((range) => deletesKey(range, key))) throw mvccError('duplicate-key', { key });
  puts.add(key);
}

/** Unlike everywhere else a lone NUL as `end` is taken at its word here, hence as an empty range: etcd does, and clients may rely on it. */
function deletesKey(range: KeyRange, key: ByteString): boolean {
  if (range.end === undefined || range.end === '') return range.key === key;
  return key >= range.key && key < range.end;
}
