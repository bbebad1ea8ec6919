import type { Comparison, Operation, OperationResult, Transaction, TransactionResult } from '@keelson/store';
import { decodeRecord, encodeRecord, numberField } from '../common/record.ts';
import { type EventRecord, encodeEvent } from './event.ts';
import type { TopicPaths } from './topic-paths.ts';
import { decodeMark, encodeMark, type LogMark, markUnchanged } from './topic-records.ts';

/** Something to be published. */
export interface Draft {
  readonly record: EventRecord;
  readonly bytes: number;
  /** What must hold besides, and what else is written in the same step. */
  readonly conditions: readonly Comparison[];
  readonly writes: readonly Operation[];
}

/** A step that appends events to a log, and where they go if it is done. */
export interface AppendPlan {
  readonly transaction: Transaction;
  /** The number of the first; the others follow. */
  readonly first: number;
  readonly after: Pick<LogMark, 'sequence' | 'bytes'>;
}

/** What a step came to. */
export type AppendOutcome =
  | { readonly type: 'appended'; readonly head: LogMark }
  /** Others were quicker, or some had been published before: `duplicates` by index of the draft. Try again with the rest. */
  | { readonly type: 'again'; readonly head: LogMark; readonly duplicates: ReadonlyMap<number, number> }
  /** The log is as it was; the conditions of the drafts do not hold. */
  | { readonly type: 'refused' };

/** How many drafts, in order, fit into one transaction. At least one; a draft that writes something else too goes alone. */
export function batchSize(
  drafts: readonly Draft[],
  limits: { readonly operations: number; readonly bytes: number },
): number {
  let operations = 1;
  let comparisons = 1;
  let bytes = 0;
  let size = 0;
  for (const draft of drafts) {
    const special = draft.conditions.length + draft.writes.length > 0;
    if (special && size > 0) break;
    const keyed = draft.record.key === undefined ? 0 : 1;
    operations += 1 + keyed + draft.writes.length;
    comparisons += keyed + draft.conditions.length;
    bytes += draft.bytes;
    if (size > 0 && (Math.max(operations, comparisons) > limits.operations || bytes > limits.bytes)) break;
    size += 1;
    if (special) break;
  }
  return size;
}

/**
 * The transaction that appends `drafts` behind `head`: it compares the head, so of any number of attempts with the same head, sent
 * again or late, only one is ever done. An idempotence key is an entry that must not be there yet.
 */
export function planAppend(paths: TopicPaths, head: LogMark, drafts: readonly Draft[]): AppendPlan {
  const keys = keysOf(paths, drafts);
  const bytes = drafts.reduce((sum, draft) => sum + draft.bytes, head.bytes);
  const after = { sequence: head.sequence + drafts.length, bytes };
  const events = drafts.flatMap(({ record, writes }, index): Operation[] => {
    const sequence = head.sequence + index;
    const put: Operation = { type: 'put', path: paths.event(sequence), value: encodeEvent(record) };
    const value = encodeRecord({ sequence });
    const key: Operation[] = record.key === undefined ? [] : [{ type: 'put', path: paths.key(record.key), value }];
    return [put, ...key, ...writes];
  });
  const transaction: Transaction = {
    if: [
      markUnchanged(paths.head, head),
      ...keys.map(({ path }) => ({ path, version: 0 })),
      ...drafts.flatMap(({ conditions }) => conditions),
    ],
    then: [{ type: 'put', path: paths.head, value: encodeMark(after) }, ...events],
    else: [{ type: 'get', path: paths.head }, ...keys.map(({ path }) => ({ type: 'get', path }) as const)],
  };
  return { transaction, first: head.sequence, after };
}

/** What the answer to a plan's transaction means. */
export function readAppend(
  paths: TopicPaths,
  head: LogMark,
  drafts: readonly Draft[],
  plan: AppendPlan,
  result: TransactionResult,
): AppendOutcome {
  const [first, ...others] = result.results;
  if (result.succeeded) {
    const revision = first?.type === 'put' ? first.written.revision : result.revision;
    return { type: 'appended', head: { ...plan.after, modifyRevision: revision } };
  }
  const found = decodeMark(first?.type === 'get' ? first.entry : undefined);
  const duplicates = new Map<number, number>();
  for (const [at, { index }] of keysOf(paths, drafts).entries()) {
    const sequence = sequenceIn(others[at]);
    if (sequence !== undefined) duplicates.set(index, sequence);
  }
  if (found.modifyRevision === head.modifyRevision && duplicates.size === 0) return { type: 'refused' };
  return { type: 'again', head: found, duplicates };
}

function keysOf(paths: TopicPaths, drafts: readonly Draft[]): { readonly index: number; readonly path: string }[] {
  return drafts.flatMap(({ record: { key } }, index) => (key === undefined ? [] : [{ index, path: paths.key(key) }]));
}

function sequenceIn(result: OperationResult | undefined): number | undefined {
  const entry = result?.type === 'get' ? result.entry : undefined;
  return entry === undefined ? undefined : numberField(decodeRecord(entry.value), 'sequence');
}
