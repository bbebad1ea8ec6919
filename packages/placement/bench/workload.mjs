/** @import { PlacementNode, PlacementProblem } from '@keelson/placement' */
import { lots } from './lots.mjs';

/** What replicas weigh and nodes have room for. */
export const DIMENSIONS = ['cpu', 'disk', 'qps'];
const REPLICAS = 3;
const ZONES = 10;
/** Room of a node, as a multiple of its fair share of all load. */
const ROOM = 1.3;

/**
 * A cluster as the bench wants it: one MASTER and two SLAVEs of each partition, in three of ten zones, three dimensions of log-normal
 * weight (sigma 1, from 10 to 2,000), nodes with room for 1.3 times their fair share.
 *
 * @typedef {object} Workload
 * @property {string[]} nodeNames The nodes, and last one more, which joins later.
 * @property {string[]} zones Zone of each node.
 * @property {string[]} partitionNames
 * @property {Int32Array} weights Of partition p in dimension d at `p * 3 + d`: whole numbers, as Helix takes no others.
 * @property {number[]} capacity Room of every node, per dimension.
 * @property {number} slaveLoad What a SLAVE weighs beside its MASTER, in `qps`; 1: the same.
 */

/**
 * @param {{ partitions: number, nodes: number, slaveLoad?: number, seed?: number }} size
 * @returns {Workload}
 */
export function createWorkload({ partitions, nodes, slaveLoad = 1, seed = 1 }) {
  const lot = lots(seed);
  const weights = new Int32Array(partitions * DIMENSIONS.length);
  for (let at = 0; at < weights.length; at++) {
    weights[at] = Math.round(Math.min(2_000, Math.max(10, 140 * Math.exp(lot.normal()))));
  }
  const capacity = DIMENSIONS.map((name, d) => {
    let total = 0;
    for (let p = 0; p < partitions; p++) total += weights[p * DIMENSIONS.length + d];
    const replicas = name === 'qps' ? 1 + (REPLICAS - 1) * slaveLoad : REPLICAS;
    return Math.ceil((ROOM * total * replicas) / nodes);
  });
  const digits = String(Math.max(partitions, nodes)).length;
  const nodeNames = Array.from({ length: nodes + 1 }, (_, n) => `node-${String(n).padStart(digits, '0')}`);
  return {
    nodeNames,
    zones: nodeNames.map((_, n) => `zone-${n % ZONES}`),
    partitionNames: Array.from({ length: partitions }, (_, p) => `db-${String(p).padStart(digits, '0')}`),
    weights,
    capacity,
    slaveLoad,
  };
}

/**
 * @param {Workload} workload
 * @param {number} index
 * @returns {PlacementNode}
 */
export function nodeOf({ nodeNames, zones, capacity }, index) {
  const room = Object.fromEntries(DIMENSIONS.map((name, d) => [name, capacity[d]]));
  return { name: nodeNames[index], domain: `/${zones[index]}/${nodeNames[index]}`, capacity: room };
}

/**
 * The problem of a first placement: all nodes but the one that joins later, nothing placed yet.
 *
 * @param {Workload} workload
 * @returns {PlacementProblem}
 */
export function problemOf(workload) {
  const { nodeNames, partitionNames } = workload;
  return {
    dimensions: DIMENSIONS,
    topology: { levels: ['zone', 'host'], faultZone: 'zone' },
    nodes: nodeNames.slice(0, -1).map((_, n) => nodeOf(workload, n)),
    resources: [resourceOf(workload, 'db', partitionNames.length)],
  };
}

/** A resource of the first partitions of the workload. */
export function resourceOf({ partitionNames, weights, slaveLoad }, name, partitions) {
  const slave = slaveLoad === 1 ? {} : { load: { qps: slaveLoad } };
  return {
    name,
    roles: [
      { name: 'MASTER', count: 1 },
      { name: 'SLAVE', count: REPLICAS - 1, ...slave },
    ],
    partitions: partitionNames.slice(0, partitions).map((partition, p) => {
      const at = p * DIMENSIONS.length;
      return { name: partition, weight: { cpu: weights[at], disk: weights[at + 1], qps: weights[at + 2] } };
    }),
  };
}
