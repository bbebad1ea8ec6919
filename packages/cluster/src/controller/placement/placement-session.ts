import {
  openPlacement,
  type Placement,
  PlacementError,
  type PlacementProblem,
  type PlacementResult,
} from '@keelson/placement';
import { changesBetween } from './problem-changes.ts';

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
    return (this.#goneOn(problem) ?? this.#opened(problem)).solve();
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
