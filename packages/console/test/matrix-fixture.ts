import type { MatrixCell, MatrixWire, ReplicaEvent } from '../app/api/types.ts';

/** States of the test matrices, by priority. */
export const STATES = ['MASTER', 'SLAVE', 'OFFLINE', 'ERROR'] as const;

/** A matrix of `partitions` × `instances` with the given cells; names are `kv_0`, `w0` and so on. */
export function wireMatrix(partitions: number, instances: number, cells: readonly MatrixCell[]): MatrixWire {
  const names = (prefix: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  return {
    resource: 'kv',
    stateModel: 'MasterSlave',
    states: STATES,
    instances: names('w', instances),
    partitions: names('kv_', partitions),
    cells,
  };
}

/** A replica of `kv` that changed its state; the revision is also its time. */
export function replicaEvent(revision: number, partition: number, instance: number, to: string | null): ReplicaEvent {
  return {
    type: 'replica',
    id: `${revision}-1`,
    atMs: revision,
    resource: 'kv',
    partition: `kv_${partition}`,
    instance: `w${instance}`,
    from: null,
    to,
  };
}
