import type { SlotAssignment } from '../assignment.ts';
import { changeProblem, type PlacementChange } from './changes.ts';
import { checkProblem } from './check-problem.ts';
import { compileParts, type ProblemParts } from './compile.ts';
import type { CompiledProblem } from './compiled.ts';
import { currentFromSlots, namedCurrent, namedReplicas } from './current-from-slots.ts';
import { differentNodes } from './different-nodes.ts';
import { firstFrom } from './partition-sources.ts';
import type { PlacementProblem, ReplicaAt } from './problem.ts';
import { recompile } from './recompile.ts';

/** What a change made different about a compiled problem. */
export interface ProblemDelta {
  /** Nodes that are new, or of which anything is different, ascending. They keep their indices. */
  readonly nodes: readonly number[];
  /** Partitions that are new, or of which anything is different but the nodes they may use, by their index now, ascending. */
  readonly partitions: readonly number[];
  /** [p] index before, or NONE where it is new; `undefined` where all partitions are the same in the same order. */
  readonly partitionWas: Int32Array | undefined;
  /** Whether the slots are the same in the same order. */
  readonly sameSlots: boolean;
}

/**
 * A problem that changes, kept compiled: what an incremental solver works on. Every change makes a new `CompiledProblem` that shares
 * all arrays that did not change, so that whoever holds an earlier one keeps what it was.
 *
 * Unlike in a problem compiled afresh, nodes stand in the order of their names only at the beginning: a node that is removed keeps its
 * index, is NODE_GONE and eligible for nothing; one that comes later stands at the end, or where it stood when it was removed.
 */
export class LiveProblem {
  #problem: PlacementProblem;
  /** Whether what stands has moved on since `#problem` said it. */
  #adopted = false;
  #compiled: CompiledProblem;
  #parts: ProblemParts;

  /** @throws PlacementError as `checkProblem` does. */
  constructor(problem: PlacementProblem) {
    checkProblem(problem);
    this.#problem = problem;
    const { compiled, parts } = compileParts(problem);
    this.#compiled = compiled;
    this.#parts = parts;
  }

  get compiled(): CompiledProblem {
    return this.#compiled;
  }

  /** The problem as it is now, as plain data. O(replicas) once after each `adopt`. */
  get problem(): PlacementProblem {
    this.#bringUpToDate();
    return this.#problem;
  }

  /**
   * Makes changes, all or none. One of a node costs O(nodes); one of a partition O(partitions) copying of numbers and no look at the
   * others.
   *
   * @throws PlacementError as `applyChanges` does.
   */
  apply(changes: readonly PlacementChange[]): ProblemDelta {
    const changed = changeProblem(this.#problem, changes, {
      isMentioned: (node) => this.#isMentioned(node),
      isStray: (node) => this.#parts.strays.has(node),
      currentOf: (resource, partition) => (this.#adopted ? this.#currentOf(resource, partition) : undefined),
    });
    const before = this.#compiled;
    const { compiled, parts, partitions, partitionWas } = recompile(before, this.#parts, changed);
    if (this.#adopted && parts.strays.size > 0) {
      // A replica is said to stand on a node that may yet come: only the problem itself can remember that.
      this.#bringUpToDate();
      return this.apply(changes);
    }
    const nodes = differentNodes(this.#parts, parts);
    this.#problem = changed.problem;
    this.#compiled = compiled;
    this.#parts = parts;
    return {
      nodes,
      partitions,
      partitionWas,
      sameSlots: partitionWas === undefined && isEqual(before.slotsFrom, compiled.slotsFrom),
    };
  }

  /**
   * From now on everything stands where the assignment puts it; all partitions but `changed` stand there already. What it costs is said at
   * `currentFromSlots`.
   */
  adopt(assignment: SlotAssignment, changed?: Iterable<number>): void {
    const current = currentFromSlots(this.#compiled, assignment, changed);
    this.#compiled = { ...this.#compiled, ...current };
    this.#parts = { ...this.#parts, partitions: { ...this.#parts.partitions, ...current }, strays: new Set() };
    this.#adopted = true;
  }

  #bringUpToDate(): void {
    if (this.#adopted) this.#problem = namedCurrent(this.#problem, this.#compiled);
    this.#adopted = false;
  }

  #isMentioned(name: string): boolean {
    const n = this.#parts.nodes.indexOf.get(name);
    const { forbiddenNode, pinnedNode, preferredNode } = this.#compiled;
    return n !== undefined && (forbiddenNode.includes(n) || pinnedNode.includes(n) || preferredNode.includes(n));
  }

  #currentOf(resource: string, partition: string): readonly ReplicaAt[] | undefined {
    const { resourceNames, partitionNames, partitionsFrom, K } = this.#compiled;
    const k = firstFrom(resourceNames, resource, 0, K);
    if (resourceNames[k] !== resource) return undefined;
    const p = firstFrom(partitionNames, partition, partitionsFrom[k] ?? 0, partitionsFrom[k + 1] ?? 0);
    return p < (partitionsFrom[k + 1] ?? 0) && partitionNames[p] === partition
      ? namedReplicas(this.#compiled, p)
      : undefined;
  }
}

function isEqual(a: Int32Array, b: Int32Array): boolean {
  return a === b || (a.length === b.length && a.every((value, index) => value === b[index]));
}
