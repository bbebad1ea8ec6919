import { loadFamilies } from './load-families.ts';
import { nodeFamilies } from './node-families.ts';
import { randomFrom } from './random.ts';
import { roomFamilies } from './room-families.ts';
import type { Asking, Family } from './scenario.ts';
import { sequenceFamilies } from './sequence-families.ts';

export type { Asking, Question } from './scenario.ts';

/** A scenario: its number is its seed and says all. */
export interface Scenario {
  readonly number: number;
  readonly family: string;
  readonly weighted: boolean;
  ask(): Asking;
}

const families: readonly Family[] = [...nodeFamilies, ...loadFamilies, ...roomFamilies];

/** One scenario in so many is of the largest size: bounds at 2,000 partitions on 50 nodes take seconds. */
const largeEvery = 47;
/** One scenario in so many is a long sequence: it counts as one, and is 200 solves. */
const sequenceEvery = 53;

/** Scenario `number`: numbers in a row go round through all kinds. */
export function scenario(number: number): Scenario {
  const [sequence] = sequenceFamilies;
  const round = families[number % families.length];
  const family = number % sequenceEvery === sequenceEvery - 1 ? sequence : round;
  if (family === undefined) throw new RangeError(`No scenario ${number}.`);
  const turn = Math.floor(number / families.length) % 2 === 1;
  const weighted = family.weighted === 'both' ? turn : family.weighted === 'always';
  const large = number % largeEvery === largeEvery - 1;
  return {
    number,
    family: family.name,
    weighted,
    ask: () => family.ask(randomFrom(number + 1), weighted, large),
  };
}
