import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../test-support/digest.mjs';
import { generateHistory, kinds } from '../test-support/histories.mjs';
import { checkHistory, type History, lockSpecification, mapSpecification, registerSpecification } from './index.ts';

/** Written by `npm run record-verdicts`: what Porcupine says of the same histories. */
const recorded = JSON.parse(readFileSync(new URL('../fixtures/porcupine-verdicts.json', import.meta.url), 'utf8')) as {
  seeds: number;
  kinds: Record<string, { digest: string; verdicts: string }>;
};

const judges: Record<string, (history: History<never, never>) => string> = {
  register: (history) => checkHistory(registerSpecification(), history, { maxMinimiseSteps: 0 }).verdict,
  map: (history) => checkHistory(mapSpecification(), history, { maxMinimiseSteps: 0 }).verdict,
  'map-revisions': (history) =>
    checkHistory(mapSpecification({ revisions: true }), history, { maxMinimiseSteps: 0 }).verdict,
  lock: (history) => checkHistory(lockSpecification(), history, { maxMinimiseSteps: 0 }).verdict,
  'lock-expires': (history) =>
    checkHistory(lockSpecification({ expires: true }), history, { maxMinimiseSteps: 0 }).verdict,
};

const letters: Record<string, string> = { linearizable: 'L', 'not-linearizable': 'N', unknown: '?' };

describe('the verdicts of Porcupine', () => {
  it('were taken on enough histories, good and bad', () => {
    const all = Object.values(recorded.kinds).flatMap(({ verdicts }) => verdicts.split(''));
    expect(all.length).toBeGreaterThanOrEqual(1_000);
    expect(all.filter((letter) => letter === 'L').length).toBeGreaterThan(all.length / 4);
    expect(all.filter((letter) => letter === 'N').length).toBeGreaterThan(all.length / 4);
  });

  it.each(kinds)('are ours, on every history of kind %s', (kind: string) => {
    const { digest, verdicts } = recorded.kinds[kind] ?? { digest: '', verdicts: '' };
    const histories = Array.from({ length: recorded.seeds }, (_, index) => generateHistory(kind, index + 1));
    expect(digestOf(histories)).toBe(digest);
    const ours = histories.map((history) => letters[judges[kind]?.(history as never) ?? '']).join('');
    const differ = verdicts.split('').flatMap((letter, index) => (letter === ours[index] ? [] : [index + 1]));
    expect(differ).toEqual([]);
    expect(ours).toHaveLength(recorded.seeds);
  });
});
