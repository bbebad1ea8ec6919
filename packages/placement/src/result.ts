import type { SlotAssignment } from './assignment.ts';
import { type CompiledProblem, NONE } from './model/compiled.ts';
import { listMoves, type MoveSummary, type ReplicaMove, summarizeMoves } from './moves.ts';
import { PlacementView } from './placement-view.ts';

/** A replica that could not be placed. */
export interface Unplaced {
  readonly resource: string;
  readonly partition: string;
  readonly role: string;
}

/**
 * The answer to a problem. Figures and lists are worked out when they are asked for, from what stood at the end of the solve; a result
 * does not change any more.
 */
export class PlacementResult {
  /** `partial`: something could not be placed; see `unplaced`. */
  readonly status: 'complete' | 'partial';
  /** Where everything is to stand. */
  readonly placement: PlacementView;
  /** Steps of improvement taken. */
  readonly steps: number;
  /** False where the budget ran out before the solver was done: a larger one may give a better answer. */
  readonly finished: boolean;
  /** The problem by indices, for tools that read the answer the same way: `assignment` speaks of its slots and nodes. */
  readonly compiled: CompiledProblem;
  /** The answer by indices. */
  readonly assignment: SlotAssignment;
  #moves: MoveSummary | undefined;

  constructor(compiled: CompiledProblem, assignment: SlotAssignment, steps: number, finished: boolean) {
    this.compiled = compiled;
    this.assignment = assignment;
    this.steps = steps;
    this.finished = finished;
    this.placement = new PlacementView(compiled, assignment);
    this.status = assignment.node.includes(NONE) ? 'partial' : 'complete';
  }

  /** What changes, in figures. O(replicas), once. */
  get moves(): MoveSummary {
    this.#moves ??= summarizeMoves(this.compiled, this.assignment);
    return this.#moves;
  }

  /** What changes, one by one, in order of resources and partitions. For an order in which it can be done see `plan`. */
  movesList(): Generator<ReplicaMove, void, void> {
    return listMoves(this.compiled, this.assignment);
  }

  /** The replicas that could not be placed. */
  get unplaced(): readonly Unplaced[] {
    const { P, slotsFrom, slotRole, resourceOf, resourceNames, partitionNames, roleNames } = this.compiled;
    const unplaced: Unplaced[] = [];
    if (this.status === 'complete') return unplaced;
    for (let p = 0; p < P; p++) {
      const k = resourceOf[p] as number;
      for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
        if (this.assignment.node[s] !== NONE) continue;
        const role = roleNames[k]?.[slotRole[s] as number] as string;
        unplaced.push({ resource: resourceNames[k] as string, partition: partitionNames[p] as string, role });
      }
    }
    return unplaced;
  }
}
