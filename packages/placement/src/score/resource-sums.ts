import { type CompiledProblem, NODE_HELD } from '../model/compiled.ts';
import { sumsOf, type WeightSum } from './crowds.ts';

/**
 * The partitions of each resource added up, kept from one problem to the next that has the same partitions: changes of nodes then cost no look
 * at partitions. Where some replicas are held or some nodes forbidden to single partitions, nothing is kept.
 */
export class ResourceSums {
  #problem: CompiledProblem | undefined;
  readonly #sums = new Map<number, ReadonlyMap<number, WeightSum>>();
  readonly #most = new Map<number, number>();

  /** All sums asked for from here on are those of `problem`. */
  use(problem: CompiledProblem): void {
    const before = this.#problem;
    this.#problem = problem;
    const isSame =
      before !== undefined &&
      before.weight === problem.weight &&
      before.slotsFrom === problem.slotsFrom &&
      before.partitionsFrom === problem.partitionsFrom;
    if (!isSame) this.#most.clear();
    if (!isSame || !isPlain(problem)) this.#sums.clear();
  }

  /** All partitions of resource `k` but those set apart. */
  of(problem: CompiledProblem, k: number, apart: ReadonlySet<number>): ReadonlyMap<number, WeightSum> {
    const isKept = problem === this.#problem && isPlain(problem) && apart.size === 0;
    const known = isKept ? this.#sums.get(k) : undefined;
    const sums = known ?? sumsOf(problem, partitionsBut(problem, k, apart));
    if (isKept) this.#sums.set(k, sums);
    return sums;
  }

  /** The most replicas that any partition of resource `k` wants. */
  mostReplicas(problem: CompiledProblem, k: number): number {
    const known = problem === this.#problem ? this.#most.get(k) : undefined;
    const most = known ?? mostReplicas(problem, k);
    if (problem === this.#problem) this.#most.set(k, most);
    return most;
  }
}

function isPlain({ nodeState, forbiddenNode }: CompiledProblem): boolean {
  return forbiddenNode.length === 0 && !nodeState.includes(NODE_HELD);
}

function* partitionsBut(problem: CompiledProblem, k: number, left: ReadonlySet<number>): Generator<number, void, void> {
  const to = problem.partitionsFrom[k + 1] ?? 0;
  for (let p = problem.partitionsFrom[k] ?? 0; p < to; p++) if (!left.has(p)) yield p;
}

function mostReplicas({ partitionsFrom, slotsFrom }: CompiledProblem, k: number): number {
  let most = 0;
  for (let p = partitionsFrom[k] ?? 0; p < (partitionsFrom[k + 1] ?? 0); p++)
    most = Math.max(most, (slotsFrom[p + 1] ?? 0) - (slotsFrom[p] ?? 0));
  return most;
}
