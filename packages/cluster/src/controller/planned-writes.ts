import type { Comparison, Operation, StorePath } from '@keelson/store';
import {
  bucketSizeOf,
  type ClusterPaths,
  clusterPaths,
  encodeRecord,
  historyOffline,
  Message,
  splitIntoBuckets,
  type ZNRecord,
} from '../model/index.ts';
import type { ClusterSnapshot } from '../snapshot/index.ts';
import type { ClusterPlan } from './plan-cluster.ts';
import type { Transition } from './transition.ts';

/** One entry to write or to delete. */
export interface PlannedWrite {
  readonly path: StorePath;
  /** Absent where the entry is to be deleted. */
  readonly record: ZNRecord | undefined;
  /** What must be there for it to be written; absent: whatever is there. */
  readonly expect?: Omit<Comparison, 'path'>;
}

/** Who writes, when, and under which names. */
export interface WriteContext {
  readonly controller: string;
  readonly session: string;
  /** Wall time in milliseconds. */
  readonly nowMs: number;
  /** A fresh id for a message. */
  readonly newId: () => string;
}

/** What a plan comes to, in the order in which it is to be written. */
export interface PlannedWrites {
  /** Messages that bring a top state back; they go ahead of all others. */
  readonly urgent: readonly PlannedWrite[];
  /** Messages, those to be deleted, and external views: unconditional. */
  readonly main: readonly PlannedWrite[];
  /** Histories and ideal states, which others write too: each only if it is still as it was read. */
  readonly guarded: readonly PlannedWrite[];
}

function messageWrite(
  paths: ClusterPaths,
  plan: ClusterPlan,
  transition: Transition,
  context: WriteContext,
): PlannedWrite {
  const { instance, session, bucketSize, timeoutMs, rebalanceType, ...rest } = transition;
  const { record } = Message.stateTransition({
    ...rest,
    id: context.newId(),
    sourceName: context.controller,
    sourceSession: context.session,
    targetName: instance,
    targetSession: session,
    createdMs: context.nowMs,
    eventName: plan.eventName,
    ...(bucketSize > 0 ? { bucketSize } : {}),
    ...(timeoutMs > 0 ? { timeoutMs } : {}),
    ...(rebalanceType === undefined ? {} : { rebalanceType }),
  });
  return { path: paths.message(instance, record.id), record };
}

/** A view as it is stored: as it is, or its head and its buckets; buckets that it has no more are deleted. */
function viewWrites(paths: ClusterPaths, snapshot: ClusterSnapshot, record: ZNRecord): readonly PlannedWrite[] {
  const path = paths.externalView(record.id);
  const size = bucketSizeOf(record);
  if (size === 0) return [{ path, record }];
  const { head, buckets } = splitIntoBuckets(record, size);
  const stale = [...(snapshot.externalViewBuckets.get(record.id) ?? [])].filter((name) => !buckets.has(name));
  return [
    { path, record: head },
    ...[...buckets].map(([name, bucket]) => ({ path: `${path}/${name}`, record: bucket })),
    ...stale.map((name) => ({ path: `${path}/${name}`, record: undefined })),
  ];
}

/** Everything that a plan asks to be written. */
export function plannedWrites(snapshot: ClusterSnapshot, plan: ClusterPlan, context: WriteContext): PlannedWrites {
  const paths = clusterPaths(snapshot.cluster);
  const { transitions } = plan;
  const toWrite = (transition: Transition): PlannedWrite => messageWrite(paths, plan, transition, context);
  const urgent = transitions.filter((transition) => transition.urgent).map(toWrite);
  const main = transitions.filter((transition) => !transition.urgent).map(toWrite);
  for (const { instance, message } of plan.obsolete) {
    main.push({ path: paths.message(instance, message.id), record: undefined });
  }
  for (const id of snapshot.sessionNotices) main.push({ path: `${paths.controllerMessages}/${id}`, record: undefined });
  for (const view of plan.views) main.push(...viewWrites(paths, snapshot, view.record));
  for (const resource of plan.viewsToRemove) {
    const path = paths.externalView(resource);
    const buckets = [...(snapshot.externalViewBuckets.get(resource) ?? [])];
    for (const bucket of [...buckets.map((name) => `${path}/${name}`), path])
      main.push({ path: bucket, record: undefined });
  }
  return { urgent, main, guarded: guardedWrites(paths, snapshot, plan, context) };
}

function guardedWrites(
  paths: ClusterPaths,
  snapshot: ClusterSnapshot,
  plan: ClusterPlan,
  context: WriteContext,
): readonly PlannedWrite[] {
  const writes: PlannedWrite[] = [];
  for (const instance of plan.wentOffline) {
    const history = snapshot.histories.get(instance);
    const record = historyOffline(instance, history?.record, context.nowMs);
    writes.push({ path: paths.participantHistory(instance), record, expect: { version: history?.version ?? 0 } });
  }
  for (const { resource, record } of plan.idealStates) {
    const revision = snapshot.idealStateRevisions.get(resource);
    if (revision === undefined) continue;
    writes.push({ path: paths.idealState(resource), record, expect: { modifyRevision: revision } });
  }
  return writes;
}

/** An operation of a transaction and the bytes it carries. */
export interface EncodedWrite {
  readonly write: PlannedWrite;
  readonly operation: Operation;
  readonly sizeBytes: number;
}

/**
 * The write as an operation.
 *
 * @throws `E_TOO_LARGE` where the record does not fit into `maxValueBytes` even compressed.
 */
export function encodeWrite(write: PlannedWrite, maxValueBytes: number): EncodedWrite {
  const { path, record } = write;
  if (record === undefined) return { write, operation: { type: 'delete', path }, sizeBytes: path.length };
  const value = encodeRecord(record, maxValueBytes);
  return { write, operation: { type: 'put', path, value }, sizeBytes: value.length + path.length };
}

/** Cuts writes, in their order, into transactions of at most so many operations and bytes. */
export function intoBatches(
  writes: readonly EncodedWrite[],
  limits: { readonly operations: number; readonly bytes: number },
): readonly (readonly EncodedWrite[])[] {
  const batches: EncodedWrite[][] = [];
  let bytes = 0;
  for (const write of writes) {
    const last = batches.at(-1);
    if (last === undefined || last.length >= limits.operations || bytes + write.sizeBytes > limits.bytes) {
      batches.push([write]);
      bytes = write.sizeBytes;
    } else {
      last.push(write);
      bytes += write.sizeBytes;
    }
  }
  return batches;
}
