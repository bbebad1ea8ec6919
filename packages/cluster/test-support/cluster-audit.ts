import type { Store } from '@keelson/store';
import { ClusterMirror, type ClusterSnapshot } from '../src/snapshot/index.ts';

/** What must never be in the store, as it was seen. */
export interface ClusterAudit {
  readonly violations: readonly string[];
  /** Changes looked at. */
  readonly checked: number;
  stop(): Promise<void>;
}

/** More replicas in a state than its model allows, by what live participants report. */
function tooMany(snapshot: ClusterSnapshot): readonly string[] {
  const found: string[] = [];
  for (const [resource, partitions] of snapshot.replicas) {
    const model = snapshot.stateModels.get(snapshot.stateModelOf.get(resource) ?? '');
    const top = model?.topState;
    if (model === undefined || top === undefined || !model.singleTopState) continue;
    for (const [partition, replicas] of partitions) {
      const holders = [...replicas].filter(([, { state }]) => state === top).map(([instance]) => instance);
      if (holders.length > 1) found.push(`${resource}/${partition}: ${holders.join(' and ')} are ${top}`);
    }
  }
  return found;
}

/** Replicas that were asked for two transitions at once, from the state they are in. */
function askedTwice(snapshot: ClusterSnapshot): readonly string[] {
  const found: string[] = [];
  for (const [resource, partitions] of snapshot.waiting) {
    for (const [partition, instances] of partitions) {
      for (const [instance, waiting] of instances) {
        const state = snapshot.replicas.get(resource)?.get(partition)?.get(instance)?.state ?? 'OFFLINE';
        const open = waiting.filter(({ message }) => message.fromState === state);
        if (open.length > 1) found.push(`${resource}/${partition}: ${instance} was asked ${open.length} times at once`);
      }
    }
  }
  return found;
}

/** Watches a cluster from outside and notes, at every change of the store, what must never be. */
export function auditCluster(store: Store, cluster: string): ClusterAudit {
  const mirror = new ClusterMirror(cluster);
  const violations: string[] = [];
  const stopped = new AbortController();
  const audit = { violations, checked: 0 };
  const look = async (): Promise<void> => {
    for await (const event of store.watch(`/${cluster}`, { recursive: true, signal: stopped.signal })) {
      if (event.type === 'snapshot') mirror.reset(event.entries, event.revision);
      else if (event.type === 'changes') mirror.apply(event.changes, event.revision);
      for (const violation of [...tooMany(mirror.snapshot), ...askedTwice(mirror.snapshot)]) {
        violations.push(`revision ${mirror.snapshot.revision}: ${violation}`);
      }
      audit.checked++;
    }
  };
  const looking = look();
  return Object.assign(audit, {
    stop: async () => {
      stopped.abort();
      await looking;
    },
  });
}
