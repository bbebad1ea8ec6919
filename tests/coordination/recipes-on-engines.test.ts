import { type RecipeCase, recipeConformance, runRecipeCase } from '@keelson/coordination/conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, engines, ensembles } from './engines.ts';

/** The first case of each recipe: what ensembles are held to here. With KEELSON_ENSEMBLES=true all of them, which takes minutes. */
const firstOfEach: readonly RecipeCase[] = recipeConformance.filter(
  ({ recipe }, index) => recipeConformance.findIndex((one) => one.recipe === recipe) === index,
);

const suites = [
  ...engines.map((engine) => ({ ...engine, cases: recipeConformance })),
  ...ensembles.map((engine) => ({
    ...engine,
    cases: process.env.KEELSON_ENSEMBLES === 'true' ? recipeConformance : firstOfEach,
  })),
];

describe.each(suites)('the recipes on $name', ({ start, there, cases }) => {
  describe.skipIf(!there())('keep the promise', () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine?.stop());

    test.each(cases.map((one, index) => [`${one.recipe} ${one.name}`, one, index] as const))(
      '%s',
      async (_name, one, index) => {
        const fixture = engine.fixture(`${index}`);
        try {
          const outcome = await runRecipeCase(one, fixture);
          // A process cannot stop itself: that promise is held in virtual time.
          if (one.requires?.includes('pause')) expect(outcome).toEqual({ type: 'not-applicable', missing: ['pause'] });
          else expect(outcome).toEqual({ type: 'passed' });
        } finally {
          await fixture.close();
        }
      },
    );
  });
});
