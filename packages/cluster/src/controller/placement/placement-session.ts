import {
  openPlacement,
  type Placement,
  PlacementError,
  type PlacementProblem,
  type PlacementResult,
} from '@keelson/placement';
import { changesBetween } from './problem-changes.ts';

/**
 * Steps of improvement of one solve, and more for each node and partition: a fifth of what the solver allows itself where the weights of a small cluster fit
 * badly, as whoever waits for a new MASTER waits for this too.
 */
const BUDGET = 400_000;
const BUDGET_EACH = 20;

/**
 * Solves one problem after the other, each by what makes it different from the one before: what is alike is neither checked nor compiled nor placed
 * again. The answers are those of solving each by itself.
 */
export class PlacementSession {
  #placement: Placement | undefined;
  /** What `#placement` was last brought to. */
  #problem: PlacementProblem | undefined;

  /** @throws PlacementError where the problem contradicts itself. */
  solve(problem: PlacementProblem): PlacementResult {
    const partitions = problem.resources.reduce((sum, resource) => sum + resource.partitions.length, 0);
    const budget = BUDGET + BUDGET_EACH * (problem.nodes.length + partitions);
    return (this.#goneOn(problem) ?? this.#opened(problem)).solve({ budget });
  }

  #opened(problem: PlacementProblem): Placement {
    this.#placement = undefined;
    const placement = openPlacement(problem);
    this.#placement = placement;
    this.#problem = problem;
    return placement;
  }

  /** `undefined` where the problem has to be opened by itself. */
  #goneOn(problem: PlacementProblem): Placement | undefined {
    const changes = this.#problem === undefined ? undefined : changesBetween(this.#problem, problem);
    if (this.#placement === undefined || changes === undefined) return undefined;
    try {
      if (changes.length > 0) this.#placement.apply(changes);
    } catch (error) {
      // Opened by itself, the problem says in its own words what is wrong with it.
      if (error instanceof PlacementError) return undefined;
      throw error;
    }
    this.#problem = problem;
    return this.#placement;
  }
}
