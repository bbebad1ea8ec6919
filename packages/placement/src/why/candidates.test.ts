import { assert, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryNumbers, arbitraryProblem } from '../../test-support/arbitrary-problem.ts';
import { feasibleAssignment, wrongs } from '../../test-support/feasible-assignment.ts';
import { compile } from '../model/compile.ts';
import { type CompiledProblem, NONE } from '../model/compiled.ts';
import { scoreOf } from '../score/score-of.ts';
import { TERM_NAMES } from '../score/terms.ts';
import { type Violation, violationsOf } from '../score/violations.ts';
import { type Candidate, candidatesFor } from './candidates.ts';
import { Situation } from './situation.ts';

/** The assignment with a replica moved to a candidate, or exchanged with the one that stands there. */
function after(situation: Situation, slot: number, { node, by }: Candidate): Int32Array {
  const nodes = situation.assignment.node.slice();
  const to = situation.problem.nodeNames.indexOf(node);
  if (by === 'exchange') {
    const p = partitionOf(situation.problem, slot);
    nodes[situation.slotOn(p, to)] = nodes[slot] ?? NONE;
  }
  nodes[slot] = to;
  return nodes;
}

const partitionOf = (problem: CompiledProblem, slot: number): number =>
  problem.slotsFrom.findIndex((from) => from > slot) - 1;

/** Calls back with every candidate of every replica of a random placement. */
function forAllCandidates(check: (situation: Situation, slot: number, candidate: Candidate) => void): void {
  assert(
    property(arbitraryProblem, arbitraryNumbers, (input, numbers) => {
      const problem = compile(input);
      const situation = new Situation(problem, feasibleAssignment(problem, numbers[Symbol.iterator]()));
      for (let slot = 0; slot < problem.S; slot++) {
        const candidates = candidatesFor(situation, partitionOf(problem, slot), slot);
        expect(candidates).toHaveLength(problem.N);
        for (const candidate of candidates) check(situation, slot, candidate);
      }
    }),
    { numRuns: 60 },
  );
}

describe('candidates', () => {
  test('the differences are those of the scores, term by term', () => {
    forAllCandidates((situation, slot, candidate) => {
      if (candidate.difference === undefined) return;
      const { problem, assignment } = situation;
      const before = scoreOf(problem, assignment);
      const then = scoreOf(problem, { node: after(situation, slot, candidate) });
      for (const name of TERM_NAMES) {
        const { figure, penalty } = candidate.difference.terms[name] ?? { figure: 0, penalty: 0 };
        const scale = 1 + Math.abs(before.terms[name].figure);
        expect(figure / scale, name).toBeCloseTo((then.terms[name].figure - before.terms[name].figure) / scale, 6);
        expect(penalty / scale, name).toBeCloseTo((then.terms[name].penalty - before.terms[name].penalty) / scale, 4);
      }
    });
  });

  test('a feasible candidate breaks no rule, and one that is not breaks each rule it names', () => {
    forAllCandidates((situation, slot, candidate) => {
      const { problem } = situation;
      const node = after(situation, slot, candidate);
      if (candidate.feasible) {
        expect(wrongs(problem, { node })).toEqual([]);
        return;
      }
      // What a held node keeps is not measured by its limits; what would be put on it is.
      if (candidate.rules.some(({ rule }) => rule === 'offline')) return;
      const broken = violationsOf(problem, { node });
      for (const { rule, dimension } of candidate.rules) {
        const isIt = (one: Violation): boolean => one.rule === rule && one.dimension === dimension;
        expect(broken.some(isIt), `${rule} of ${candidate.node}`).toBe(true);
      }
    });
  });

  test('the best comes first, nothing that is barred before something that is not', () => {
    assert(
      property(arbitraryProblem, arbitraryNumbers, (input, numbers) => {
        const problem = compile(input);
        if (problem.S === 0) return;
        const situation = new Situation(problem, feasibleAssignment(problem, numbers[Symbol.iterator]()));
        const candidates = candidatesFor(situation, 0, 0);
        const penalties = candidates.flatMap(({ difference }) =>
          difference === undefined ? [] : [difference.penalty],
        );
        expect(penalties).toEqual([...penalties].sort((a, b) => a - b));
        expect(candidates.slice(0, penalties.length).every(({ feasible }) => feasible)).toBe(true);
        expect(new Set(candidates.map(({ node }) => node)).size).toBe(problem.N);
      }),
    );
  });
});
