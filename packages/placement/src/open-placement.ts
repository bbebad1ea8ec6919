import type { PlacementChange } from './model/changes.ts';
import { LiveProblem } from './model/live-problem.ts';
import type { PlacementProblem } from './model/problem.ts';
import type { PlacementResult } from './result.ts';
import { solveCompiled } from './solve.ts';
import type { SolveOptions } from './solver/options.ts';

/** A placement that goes on: its problem changes a little at a time, and each solve builds on what is known already. */
export interface Placement {
  /** The problem as it is now, as plain data, with what was adopted as `current`. O(replicas) once after each `adopt`. */
  readonly problem: PlacementProblem;
  /** Solves the problem as it is now. The options add to those the placement was opened with. */
  solve(options?: SolveOptions): PlacementResult;
  /**
   * Changes the problem; all changes or none.
   *
   * @throws PlacementError listing everything that is wrong with the changes.
   */
  apply(changes: readonly PlacementChange[]): void;
  /**
   * What the last solve answered now stands: it becomes `current`. Without a solve since the last change there is nothing to adopt
   * and nothing happens.
   */
  adopt(): void;
}

/**
 * Opens a placement for a problem that will change. Checking and compiling are done once; a change then costs in proportion to what it touches,
 * and a solve after it a pass over plain numbers with no look at what stays.
 *
 * @throws PlacementError where the problem contradicts itself.
 * @example
 * const placement = openPlacement(problem);
 * placement.solve();
 * placement.adopt();
 * placement.apply([{ type: 'remove-node', name: 'node-7' }]);
 * const { moves } = placement.solve();
 */
export function openPlacement(problem: PlacementProblem, options: SolveOptions = {}): Placement {
  return new OpenPlacement(problem, options);
}

class OpenPlacement implements Placement {
  readonly #live: LiveProblem;
  readonly #options: SolveOptions;
  #last: PlacementResult | undefined;

  constructor(problem: PlacementProblem, options: SolveOptions) {
    this.#live = new LiveProblem(problem);
    this.#options = options;
  }

  get problem(): PlacementProblem {
    return this.#live.problem;
  }

  solve(options: SolveOptions = {}): PlacementResult {
    this.#last = solveCompiled(this.#live.compiled, { ...this.#options, ...options });
    return this.#last;
  }

  apply(changes: readonly PlacementChange[]): void {
    this.#live.apply(changes);
    this.#last = undefined;
  }

  adopt(): void {
    if (this.#last !== undefined) this.#live.adopt(this.#last.assignment);
    this.#last = undefined;
  }
}
