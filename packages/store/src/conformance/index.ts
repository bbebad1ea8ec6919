import type { ConformanceCase } from './case.ts';
import { failingCases } from './cases/failing.ts';
import { readingCases } from './cases/reading.ts';
import { sessionCases } from './cases/sessions.ts';
import { transactionCases } from './cases/transactions.ts';
import { watchingCases } from './cases/watching.ts';
import { writingCases } from './cases/writing.ts';

/** Every case, in the order of the guarantees. Run each with `runConformanceCase`. */
export const storeConformance: readonly ConformanceCase[] = [
  ...readingCases,
  ...writingCases,
  ...transactionCases,
  ...sessionCases,
  ...watchingCases,
  ...failingCases,
];

export { ConformanceFailure } from './assertions.ts';
export type { ConformanceCase, Guarantee } from './case.ts';
export type { ConformanceFaults, ConformanceFixture, ConformanceNeed } from './fixture.ts';
export { type ConformanceOutcome, runConformanceCase } from './run.ts';
