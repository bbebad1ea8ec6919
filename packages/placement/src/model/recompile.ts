import { assemble, type ProblemParts } from './compile.ts';
import { type CompiledNodes, compileNodeRows } from './compile-nodes.ts';
import { type CompiledResources, compileEligible, compileResources } from './compile-resources.ts';
import type { CompiledProblem } from './compiled.ts';
import { compareNames, inOrderOfNames } from './order.ts';
import { sourcesOf } from './partition-sources.ts';
import type { PlacementNode, PlacementProblem } from './problem.ts';
import type { ChangedProblem } from './problem-draft.ts';
import { regather } from './regather-partitions.ts';

/** A compiled problem with its parts, to be compiled again when some of them change. */
export interface Recompiled {
  readonly compiled: CompiledProblem;
  readonly parts: ProblemParts;
  /** @see ProblemDelta.partitionWas */
  readonly partitionWas: Int32Array | undefined;
  /** @see ProblemDelta.partitions */
  readonly partitions: readonly number[];
}

/**
 * Compiles what changed and takes over the rest. Nodes keep their indices: a removed one is gone and may hold nothing, one that comes
 * is added at the end, or where it stood before. Resources and partitions stay in the order of their names.
 *
 * O(nodes) for changes of nodes; O(partitions) copying of numbers where partitions change.
 */
export function recompile(compiled: CompiledProblem, before: ProblemParts, changed: ChangedProblem): Recompiled {
  const { problem } = changed;
  const { dimensionNames, unweighted } = before;
  const nodes = recompileNodes(problem, before.nodes, dimensionNames);
  const resources = recompileResources(changed, before, nodes);
  const sources = sourcesOf(before, resources, changed);
  const strays = new Set(before.strays);
  const partitions = sources === undefined ? before.partitions : regather(before, nodes, resources, sources, strays);
  const parts: ProblemParts = { nodes, resources, partitions, strays, dimensionNames, unweighted };
  return {
    compiled: assemble(problem, parts, compiled),
    parts,
    partitionWas: sources?.was,
    partitions: sources?.changed ?? [],
  };
}

function recompileNodes(
  problem: PlacementProblem,
  before: CompiledNodes,
  dimensionNames: readonly string[],
): CompiledNodes {
  const now = new Map(problem.nodes.map((node) => [node.name, node]));
  const nodes: PlacementNode[] = before.nodes.map((node) => now.get(node.name) ?? gone(node));
  const removed = Uint8Array.from(before.nodes, (node) => (now.delete(node.name) ? 0 : 1));
  const added = [...now.values()].sort((a, b) => compareNames(a.name, b.name));
  const flags = new Uint8Array(nodes.length + added.length);
  flags.set(removed);
  return compileNodeRows(problem, [...nodes, ...added], flags, dimensionNames);
}

function recompileResources(
  { problem, added }: ChangedProblem,
  { resources, ...before }: ProblemParts,
  nodes: CompiledNodes,
): CompiledResources {
  if (added.size > 0 || problem.resources.length !== resources.K) {
    return compileResources(problem, nodes, before.dimensionNames, before.unweighted);
  }
  const now = inOrderOfNames(problem.resources);
  return { ...resources, resources: now, ...(mayHoldSame(before.nodes, nodes) ? {} : compileEligible(now, nodes)) };
}

/** Whether nothing that decides which nodes a resource may use is different. */
function mayHoldSame(before: CompiledNodes, now: CompiledNodes): boolean {
  return (
    before.N === now.N &&
    now.nodes.every(
      (node, n) =>
        node.tags === before.nodes[n]?.tags &&
        node.disabled === before.nodes[n]?.disabled &&
        now.removed[n] === before.removed[n],
    )
  );
}

/** What is left of a node that was removed: where it stood. */
function gone(node: PlacementNode): PlacementNode {
  if (node.disabled === undefined) return node;
  const { disabled: _, ...rest } = node;
  return rest;
}
