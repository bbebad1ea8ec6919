import { type CurrentState, mapField } from '../model/index.ts';
import type { ClusterChanges } from './cluster-changes.ts';
import type { ReplicaState } from './cluster-snapshot.ts';
import { DeepMap } from './nested-map.ts';

const noReplicas: readonly string[] = [];

/** What a decision depends on, or an explanation shows. */
const told = ['CURRENT_STATE', 'END_TIME', 'FENCING_TOKEN'] as const;

/** Replicas by resource, partition and instance, kept up to date partition by partition from current states of live sessions. */
export class ReplicaIndex {
  readonly #replicas = new DeepMap<ReplicaState>();
  readonly #stateModels = new Map<string, string>();
  readonly #bucketSizes = new Map<string, number>();

  get replicas(): ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, ReplicaState>>> {
    return this.#replicas.tables;
  }
  get stateModels(): ReadonlyMap<string, string> {
    return this.#stateModels;
  }
  get bucketSizes(): ReadonlyMap<string, number> {
    return this.#bucketSizes;
  }

  /** `instance` now says `after` of the resource where it said `before`. Marks the partitions that differ. */
  replace(
    instance: string,
    resource: string,
    before: CurrentState | undefined,
    after: CurrentState | undefined,
    changes: ClusterChanges,
  ): void {
    if (after !== undefined) {
      this.#stateModels.set(resource, after.stateModel);
      this.#bucketSizes.set(resource, after.bucketSize);
    }
    for (const partition of before?.partitions ?? noReplicas) {
      if (after?.stateOf(partition) !== undefined) continue;
      this.#replicas.delete(resource, partition, instance);
      changes.markPartition('CurrentStateChange', resource, partition);
    }
    for (const partition of after?.partitions ?? noReplicas) {
      if (after === undefined || isUnchanged(partition, before, after)) continue;
      const state = after.stateOf(partition);
      if (state === undefined) continue;
      const replica = { state, sinceMs: after.enteredMs(partition) };
      const token = after.fencingTokenOf(partition);
      const known = token !== undefined && /^\d{1,20}$/.test(token);
      const whole = known ? { ...replica, fencingToken: BigInt(token) } : replica;
      this.#replicas.set(resource, partition, instance, whole);
      changes.markPartition('CurrentStateChange', resource, partition);
    }
  }
}

function isUnchanged(partition: string, before: CurrentState | undefined, after: CurrentState): boolean {
  if (before === undefined) return false;
  const old = mapField(before.record, partition);
  const now = mapField(after.record, partition);
  return old === now || told.every((key) => old?.[key] === now?.[key]);
}
