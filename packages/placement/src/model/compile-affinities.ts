import type { CompiledNodes } from './compile-nodes.ts';
import type { CompiledPartitions } from './compile-partitions.ts';
import { type CompiledAffinity, NONE } from './compiled.ts';
import { compareNames } from './order.ts';
import type { Affinity, PlacementProblem } from './problem.ts';

/** Affinities by indices, in the order of their resources' names. Of `known` ones, the same affinities over the same partitions, the partners are taken over. */
export function compileAffinities(
  problem: PlacementProblem,
  nodes: CompiledNodes,
  resourceNames: readonly string[],
  partitions: CompiledPartitions,
  known?: readonly CompiledAffinity[],
): readonly CompiledAffinity[] {
  const levels = problem.topology?.levels ?? [];
  return [...(problem.affinities ?? [])].sort(compareAffinities).map((affinity, index) => {
    const [first, second] = affinity.resources.map((name) => resourceNames.indexOf(name)) as [number, number];
    return {
      together: affinity.kind === 'together',
      first,
      second,
      partner:
        affinity.between === 'partition'
          ? (known?.[index]?.partner ?? partnersOf(partitions, first, second))
          : undefined,
      domain: nodes.domains[levels.indexOf(affinity.level ?? 'node')] ?? Int32Array.from(nodes.nodeNames, (_, n) => n),
      weight: affinity.weight ?? 1,
    };
  });
}

function compareAffinities(a: Affinity, b: Affinity): number {
  return (
    compareNames(a.resources[0], b.resources[0]) ||
    compareNames(a.resources[1], b.resources[1]) ||
    compareNames(a.between, b.between) ||
    compareNames(a.kind, b.kind) ||
    compareNames(a.level ?? 'node', b.level ?? 'node') ||
    (a.weight ?? 1) - (b.weight ?? 1)
  );
}

/** For every partition of the first, the one of the same name of the second: both stand in the order of their names. */
function partnersOf({ partitionsFrom, partitionNames }: CompiledPartitions, first: number, second: number): Int32Array {
  const from = partitionsFrom[first] ?? 0;
  const to = partitionsFrom[first + 1] ?? 0;
  const end = partitionsFrom[second + 1] ?? 0;
  const partner = new Int32Array(to - from).fill(NONE);
  let q = partitionsFrom[second] ?? 0;
  for (let p = from; p < to; p++) {
    const name = partitionNames[p] ?? '';
    while (q < end && (partitionNames[q] ?? '') < name) q++;
    if (q < end && partitionNames[q] === name) partner[p - from] = q;
  }
  return partner;
}
