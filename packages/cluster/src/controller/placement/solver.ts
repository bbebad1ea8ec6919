import { type PlacementProblem, solve } from '@keelson/placement';

/** A replica that found no place, told as a sentence. */
export interface Shortage {
  readonly resource: string;
  readonly partition: string;
  readonly text: string;
}

/** Who holds what, and why. */
export interface Solution {
  /** The holders of a partition by the order of its roles. */
  holders(resource: string, partition: string): readonly string[];
  readonly shortages: readonly Shortage[];
  /** Why an instance holds no replica of a partition; `undefined` where nothing is known. Worked out when it is asked for. */
  whyNot(resource: string, partition: string, instance: string): string | undefined;
}

/** What places the FULL_AUTO resources. Exchangeable, so that recordings can be replayed with the placements they were made with. */
export type Solver = (problem: PlacementProblem) => Solution;

/** The solver of `@keelson/placement`. */
export const solvePlacement: Solver = (problem) => {
  const result = solve(problem);
  const { placement } = result;
  return {
    holders: (resource, partition) => placement.replicasOf(resource, partition).map(({ node }) => node),
    shortages: result.unplaced.map(({ resource, partition, role }) => ({
      resource,
      partition,
      text: `A replica in ${role} has no place.`,
    })),
    whyNot: () => undefined,
  };
};
