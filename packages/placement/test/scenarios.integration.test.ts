import { solve } from '@keelson/placement';
import { describe, expect, it } from 'vitest';
import { judge, verdictOn } from '../quality/judge.ts';
import { solveByNames, standingOf } from '../quality/solver.ts';
import { figuresOf, type ScenarioFigures, summarize } from '../quality/summary.ts';
import { worstCases } from '../quality/worst-cases.ts';
import { countAnswer, factsOf, leaderRanges, outsideRanges, readAnswer } from '../test-support/oracles/index.ts';
import { scenario } from '../test-support/scenarios/index.ts';

/** A slice of the scenarios, of every kind, with and without weights; `npm run quality` goes through all of them. */
const slice = Array.from({ length: 44 }, (_, number) => number).filter((number) => number % 47 !== 46);

/** Some dozen solves and bounds a test: a busy machine may take its time. */
const patience = { timeout: 180_000 };

const known = new Map<number, ScenarioFigures>();
/** Each scenario is played once, however many tests ask about it. */
function run(number: number): ScenarioFigures {
  const figures = known.get(number) ?? figuresOf(judge(scenario(number), solveByNames, { hardWork: 0 }));
  known.set(number, figures);
  return figures;
}
const named = ({ number, family }: ScenarioFigures): string => `${number} ${family}`;

/** What every answer is held to. Without weights the bound is met exactly; with weights answers come close. */
function expectGood(all: readonly ScenarioFigures[]): void {
  expect(all.flatMap((one) => one.faults.map((fault) => `${named(one)}: ${fault}`))).toEqual([]);
  expect(all.filter(({ unplaced }) => unplaced > 0).map(named)).toEqual([]);
  const plain = all.filter(({ weighted }) => !weighted);
  expect(plain.filter(({ movement }) => movement > 1).map(named)).toEqual([]);
  expect(all.filter(({ leadersOver }) => leadersOver > 0.01).map(named)).toEqual([]);
  expect(all.filter(({ leaderMax }) => leaderMax > 1.05 + 1e-9).map(named)).toEqual([]);
}

describe('the solver, judged by the oracles', patience, () => {
  it.each([0, 1, 2, 3])('is as good as can be in quarter %i of a slice of the scenarios', (quarter) => {
    expectGood(slice.filter((_, at) => at % 4 === quarter).map(run));
  });

  it('copies little more than the bound where replicas weigh something', () => {
    const { median, worst } = summarize(slice.filter((number) => number >= 22 && number < 44).map(run)).movement
      .weighted;
    expect(median).toBeLessThanOrEqual(1.005);
    expect(worst).toBeLessThanOrEqual(1.3);
  });

  it('leaves leaders even though copies could be searched for longer than there are steps', () => {
    const asking = scenario(516).ask();
    const start = asking.next();
    if (start.done === true) throw new Error('Nothing is asked.');
    const change = asking.next(solveByNames(start.value.problem));
    if (change.done === true) throw new Error('Nothing changes.');
    const { problem } = change.value;
    const { finished, placement } = solve(problem, { budget: 400_000 });
    const facts = factsOf(problem);
    const { leaders } = countAnswer(facts, readAnswer(facts, standingOf(placement)).answer);
    expect(outsideRanges(leaders, leaderRanges(facts))).toBe(0);
    expect(finished).toBe(false);
  });

  it('finds balance where zones are of unlike size and leaders weigh more, change after change', () => {
    const asking = scenario(741).ask();
    let next = asking.next();
    for (let changes = 0; changes < 16 && next.done !== true; changes++) {
      const standing = solveByNames(next.value.problem);
      const { faults, unreachable } = verdictOn(next.value, standing, { hardWork: 0 });
      expect({ changes, faults, unreachable }).toEqual({ changes, faults: [], unreachable: 0 });
      next = asking.next(standing);
    }
    expect(next.done).toBe(false);
  });

  it('makes no copy to mend two nodes at once where each can be mended by itself for nothing', () => {
    const asking = scenario(794).ask();
    let next = asking.next();
    for (let changes = 0; changes < 16 && next.done !== true; changes++) {
      const standing = solveByNames(next.value.problem);
      const { moves, moveBound } = verdictOn(next.value, standing);
      expect({ changes, moves }).toEqual({ changes, moves: moveBound });
      next = asking.next(standing);
    }
    expect(next.done).toBe(false);
  });

  it.each(worstCases)('is no worse than it was in $number, $family', ({ number, movement }) => {
    const now = run(number);
    expectGood([now]);
    expect(now.movement).toBeLessThanOrEqual(movement + 0.15);
  });
});
