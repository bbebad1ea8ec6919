import { type ClusterSnapshot, listField, parseJavaMap } from '@keelson/cluster';
import type { ClusterEvent } from '../api/schemas.ts';
import type { EventBody } from './event-log.ts';

/**
 * What the records of a cluster themselves tell of its past: when each replica came into its state, instances joined and controllers
 * were elected. A server that has just started shows it in place of what it did not see. Oldest first, the newest `limit`.
 */
export function pastEvents(snapshot: ClusterSnapshot, limit: number): readonly ClusterEvent[] {
  const bodies = [...replicaEvents(snapshot), ...joinedEvents(snapshot), ...electedEvents(snapshot)];
  bodies.sort((one, other) => one.atMs - other.atMs);
  // Revision 0 stands before every write: nobody can resume from these.
  return bodies.slice(-limit).map((body, index) => ({ id: `0-${index + 1}`, ...body }));
}

function* replicaEvents(snapshot: ClusterSnapshot): Generator<EventBody> {
  for (const [resource, partitions] of snapshot.replicas)
    for (const [partition, replicas] of partitions)
      for (const [instance, { state, sinceMs }] of replicas)
        if (sinceMs > 0) yield { type: 'replica', resource, partition, instance, from: null, to: state, atMs: sinceMs };
}

function* joinedEvents(snapshot: ClusterSnapshot): Generator<EventBody> {
  for (const [instance, { record }] of snapshot.histories)
    for (const line of listField(record, 'HISTORY') ?? []) {
      const atMs = Number(parseJavaMap(line).TIME);
      if (atMs > 0) yield { type: 'instance', instance, change: 'joined', atMs };
    }
}

function* electedEvents(snapshot: ClusterSnapshot): Generator<EventBody> {
  const history = snapshot.controllerHistory;
  if (history === undefined) return;
  for (const line of listField(history.record, 'HISTORY') ?? []) {
    const { CONTROLLER: leader, TIME: time } = parseJavaMap(line);
    if (leader !== undefined && Number(time) > 0)
      yield { type: 'controller', leader, change: 'elected', atMs: Number(time) };
  }
}
