import { type PlacementView, solve } from '@keelson/placement';
import type { Standing } from '../test-support/oracles/index.ts';
import type { Solve } from './judge.ts';

/** What stands where, by names. */
export function standingOf(placement: PlacementView): Standing[] {
  return Object.entries(placement.toJSON()).flatMap(([resource, partitions]) =>
    Object.entries(partitions).flatMap(([partition, replicas]) =>
      replicas.map(({ node, role }) => ({ resource, partition, node, role })),
    ),
  );
}

/** The solver as its users see it: a problem in, names out. */
export const solveByNames: Solve = (problem) => standingOf(solve(problem).placement);
