import { type CallOptions, KeelsonError } from '@keelson/runtime';
import { checkPath } from '../path.ts';
import type { Operation, Transaction, TransactionResult } from '../transaction.ts';
import type { StoreContext } from './context.ts';
import { checkExpectation, fieldsCompared } from './expectation.ts';
import { checkBranch, type PreparedOperation, planTransaction, readTransactionResult } from './transaction-plan.ts';
import { checkWritable, copyOfValue, leaseOf } from './writes.ts';

/** Carries out a transaction of the port over the etcd model. */
export function transact(
  context: StoreContext,
  transaction: Transaction,
  options: CallOptions,
): Promise<TransactionResult> {
  const comparisons = transaction.if ?? [];
  const success = prepare(context, transaction.then);
  const failure = prepare(context, transaction.else ?? []);
  for (const comparison of comparisons) {
    checkPath(comparison.path);
    checkExpectation(comparison);
  }
  const fields = comparisons.reduce((sum, comparison) => sum + fieldsCompared(comparison), 0);
  checkSize(context, Math.max(fields, success.length, failure.length));
  const request = planTransaction(context.keys, comparisons, success, failure);
  const path = transaction.then[0]?.path ?? comparisons[0]?.path ?? '/';
  return context.calls.write('transact', path, options, async (limits) => {
    const answer = await context.backend.txn(request, limits);
    return readTransactionResult(answer, answer.succeeded ? success : failure);
  });
}

function prepare(context: StoreContext, operations: readonly Operation[]): PreparedOperation[] {
  const prepared = operations.map((operation): PreparedOperation => {
    if (operation.type === 'get') {
      checkPath(operation.path);
      return operation;
    }
    checkWritable(operation.path);
    if (operation.type === 'delete') return operation;
    const { path } = operation;
    const value = copyOfValue(path, operation.value, context.capabilities.maxValueBytes);
    return { type: 'put', path, value, lease: leaseOf(operation.session) };
  });
  checkBranch(operations);
  return prepared;
}

function checkSize(context: StoreContext, size: number): void {
  const limit = context.capabilities.maxTransactionOperations;
  if (size <= limit) return;
  throw new KeelsonError('E_TOO_LARGE', `The transaction compares or does ${size} things; the store takes ${limit}.`, {
    details: { size, limit },
  });
}
