import { createAdmin } from '@keelson/cluster';
import { isKeelsonError, type Runtime } from '@keelson/runtime';
import type { Store } from '@keelson/store';

/** What is declared for the example: once, by whoever comes first. */
export interface Declaration {
  readonly cluster: string;
  readonly resource: string;
  readonly partitions: number;
  /** One MASTER, the others SLAVEs. */
  readonly replicas: number;
}

/** The example as `npm start` runs it. */
export const exampleDeclaration: Declaration = { cluster: 'example', resource: 'kv', partitions: 48, replicas: 3 };

/** Declares cluster and resource where they do not exist yet; leaves alone what an operator has changed since. */
export async function prepareCluster(store: Store, runtime: Runtime, declaration: Declaration): Promise<void> {
  const admin = createAdmin({ store, runtime });
  const { cluster, resource, partitions, replicas } = declaration;
  await unlessThere(admin.createCluster(cluster, { allowParticipantAutoJoin: true }));
  await unlessThere(
    admin.addResource(cluster, resource, { partitions, replicas, stateModel: 'MasterSlave', mode: 'FULL_AUTO' }),
  );
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!isKeelsonError(error, 'E_ALREADY_EXISTS')) throw error;
  }
}
