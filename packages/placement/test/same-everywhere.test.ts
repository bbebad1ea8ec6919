import { expect, it } from 'vitest';
import { type PlacementData, solve } from '../src/index.ts';
import type { Standing } from '../test-support/oracles/index.ts';
import { scenario } from '../test-support/scenarios/index.ts';

/** FNV-1a of a text. */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash.toString(16);
}

/** The answers to the first so many questions of a scenario, each built on the one before, as JSON. */
function answersOf(number: number, questions: number): string[] {
  const asking = scenario(number).ask();
  const answers: string[] = [];
  for (let next = asking.next(); next.done !== true && answers.length < questions; ) {
    const placed = solve(next.value.problem).placement.toJSON();
    answers.push(JSON.stringify(placed));
    next = asking.next(standingIn(placed));
  }
  return answers;
}

const standingIn = (placed: PlacementData): Standing[] =>
  Object.entries(placed).flatMap(([resource, partitions]) =>
    Object.entries(partitions).flatMap(([partition, replicas]) =>
      replicas.map(({ node, role }) => ({ resource, partition, node, role })),
    ),
  );

// The same digests on every machine and every Node that runs this test. A change of the solver that changes its answers changes them.
it.each([
  [0, 'db528fa'],
  [12, '83e7b39f'],
  [23, 'b9b26456'],
  [39, '5007404d'],
])('scenario %i has the same first placement everywhere', (number, digest) => {
  const [first] = answersOf(number, 1);
  expect(digestOf(first ?? '')).toBe(digest);
});

// With weights a change goes through prices and annealing: a million tries, each decided by sums of fractions.
it.each([
  [73, 'leaders that weigh more', 'fd00dd05'],
  [83, 'several models', 'd5619231'],
  [127, 'three dimensions', '2e626a46'],
])('scenario %i, %s, is annealed the same everywhere', (number, _, digest) => {
  const [, changed] = answersOf(number, 2);
  expect(digestOf(changed ?? '')).toBe(digest);
});
