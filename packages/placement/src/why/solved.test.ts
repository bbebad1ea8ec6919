import { assert, property } from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryProblem } from '../../test-support/arbitrary-problem.ts';
import { wrongs } from '../../test-support/feasible-assignment.ts';
import { compile } from '../model/compile.ts';
import type { PlacementProblem } from '../model/problem.ts';
import { solveCompiled } from '../solve.ts';

/** Pins may contradict everything else, and what keeps its place on a held node is a matter of its own. */
const plainly = (problem: PlacementProblem): PlacementProblem => ({
  ...problem,
  offlineGraceMs: 0,
  resources: problem.resources.map((resource) => ({
    ...resource,
    partitions: resource.partitions.map((partition) => ({ ...partition, pinned: [] })),
  })),
});

test('what the solver places breaks no rule, and for what it does not place no node is open', () => {
  assert(
    property(arbitraryProblem, (input) => {
      const problem = compile(plainly(input));
      const result = solveCompiled(problem);
      expect(wrongs(problem, result.assignment)).toEqual([]);
      expect(result.unplaced.length > 0).toBe(result.status === 'partial');
      for (const unplaced of result.unplaced) expect(unplaced.conflict.length, unplaced.text).toBeGreaterThan(0);
    }),
    { numRuns: 100 },
  );
});
