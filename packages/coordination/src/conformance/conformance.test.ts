import { describe, expect, it } from 'vitest';
import { memoryFixture } from '../../test-support/memory-fixture.ts';
import { recipeConformance, runRecipeCase } from './index.ts';

describe('the recipes keep their promises over the memory store', () => {
  for (const one of recipeConformance) {
    it(`${one.recipe} ${one.name}`, async () => {
      for (const seed of [1, 2, 3]) expect(await runRecipeCase(one, memoryFixture(seed))).toEqual({ type: 'passed' });
    });
  }

  it('has every case under a name of its own', () => {
    const names = recipeConformance.map(({ recipe, name }) => `${recipe} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
