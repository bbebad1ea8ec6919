import type { PlacementProblem, PlacementResult } from '@keelson/placement';
import { PlacementSession } from './placement-session.ts';

/** Who holds what, and why. */
export interface Solution {
  /** The holders of a partition by the order of its roles. */
  holders(resource: string, partition: string): readonly string[];
  /** Why fewer replicas of a partition have a place than are wanted; `undefined` where all have one. Worked out when it is asked for. */
  shortage(resource: string, partition: string): string | undefined;
  /** Why an instance holds no replica of a partition; `undefined` where nothing is known. Worked out when it is asked for. */
  whyNot(resource: string, partition: string, instance: string): string | undefined;
}

/**
 * What places the FULL_AUTO resources. Exchangeable, so that recordings can be replayed with the placements they were made with.
 *
 * @param before The solution of much the same problem, to build on. What comes out does not depend on it.
 */
export type Solver = (problem: PlacementProblem, before?: Solution) => Solution;

/** The solver of `@keelson/placement`, which goes on from a solution of its own by what is different. */
export const solvePlacement: Solver = (problem, before) =>
  new SessionSolution(problem, before instanceof SessionSolution ? before.session : new PlacementSession());

class SessionSolution implements Solution {
  readonly session: PlacementSession;
  readonly #result: PlacementResult;

  constructor(problem: PlacementProblem, session: PlacementSession) {
    this.session = session;
    this.#result = session.solve(problem);
  }

  holders(resource: string, partition: string): readonly string[] {
    return this.#result.placement.replicasOf(resource, partition).map(({ node }) => node);
  }

  shortage(resource: string, partition: string): string | undefined {
    return this.#result.unplaced.find((one) => one.resource === resource && one.partition === partition)?.text;
  }

  whyNot(resource: string, partition: string, instance: string): string | undefined {
    return whyNot(this.#result, resource, partition, instance);
  }
}

/** What is in the way of a replica on the instance, or what it would make worse. */
function whyNot(result: PlacementResult, resource: string, partition: string, instance: string): string | undefined {
  try {
    const { asked } = result.why(resource, partition, instance);
    if (asked === undefined) return undefined;
    return asked.feasible ? `A replica here ${asked.text}.` : `Here: ${asked.text}.`;
  } catch (error) {
    // The cluster has gone on since: an instance or partition that the problem did not know.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
