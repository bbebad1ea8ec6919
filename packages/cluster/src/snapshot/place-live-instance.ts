import { LiveInstance } from '../model/index.ts';
import type { ClusterChanges } from './cluster-changes.ts';
import type { MutableSnapshot } from './mutable-snapshot.ts';
import type { Placer } from './placed-record.ts';

/** LIVEINSTANCES/{instance}: who is alive, and with it which current states and messages count. */
export const placeLiveInstance: Placer = (snapshot, [instance, ...rest], { record, entry }, changes) => {
  if (instance === undefined || rest.length > 0) return;
  const before = snapshot.live.get(instance);
  const liveInstance = record === undefined ? undefined : new LiveInstance(record);
  const session = liveInstance?.sessionOf(entry?.owner);
  if (before?.session !== session) leave(snapshot, instance, changes);
  if (liveInstance === undefined || session === undefined || entry === undefined) {
    snapshot.live.delete(instance);
  } else {
    snapshot.live.set(instance, { instance, session, liveInstance, createRevision: entry.createRevision });
    if (before?.session !== session) arrive(snapshot, instance, session, changes);
  }
  if (before !== undefined || session !== undefined) changes.markAll('LiveInstanceChange');
};

/** What the instance held under its last session counts no more. */
function leave(snapshot: MutableSnapshot, instance: string, changes: ClusterChanges): void {
  const before = snapshot.live.get(instance);
  if (before === undefined) return;
  for (const [resource, state] of snapshot.currentStateTable.row(instance, before.session)) {
    snapshot.replicaIndex.replace(instance, resource, state, undefined, changes);
  }
  for (const waiting of snapshot.messages.get(instance)?.values() ?? []) {
    snapshot.waitingIndex.remove(waiting, changes);
  }
}

function arrive(snapshot: MutableSnapshot, instance: string, session: string, changes: ClusterChanges): void {
  for (const [resource, state] of snapshot.currentStateTable.row(instance, session)) {
    snapshot.replicaIndex.replace(instance, resource, undefined, state, changes);
  }
  const live = snapshot.live.get(instance);
  for (const waiting of snapshot.messages.get(instance)?.values() ?? []) {
    snapshot.waitingIndex.add(waiting, live, changes);
  }
}
