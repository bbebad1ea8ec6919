import { type Names, namesIn, partitionLookup, UniqueNames } from './check/context.ts';
import { Inspection } from './check/inspection.ts';
import { checkNode } from './check/nodes.ts';
import { checkResource } from './check/resources.ts';
import {
  checkAmount,
  checkFields,
  checkMoment,
  type Fields,
  itemsOf,
  nameOf,
  requiredItemsOf,
  shown,
} from './check/values.ts';
import { checkAffinities, checkGoals } from './check/wishes.ts';
import type { PlacementProblem } from './problem.ts';

/** Most replicas that a problem may ask for in all: what fits the solver's arrays in memory. */
export const MOST_REPLICAS = 100_000_000;

/**
 * Checks everything that can be wrong with a problem by itself, wherever it comes from: types, names that do not exist or exist
 * twice, amounts that are negative, NaN or not finite, counts that are not whole, domains of another depth than the topology, pins
 * that contradict. What is sound but cannot be met (a pinned node that drains, too few zones) is no fault: the solver reports it.
 *
 * O(size of the input); no object is made for what is sound.
 *
 * @throws PlacementError listing all faults, up to `MOST_FAULTS`.
 */
export function checkProblem(problem: unknown): asserts problem is PlacementProblem {
  const inspection = new Inspection();
  if (checkFields(inspection, problem)) checkParts(inspection, problem);
  inspection.conclude();
}

function checkParts(inspection: Inspection, problem: Fields): void {
  checkMoment(inspection, problem, 'nowMs');
  if (problem.offlineGraceMs !== undefined) checkAmount(inspection, 'offlineGraceMs', problem.offlineGraceMs);
  const dimensions = new Set(checkNameList(inspection, problem, 'dimensions'));
  const levels = checkTopology(inspection, problem.topology);
  const nodes = requiredItemsOf(inspection, problem, 'nodes');
  const resources = requiredItemsOf(inspection, problem, 'resources');
  const names: Names = {
    dimensions,
    levels,
    nodes: namesIn(nodes),
    resources: namesIn(resources),
    hasPartition: partitionLookup(resources),
  };
  checkItems(inspection, 'nodes', nodes, (node) => checkNode(inspection, node, names));
  let replicas = 0;
  checkItems(inspection, 'resources', resources, (resource) => {
    replicas += checkResource(inspection, resource, names, nodes.length);
  });
  if (replicas > MOST_REPLICAS)
    inspection.faultAt('resources', `must not ask for more than ${MOST_REPLICAS} replicas, ask for ${replicas}`);
  checkAffinities(inspection, problem, names);
  checkGoals(inspection, problem.goals);
}

/** Goes through items that have names of their own. */
function checkItems(
  inspection: Inspection,
  key: string,
  items: readonly unknown[],
  check: (item: Fields) => void,
): void {
  const unique = new UniqueNames();
  inspection.enter(key);
  for (const [i, item] of items.entries()) {
    inspection.enter(i);
    if (checkFields(inspection, item)) {
      check(item);
      if (typeof item.name === 'string' && item.name !== '') unique.add(inspection, 'name', item.name, i);
    }
    inspection.leave();
  }
  inspection.leave();
}

/** An array of different names: those of them that are sound. */
function checkNameList(inspection: Inspection, fields: Fields, key: string): readonly string[] {
  const unique = new UniqueNames();
  const names: string[] = [];
  const items = itemsOf(inspection, fields, key);
  inspection.enter(key);
  for (const [i, item] of items.entries()) {
    const name = nameOf(inspection, i, item);
    if (name === undefined) continue;
    unique.add(inspection, i, name, i);
    names.push(name);
  }
  inspection.leave();
  return names;
}

function checkTopology(inspection: Inspection, topology: unknown): readonly string[] {
  if (topology === undefined) return [];
  inspection.enter('topology');
  let levels: readonly string[] = [];
  if (checkFields(inspection, topology)) {
    if (topology.levels === undefined) inspection.faultAt('levels', 'is missing: must be an array');
    levels = checkNameList(inspection, topology, 'levels');
    const faultZone = topology.faultZone;
    if (faultZone !== undefined && !levels.some((level) => level === faultZone)) {
      inspection.faultAt('faultZone', `must be one of the levels ${levels.join(', ')}, is ${shown(faultZone)}`);
    }
  }
  inspection.leave();
  return levels;
}
