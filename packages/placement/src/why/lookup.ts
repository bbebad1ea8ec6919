import { type CompiledProblem, NONE } from '../model/compiled.ts';
import { compareNames } from '../model/order.ts';

/** Index of a partition. O(log). @throws RangeError where there is none. */
export function partitionNamed(problem: CompiledProblem, resource: string, partition: string): number {
  const k = find(problem.resourceNames, resource, 0, problem.K);
  if (k === NONE) throw new RangeError(`No resource ${JSON.stringify(resource)} in this placement`);
  const p = find(problem.partitionNames, partition, problem.partitionsFrom[k] ?? 0, problem.partitionsFrom[k + 1] ?? 0);
  if (p === NONE) throw new RangeError(`No partition ${JSON.stringify(partition)} of ${JSON.stringify(resource)} here`);
  return p;
}

/** Index of a node. O(log N). @throws RangeError where there is none. */
export function nodeNamed(problem: CompiledProblem, node: string): number {
  const n = find(problem.nodeNames, node, 0, problem.N);
  if (n === NONE) throw new RangeError(`No node ${JSON.stringify(node)} in this placement`);
  return n;
}

/** Names stand in order, so halving finds one. */
function find(names: readonly string[], name: string, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareNames(names[middle] ?? '', name) < 0) low = middle + 1;
    else high = middle;
  }
  return low < to && names[low] === name ? low : NONE;
}
