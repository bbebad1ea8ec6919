import type { SlotAssignment } from '../assignment.ts';
import type { CompiledProblem } from '../model/compiled.ts';
import { type Tally, tallyOf } from './tally.ts';

/** A sum may be above a capacity by this part of it without exceeding it: sums of doubles end in different last bits by their order. */
const DUST = 1e-9;

/** Whether `load` is more than `capacity`, rounding errors aside. */
export function exceeds(load: number, capacity: number): boolean {
  return load > capacity + Math.abs(capacity) * DUST;
}

/** What stands on the nodes and what still fits. */
export class RoomTable {
  readonly tally: Tally;
  readonly #problem: CompiledProblem;

  /** O(S·D). */
  constructor(problem: CompiledProblem, assignment: SlotAssignment) {
    this.#problem = problem;
    this.tally = tallyOf(problem, assignment);
  }

  /** What node `n` carries in dimension `d`. */
  load(n: number, d: number): number {
    return this.tally.load[n * this.#problem.D + d] ?? 0;
  }

  replicas(n: number): number {
    return this.tally.replicas[n] ?? 0;
  }

  /** Whether node `n` would carry more than it has room for with `more` on it. */
  exceeds(n: number, d: number, more: number): boolean {
    return exceeds(this.load(n, d) + more, this.#problem.capacity[n * this.#problem.D + d] ?? 0);
  }
}
