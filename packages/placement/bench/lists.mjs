/** @import { PlacementResult } from '@keelson/placement' */
/** @import { Workload } from './workload.mjs' */

/**
 * A result as the counter takes it.
 *
 * @param {PlacementResult} result
 * @param {Workload} workload
 */
export function listsOf({ placement }, { nodeNames, partitionNames }) {
  const index = new Map(nodeNames.map((name, n) => [name, n]));
  return partitionNames.map((partition) => placement.replicasOf('db', partition).map(({ node }) => index.get(node)));
}
