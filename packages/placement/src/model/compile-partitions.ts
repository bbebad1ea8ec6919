import type { CompiledNodes } from './compile-nodes.ts';
import type { CompiledResources } from './compile-resources.ts';
import type { CompiledProblem } from './compiled.ts';
import { CurrentWriter } from './current-writer.ts';
import { disabledPartitions, ExceptionWriter } from './exception-writer.ts';
import { orderByName } from './order.ts';
import type { PlacementPartition } from './problem.ts';

/** The partition part of a `CompiledProblem`, but for the slots. */
export type CompiledPartitions = Pick<
  CompiledProblem,
  | 'P'
  | 'partitionsFrom'
  | 'partitionNames'
  | 'resourceOf'
  | 'weight'
  | 'bytes'
  | 'currentFrom'
  | 'currentNode'
  | 'currentRole'
  | 'forbiddenFrom'
  | 'forbiddenNode'
  | 'forbiddenBy'
  | 'pinnedFrom'
  | 'pinnedNode'
  | 'pinnedRole'
  | 'preferredFrom'
  | 'preferredNode'
>;

/** Reads every partition object once, resource by resource, in the order of their names. Nodes that replicas stand on and that do not exist go to `strays`. */
export function compilePartitions(
  nodes: CompiledNodes,
  resources: CompiledResources,
  dimensionNames: readonly string[],
  unweighted: boolean,
  strays: Set<string>,
): CompiledPartitions {
  const { K } = resources;
  const partitionsFrom = new Int32Array(K + 1);
  for (const [k, resource] of resources.resources.entries())
    partitionsFrom[k + 1] = (partitionsFrom[k] ?? 0) + resource.partitions.length;
  const P = partitionsFrom[K] ?? 0;
  const D = dimensionNames.length;
  const weight = unweighted ? new Float64Array(P * D).fill(1) : new Float64Array(P * D);
  const bytes = new Float64Array(P);
  const resourceOf = new Int32Array(P);
  const partitionNames: string[] = [];
  const current = new CurrentWriter(nodes.indexOf, P, strays);
  const exceptions = new ExceptionWriter(nodes.indexOf, P);
  const disabled = disabledPartitions(nodes.nodes);
  let p = 0;
  for (const [k, resource] of resources.resources.entries()) {
    const { partitions } = resource;
    const roleNames = resources.roleNames[k] ?? [];
    const disabledHere = disabled.get(resource.name);
    const order = orderByName(partitions);
    resourceOf.fill(k, p, p + partitions.length);
    for (let i = 0; i < partitions.length; i++, p++) {
      const partition = partitions[order === undefined ? i : (order[i] ?? i)] as PlacementPartition;
      partitionNames.push(partition.name);
      bytes[p] = partition.bytes ?? 1;
      if (!unweighted && partition.weight !== undefined) writeWeight(weight, p * D, partition.weight, dimensionNames);
      current.append(p, partition.current, roleNames);
      exceptions.append(p, partition, roleNames, disabledHere?.get(partition.name));
    }
  }
  return { P, partitionsFrom, partitionNames, resourceOf, weight, bytes, ...current.finish(), ...exceptions.finish() };
}

function writeWeight(
  into: Float64Array,
  at: number,
  amounts: Readonly<Record<string, number>>,
  dimensionNames: readonly string[],
): void {
  for (let d = 0; d < dimensionNames.length; d++) {
    const amount = amounts[dimensionNames[d] ?? ''];
    // A dimension may be called like something every object inherits, `constructor` for one: only numbers are amounts.
    if (typeof amount === 'number') into[at + d] = amount;
  }
}
