import { type MovePlan, type PlacementProblem, type PlanOptions, solve } from '@keelson/placement';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { solveByNames } from '../quality/solver.ts';
import { PlanInterpreter } from '../test-support/plan-interpreter.ts';
import { scenario } from '../test-support/scenarios/index.ts';
import { randomFrom } from '../test-support/scenarios/random.ts';
import { wildProblem } from './wild.ts';

const manners: readonly PlanOptions[] = [{}, { whenFull: 'drop-first' }, { temporary: false, copiesPerNode: 2 }];

/** An order that keeps to `after`: of the steps that may be done, one drawn at random. */
function anyOrder({ steps }: MovePlan, seed: number): readonly number[] {
  const random = randomFrom(seed);
  const waiting = steps.map((step) => step.after.length);
  const later = steps.map((): number[] => []);
  for (const [at, step] of steps.entries()) for (const earlier of step.after) later[earlier]?.push(at);
  const ready = [...steps.keys()].filter((at) => waiting[at] === 0);
  const order: number[] = [];
  while (ready.length > 0) {
    const at = ready.splice(random.int(0, ready.length - 1), 1)[0] ?? 0;
    order.push(at);
    for (const next of later[at] ?? []) {
      waiting[next] = (waiting[next] ?? 0) - 1;
      if (waiting[next] === 0) ready.push(next);
    }
  }
  return order;
}

/** What the plan of the solver's answer breaks, carried out in its own order, in waves and in a random one. */
function brokenOnTheWay(problem: PlacementProblem, seed: number): readonly string[] {
  const result = solve(problem);
  return manners.flatMap((options) => {
    const plan = result.plan(options);
    const fewest = options.whenFull === 'drop-first' ? 1 : undefined;
    return [[...plan.steps.keys()], plan.waves.flat(), anyOrder(plan, seed)].flatMap((order) =>
      new PlanInterpreter(result.compiled, result.assignment, plan).run(order, fewest),
    );
  });
}

/** On a machine that is busy with other things a batch takes longer than it should. */
const patience = { timeout: 120_000 };

describe('the plan of an answer', patience, () => {
  it('breaks no hard constraint on the way and ends in the answer, whatever the model has', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        expect(brokenOnTheWay(wildProblem(seed), seed)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it.each(Array.from({ length: 5 }, (_, index) => index * 7))('does so in the scenarios from %i on', (from) => {
    for (let number = from; number < from + 7; number++) {
      const asking = scenario(number).ask();
      for (let next = asking.next(); next.done !== true; next = asking.next(solveByNames(next.value.problem))) {
        expect([number, ...brokenOnTheWay(next.value.problem, number)]).toEqual([number]);
      }
    }
  });
});
