import { DIMENSIONS } from './workload.mjs';

/** @import { Workload } from './workload.mjs' */

/**
 * A placement as everyone in the bench writes it: for each partition, in order, the indices of its nodes, that of the MASTER first.
 *
 * @typedef {readonly (readonly number[])[]} Lists
 */

/**
 * The one counter of the bench: it sees nothing but lists of nodes, whoever made them.
 *
 * @param {Workload} workload
 * @param {{ lists: Lists, before?: Lists, gone?: number, nodes: number }} placement `gone`: the node that was lost. `nodes`: how many there are, the lost one included.
 */
export function count(workload, { lists, before, gone, nodes }) {
  const loads = DIMENSIONS.map(() => new Float64Array(nodes));
  const leaders = new Float64Array(nodes);
  const replicas = new Float64Array(nodes);
  let moved = 0;
  let movedWeight = 0;
  let leadersChanged = 0;
  let zonesShared = 0;
  let missing = 0;
  for (const [p, list] of lists.entries()) {
    missing += Math.max(0, 3 - list.length);
    zonesShared += list.length - new Set(list.map((n) => workload.zones[n])).size;
    for (const [place, n] of list.entries()) {
      replicas[n]++;
      if (place === 0) leaders[n]++;
      for (const [d, name] of DIMENSIONS.entries()) {
        const factor = place > 0 && name === 'qps' ? workload.slaveLoad : 1;
        loads[d][n] += factor * workload.weights[p * DIMENSIONS.length + d];
      }
      if (before !== undefined && !before[p].includes(n)) {
        moved++;
        movedWeight += workload.weights[p * DIMENSIONS.length + 1];
      }
    }
    if (before !== undefined && before[p][0] !== gone && before[p][0] !== list[0]) leadersChanged++;
  }
  const standing = nodes - (gone === undefined ? 0 : 1);
  return {
    maxOverMean: Math.max(...loads.map((load) => maxOverMean(load, standing))),
    replicasMaxOverMean: maxOverMean(replicas, standing),
    leadersMaxOverMean: maxOverMean(leaders, standing),
    moved,
    movedWeight,
    leadersChanged,
    zonesShared,
    missing,
  };
}

/** How many replicas stood on a node. */
export const replicasOn = (lists, node) => lists.filter((list) => list.includes(node)).length;

function maxOverMean(load, nodes) {
  let sum = 0;
  let most = 0;
  for (const one of load) {
    sum += one;
    most = Math.max(most, one);
  }
  return sum === 0 ? 1 : (most * nodes) / sum;
}
