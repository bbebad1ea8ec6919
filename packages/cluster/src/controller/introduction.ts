import { builtInStateModels, clusterPaths, HELIX_VERSION, historyLeader, sameContent } from '../model/index.ts';
import type { ClusterSnapshot } from '../snapshot/index.ts';
import type { PlannedWrite } from './planned-writes.ts';

/** What a controller writes as it takes the lead: a line of history, and the built-in state models that differ from Helix's. Pure. */
export function introduction(
  snapshot: ClusterSnapshot,
  leader: { readonly cluster: string; readonly controller: string; readonly nowMs: number },
): readonly PlannedWrite[] {
  const { cluster, controller, nowMs } = leader;
  const paths = clusterPaths(cluster);
  const line = { controller, version: HELIX_VERSION, atMs: nowMs };
  const models = builtInStateModels.filter((model) => {
    const stored = snapshot.stateModels.get(model.name);
    return stored === undefined || !sameContent(stored.record, model.record);
  });
  return [
    { path: paths.controllerHistory, record: historyLeader(cluster, snapshot.controllerHistory?.record, line) },
    ...models.map(({ name, record }) => ({ path: paths.stateModelDefinition(name), record })),
  ];
}
