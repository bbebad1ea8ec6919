import { compileAffinities } from './compile-affinities.ts';
import { compileNodes } from './compile-nodes.ts';
import { compilePartitions } from './compile-partitions.ts';
import { compileResources } from './compile-resources.ts';
import { compileSlots } from './compile-slots.ts';
import type { CompiledProblem } from './compiled.ts';
import { completeGoals } from './defaults.ts';
import type { PlacementProblem } from './problem.ts';

/**
 * The problem by indices, as `CompiledProblem` describes it. Expects what `checkProblem` lets pass. Equal problems give equal arrays
 * whatever the order of their nodes, resources, partitions and keys.
 *
 * Time O(N·D + P·D + C + S) where everything stands in the order of its names already, and a sort of what does not.
 */
export function compile(problem: PlacementProblem): CompiledProblem {
  const unweighted = (problem.dimensions ?? []).length === 0;
  const dimensionNames = unweighted ? ['replicas'] : [...(problem.dimensions ?? [])].sort();
  const nodes = compileNodes(problem, dimensionNames);
  const resources = compileResources(problem, nodes, dimensionNames, unweighted);
  const partitions = compilePartitions(nodes, resources, dimensionNames, unweighted);
  const slots = compileSlots(resources.resources, {
    ...partitions,
    nodeState: nodes.nodeState,
    eligible: resources.eligible,
    isEligible: resources.isEligible,
  });
  return {
    N: nodes.N,
    D: dimensionNames.length,
    K: resources.K,
    unweighted,
    dimensionNames,
    nodeNames: nodes.nodeNames,
    nodeState: nodes.nodeState,
    capacity: nodes.capacity,
    share: nodes.share,
    maxReplicas: nodes.maxReplicas,
    zone: nodes.zone,
    zones: nodes.zones,
    zoneNames: nodes.zoneNames,
    zoneLevel: nodes.zoneLevel,
    widerDomains: nodes.widerDomains,
    widerLevels: nodes.widerLevels,
    resourceNames: resources.resourceNames,
    maxPerNode: resources.maxPerNode,
    eligible: resources.eligible,
    isEligible: resources.isEligible,
    tags: resources.tags,
    hasTag: resources.hasTag,
    isDisabled: resources.isDisabled,
    roleNames: resources.roleNames,
    roleLoad: resources.roleLoad,
    roleLeads: resources.roleLeads,
    rolesWeighAlike: resources.rolesWeighAlike,
    ...partitions,
    ...slots,
    affinities: compileAffinities(problem, nodes, resources.resourceNames, partitions),
    goals: completeGoals(problem.goals),
  };
}
