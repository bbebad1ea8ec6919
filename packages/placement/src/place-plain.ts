import { PlacementBoard, usableNodes } from './node-pool.ts';
import type { PlacementRequest, PlacementResult } from './placement.ts';
import { leadersFirst } from './spread-leaders.ts';
import { addReplicas, evenOut, keepReplicas } from './spread-replicas.ts';

/**
 * The plain placement: keep what stands, place what is missing where there is least, even out to within one replica, then
 * choose leaders to within one. Moves no more replicas than evenness asks for. Zones are kept apart as far as the number of
 * zones allows, before evenness. All replicas count alike: weights and capacities are for a real solver.
 *
 * Cost: about partitions × replicas × nodes.
 *
 * @example
 * placePlain({ partitions: ['p_0'], replicas: 2, nodes: [{ name: 'a' }, { name: 'b' }], previous: new Map() })
 *   .lists.get('p_0'); // ['a', 'b']
 */
export function placePlain(request: PlacementRequest): PlacementResult {
  const { partitions, replicas } = request;
  const nodes = usableNodes(request);
  const board = new PlacementBoard(nodes, partitions.length, request.maxReplicasPerNode ?? Number.POSITIVE_INFINITY);
  keepReplicas(board, request);
  const missing = addReplicas(board, replicas);
  evenOut(board);

  const byName = new Map(nodes.map((node) => [node.name, node]));
  const present = partitions.map((name) => byName.get(request.previous.get(name)?.[0] ?? ''));
  const rows = leadersFirst(board, present);
  return {
    lists: new Map(partitions.map((name, index) => [name, (rows[index] ?? []).map((node) => node.name)])),
    unplaced: new Map([...missing].map(([index, count]) => [partitions[index] ?? '', count])),
  };
}
