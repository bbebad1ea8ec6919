import { solve } from '@keelson/placement';
import type { Solve } from './judge.ts';

/** The solver as its users see it: a problem in, names out. */
export const solveByNames: Solve = (problem) => {
  const placed = solve(problem).placement.toJSON();
  return Object.entries(placed).flatMap(([resource, partitions]) =>
    Object.entries(partitions).flatMap(([partition, replicas]) =>
      replicas.map(({ node, role }) => ({ resource, partition, node, role })),
    ),
  );
};
