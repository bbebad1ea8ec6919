import { barrierCases } from './barrier-cases.ts';
import type { RecipeCase } from './case.ts';
import { electionCases } from './election-cases.ts';
import { eventCases } from './event-cases.ts';
import { guardCases } from './guard-cases.ts';
import { lockCases } from './lock-cases.ts';
import { membershipCases } from './membership-cases.ts';
import { semaphoreCases } from './semaphore-cases.ts';

export { RecipeFailure } from './assertions.ts';
export type { RecipeCase, RecipeName } from './case.ts';
export { runRecipeCase } from './run.ts';

/** Every promise of the recipes that a store can be held to. Needs a store that passes `storeConformance`. */
export const recipeConformance: readonly RecipeCase[] = [
  ...guardCases,
  ...lockCases,
  ...semaphoreCases,
  ...electionCases,
  ...membershipCases,
  ...barrierCases,
  ...eventCases,
];
