import { DROPPED_STATE, ERROR_STATE } from '@keelson/cluster';
import type { MatrixCell, ResourceMatrix } from '../api/schemas.ts';
import { instanceNames } from './instance-view.ts';
import { stateModelOf } from './resource-view.ts';
import { byName, type ClusterPicture } from './wanted.ts';

/** Partitions by instances of one resource, for drawing: a cell for each replica that is there or wanted. */
export function resourceMatrix(picture: ClusterPicture, resource: string): ResourceMatrix {
  const { snapshot, plan } = picture;
  const stateModel = stateModelOf(snapshot, resource);
  const present = snapshot.replicas.get(resource);
  const planned = plan.resources.get(resource)?.partitions;
  const states = [...(snapshot.stateModels.get(stateModel)?.states ?? [])].filter((state) => state !== DROPPED_STATE);
  if (!states.includes(ERROR_STATE)) states.push(ERROR_STATE);
  const declared = snapshot.idealStates.get(resource)?.partitions ?? [];
  const partitions = [...new Set([...declared, ...(present?.keys() ?? []), ...(planned?.keys() ?? [])])].sort(byName);
  const instances = [...instanceNames(snapshot)];
  const indexOfState = indexer(states);
  const indexOfInstance = indexer(instances);
  const cells: MatrixCell[] = [];
  for (const [row, partition] of partitions.entries()) {
    const here = present?.get(partition);
    const want = planned?.get(partition)?.wanted;
    const wantedIndex = (instance: string): number => {
      const state = want?.get(instance)?.state;
      return state === undefined || state === DROPPED_STATE ? -1 : indexOfState(state);
    };
    for (const [instance, { state, sinceMs }] of here ?? [])
      cells.push([row, indexOfInstance(instance), indexOfState(state), Math.max(0, sinceMs), wantedIndex(instance)]);
    for (const [instance, { state }] of want ?? [])
      if (here?.has(instance) !== true && state !== DROPPED_STATE)
        cells.push([row, indexOfInstance(instance), -1, 0, wantedIndex(instance)]);
  }
  return { resource, stateModel, states, instances, partitions, cells };
}

/** The place of a name in a list, which grows by names not met before. */
function indexer(names: string[]): (name: string) => number {
  const places = new Map(names.map((name, index) => [name, index]));
  return (name) => {
    const known = places.get(name);
    if (known !== undefined) return known;
    places.set(name, names.length);
    names.push(name);
    return names.length - 1;
  };
}
