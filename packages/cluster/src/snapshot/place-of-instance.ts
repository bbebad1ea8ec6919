import { CurrentState, Message, type ZNRecord } from '../model/index.ts';
import type { ClusterChanges } from './cluster-changes.ts';
import type { MutableSnapshot } from './mutable-snapshot.ts';
import type { PlacedRecord, Placer } from './placed-record.ts';

/** INSTANCES/{instance}: messages, current states, history. */
export const placeOfInstance: Placer = (snapshot, [instance, area, ...rest], placed, changes) => {
  const [first, second, third] = rest;
  if (instance === undefined) return;
  if (area === 'MESSAGES' && first !== undefined && rest.length === 1) {
    placeMessage(snapshot, instance, first, placed, changes);
  } else if (area === 'CURRENTSTATES' && first !== undefined && second !== undefined && rest.length <= 3) {
    const key = `${instance}/${first}/${second}`;
    const whole = snapshot.storedCurrentStates.set(key, third, placed.record);
    placeCurrentState(snapshot, [instance, first, second], whole, changes);
  } else if (area === 'HISTORY' && rest.length === 0) {
    const { record, entry } = placed;
    if (record === undefined || entry === undefined) snapshot.histories.delete(instance);
    else snapshot.histories.set(instance, { record, version: entry.version });
    if (!snapshot.live.has(instance)) changes.mark('LiveInstanceChange');
  }
};

function placeMessage(
  snapshot: MutableSnapshot,
  instance: string,
  id: string,
  { record, entry }: PlacedRecord,
  changes: ClusterChanges,
): void {
  const before = snapshot.messageTable.get(instance, id);
  if (record === undefined || entry === undefined) {
    if (before !== undefined) snapshot.waitingIndex.remove(before, changes);
    snapshot.messageTable.delete(instance, id);
    return;
  }
  const waiting = { instance, message: new Message(record), createRevision: entry.createRevision };
  if (before !== undefined) snapshot.waitingIndex.remove(before, changes);
  snapshot.messageTable.set(instance, id, waiting);
  snapshot.waitingIndex.add(waiting, snapshot.live.get(instance), changes);
}

function placeCurrentState(
  snapshot: MutableSnapshot,
  [instance, session, resource]: readonly [instance: string, session: string, resource: string],
  record: ZNRecord | undefined,
  changes: ClusterChanges,
): void {
  const before = snapshot.currentStateTable.get(instance, session, resource);
  const after = record === undefined ? undefined : new CurrentState(record);
  if (after === undefined) snapshot.currentStateTable.delete(instance, session, resource);
  else snapshot.currentStateTable.set(instance, session, resource, after);
  if (snapshot.live.get(instance)?.session !== session) return;
  snapshot.replicaIndex.replace(instance, resource, before, after, changes);
}
