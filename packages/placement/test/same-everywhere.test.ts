import { expect, it } from 'vitest';
import { solve } from '../src/index.ts';
import { scenario } from '../test-support/scenarios/index.ts';

/** FNV-1a of a text. */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash.toString(16);
}

/** The first question of a scenario, answered. */
function answerOf(number: number): string {
  const asking = scenario(number).ask();
  const { value } = asking.next([]);
  if (value === undefined) throw new Error(`scenario ${number} asks nothing`);
  return JSON.stringify(solve(value.problem).placement.toJSON());
}

// The same digests on every machine and every Node that runs this test. A change of the solver that changes its answers changes them.
it.each([
  [0, 'db528fa'],
  [12, '83e7b39f'],
  [23, 'b9b26456'],
  [39, '5007404d'],
])('scenario %i has the same answer everywhere', (number, digest) => {
  expect(digestOf(answerOf(number))).toBe(digest);
});
