import { type ConformanceFixture, type ConformanceOutcome, runConformanceCase } from '@keelson/store/conformance';
import type { RecipeCase } from './case.ts';

/**
 * Runs one case of a recipe over the stores of a fixture. Rejects where the recipe does not keep its promise there.
 *
 * @example
 * for (const one of recipeConformance) test(`${one.recipe} ${one.name}`, () => runRecipeCase(one, makeFixture()));
 */
export async function runRecipeCase(recipeCase: RecipeCase, fixture: ConformanceFixture): Promise<ConformanceOutcome> {
  // The store's own kit knows how to find out what a fixture lacks, and how to drive its time.
  return await runConformanceCase({ guarantee: 'G1', ...recipeCase }, fixture);
}
