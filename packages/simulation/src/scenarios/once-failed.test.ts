import { expect, test } from 'vitest';
import { simulate } from '../simulate.ts';
import { scenarios } from './index.ts';

/** Seeds that once failed, whether by a fault of Keelson's or of the scenario (`docs/bugs.md`). */
const onceFailed = [
  ['mirror', 1114],
  ['register', 30478],
  ['mirror', 30595],
  ['ledger', 30848],
  ['hand-over', 40905],
  ['barrier', 40990],
  ['hand-over', 50685],
  ['group', 52264],
] as const;

test.each(onceFailed)('%s holds under seed %i', async (name, seed) => {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`There is no scenario ${name}.`);
  const { violations } = await simulate(scenario, { seed });
  expect(violations).toEqual([]);
});
