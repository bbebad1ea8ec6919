import type { SlotAssignment } from '../src/assignment.ts';
import { type CompiledProblem, NONE } from '../src/model/compiled.ts';
import { type Violation, violationsOf } from '../src/score/violations.ts';

/** Rules that something not yet placed breaks too. */
const OF_MISSING: readonly Violation['rule'][] = ['role-count', 'pinned'];

/** What is wrong with what stands somewhere: as text, so that lists can be compared. */
export function wrongs(problem: CompiledProblem, assignment: SlotAssignment): string[] {
  return violationsOf(problem, assignment)
    .filter(({ rule }) => !OF_MISSING.includes(rule))
    .map((violation) => JSON.stringify(violation));
}

/**
 * Places slot after slot on the first of some nodes, drawn at random, that breaks no rule; leaves out what fits nowhere. It looks for
 * nothing better: explanations have to hold for any placement.
 */
export function feasibleAssignment(problem: CompiledProblem, numbers: Iterator<number>): SlotAssignment {
  const node = new Int32Array(problem.S).fill(NONE);
  const draw = (below: number): number => (numbers.next().value as number) % below;
  for (let s = 0; s < problem.S; s++) {
    if (draw(10) === 0) continue;
    const start = draw(problem.N);
    for (let i = 0; i < problem.N; i++) {
      node[s] = (start + i) % problem.N;
      if (wrongs(problem, { node }).length === 0) break;
      node[s] = NONE;
    }
  }
  return { node };
}
