import type { ProblemParts } from './compile.ts';
import type { CompiledNodes } from './compile-nodes.ts';
import { type CompiledPartitions, compilePartitions } from './compile-partitions.ts';
import type { CompiledResources } from './compile-resources.ts';
import { gatherNumbers, gatherRows, type IntArray, type Rows } from './gather-rows.ts';
import type { PartitionSources } from './partition-sources.ts';

const numbers = (length: number): Int32Array => new Int32Array(length);
const roles = (length: number): Uint8Array => new Uint8Array(length);
const pins = (length: number): Int8Array => new Int8Array(length);

const currentFrom = (of: CompiledPartitions): Int32Array => of.currentFrom;
const forbiddenFrom = (of: CompiledPartitions): Int32Array => of.forbiddenFrom;
const pinnedFrom = (of: CompiledPartitions): Int32Array => of.pinnedFrom;
const preferredFrom = (of: CompiledPartitions): Int32Array => of.preferredFrom;

/** Compiles the fresh partitions by themselves and puts them among the rows that stay. */
export function regather(
  before: ProblemParts,
  nodes: CompiledNodes,
  resources: CompiledResources,
  sources: PartitionSources,
  strays: Set<string>,
): CompiledPartitions {
  const old = before.partitions;
  const { source } = sources;
  const only = resources.resources.map((resource, k) => ({ ...resource, partitions: sources.fresh[k] ?? [] }));
  const fresh = compilePartitions(
    nodes,
    { ...resources, resources: only },
    before.dimensionNames,
    before.unweighted,
    strays,
  );
  const D = before.dimensionNames.length;
  const rows = <Values extends IntArray>(
    starts: (of: CompiledPartitions) => Int32Array,
    values: (of: CompiledPartitions) => Values,
    make: (length: number) => Values,
  ): Rows<Values> =>
    gatherRows(
      source,
      { from: starts(old), values: values(old) },
      { from: starts(fresh), values: values(fresh) },
      make,
    );
  const current = rows(currentFrom, (of) => of.currentNode, numbers);
  const forbidden = rows(forbiddenFrom, (of) => of.forbiddenNode, numbers);
  const pinned = rows(pinnedFrom, (of) => of.pinnedNode, numbers);
  const preferred = rows(preferredFrom, (of) => of.preferredNode, numbers);
  return {
    P: source.length,
    partitionsFrom: sources.partitionsFrom,
    partitionNames:
      sources.was === undefined
        ? old.partitionNames
        : Array.from(source, (row) => (row < 0 ? fresh.partitionNames[-1 - row] : old.partitionNames[row]) ?? ''),
    resourceOf: resourcesOf(sources.partitionsFrom),
    weight: gatherNumbers(source, D, old.weight, fresh.weight),
    bytes: gatherNumbers(source, 1, old.bytes, fresh.bytes),
    currentFrom: current.from,
    currentNode: current.values,
    currentRole: rows(currentFrom, (of) => of.currentRole, roles).values,
    forbiddenFrom: forbidden.from,
    forbiddenNode: forbidden.values,
    forbiddenBy: rows(forbiddenFrom, (of) => of.forbiddenBy, roles).values,
    pinnedFrom: pinned.from,
    pinnedNode: pinned.values,
    pinnedRole: rows(pinnedFrom, (of) => of.pinnedRole, pins).values,
    preferredFrom: preferred.from,
    preferredNode: preferred.values,
  };
}

function resourcesOf(partitionsFrom: Int32Array): Int32Array {
  const resourceOf = new Int32Array(partitionsFrom.at(-1) ?? 0);
  for (let k = 0; k + 1 < partitionsFrom.length; k++) resourceOf.fill(k, partitionsFrom[k], partitionsFrom[k + 1]);
  return resourceOf;
}
