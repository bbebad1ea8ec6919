import type { PlacementChange } from './model/changes.ts';
import { LiveProblem } from './model/live-problem.ts';
import type { PlacementProblem } from './model/problem.ts';
import type { PlacementResult } from './result.ts';
import { solveStanding } from './solve.ts';
import type { SolveOptions } from './solver/options.ts';
import { Standing } from './solver/standing.ts';

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
 * Opens a placement for a problem that will change. Checking and compiling are done once, and what the solver knows of where everything stands is kept: a
 * change and the solve after it cost in proportion to what they touch, but for copies of arrays of numbers.
 *
 * An answer is the very one that solving the problem of that moment anew would give, whatever was asked before, but for nodes that were added: where
 * two are as good, those come last here and by their names there.
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
  /** Undefined where nothing is known that is of use for the problem as it is. */
  #standing: Standing | undefined;
  #last: PlacementResult | undefined;
  /** Whether something was done in `#standing` since it was reset. */
  #used = false;

  constructor(problem: PlacementProblem, options: SolveOptions) {
    this.#live = new LiveProblem(problem);
    this.#options = options;
  }

  get problem(): PlacementProblem {
    return this.#live.problem;
  }

  solve(options: SolveOptions = {}): PlacementResult {
    const { compiled } = this.#live;
    if (this.#used) this.#standing?.reset(compiled, [], []);
    const standing = this.#standing ?? new Standing(compiled);
    // What throws on the way, a signal or a listener, leaves it half done.
    this.#standing = undefined;
    this.#last = solveStanding(compiled, standing, { ...this.#options, ...options });
    this.#standing = standing;
    this.#used = true;
    return this.#last;
  }

  apply(changes: readonly PlacementChange[]): void {
    const { nodes, partitions } = this.#live.apply(changes);
    this.#last = undefined;
    this.#moveOn(nodes, partitions);
  }

  adopt(): void {
    if (this.#last === undefined) return;
    const { assignment, touched } = this.#last;
    this.#live.adopt(assignment, touched);
    this.#last = undefined;
    this.#moveOn([], touched);
  }

  #moveOn(nodes: readonly number[], partitions: Iterable<number>): void {
    const { compiled } = this.#live;
    if (this.#standing?.knows(compiled) === true) this.#standing.reset(compiled, nodes, partitions);
    else this.#standing = undefined;
    this.#used = false;
  }
}
