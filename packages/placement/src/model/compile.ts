import { compileAffinities } from './compile-affinities.ts';
import { type CompiledNodes, compileNodes } from './compile-nodes.ts';
import { type CompiledPartitions, compilePartitions } from './compile-partitions.ts';
import { type CompiledResources, compileResources } from './compile-resources.ts';
import { compileSlots } from './compile-slots.ts';
import type { CompiledProblem } from './compiled.ts';
import { completeGoals } from './defaults.ts';
import type { PlacementProblem, PlacementResource } from './problem.ts';

/**
 * The problem by indices, as `CompiledProblem` describes it. Expects what `checkProblem` lets pass. Equal problems give equal arrays
 * whatever the order of their nodes, resources, partitions and keys.
 *
 * Time O(N·D + P·D + C + S) where everything stands in the order of its names already, and a sort of what does not.
 */
export function compile(problem: PlacementProblem): CompiledProblem {
  return compileParts(problem).compiled;
}

/** The same with the parts it was put together from, for who compiles again when some of them change. */
export function compileParts(problem: PlacementProblem): {
  readonly compiled: CompiledProblem;
  readonly parts: ProblemParts;
} {
  const unweighted = (problem.dimensions ?? []).length === 0;
  const dimensionNames = unweighted ? ['replicas'] : [...(problem.dimensions ?? [])].sort();
  const nodes = compileNodes(problem, dimensionNames);
  const resources = compileResources(problem, nodes, dimensionNames, unweighted);
  const strays = new Set<string>();
  const partitions = compilePartitions(nodes, resources, dimensionNames, unweighted, strays);
  const parts = { nodes, resources, partitions, strays, dimensionNames, unweighted };
  return { compiled: assemble(problem, parts), parts };
}

/** The parts of a `CompiledProblem` as they are made. */
export interface ProblemParts {
  readonly nodes: CompiledNodes;
  readonly resources: CompiledResources;
  readonly partitions: CompiledPartitions;
  /** Nodes that do not exist and that replicas stand on: should one come, these replicas are there. */
  readonly strays: ReadonlySet<string>;
  readonly dimensionNames: readonly string[];
  readonly unweighted: boolean;
}

/** Puts the parts together; of `before`, takes slots and partners that cannot have changed. */
export function assemble(problem: PlacementProblem, parts: ProblemParts, before?: CompiledProblem): CompiledProblem {
  const { dimensionNames, unweighted } = parts;
  const { nodes: _, indexOf: __, removed: ___, domains: ____, ...nodes } = parts.nodes;
  const { resources: given, ...resources } = parts.resources;
  const known = before?.partitionNames === parts.partitions.partitionNames ? before : undefined;
  const wanted = {
    ...parts.partitions,
    nodeState: nodes.nodeState,
    eligible: resources.eligible,
    isEligible: resources.isEligible,
  };
  const { S, slotsFrom, slotRole } = known !== undefined && !isEverywhere(given) ? known : compileSlots(given, wanted);
  return {
    D: dimensionNames.length,
    unweighted,
    dimensionNames,
    ...nodes,
    ...resources,
    ...parts.partitions,
    S,
    slotsFrom,
    slotRole,
    affinities: compileAffinities(problem, parts.nodes, resources.resourceNames, parts.partitions, known?.affinities),
    goals: completeGoals(problem.goals),
  };
}

function isEverywhere(resources: readonly PlacementResource[]): boolean {
  return resources.some(({ roles }) => roles.some(({ count }) => count === 'every'));
}
