import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stateLetters } from './state-letters.ts';

describe('stateLetters', () => {
  it('takes the first letter that is free', () => {
    expect(stateLetters(['MASTER', 'SLAVE', 'OFFLINE', 'ERROR'])).toEqual(['M', 'S', '–', '!']);
    expect(stateLetters(['ONLINE', 'OFFLINE'])).toEqual(['O', '–']);
    expect(stateLetters(['LEADER', 'LAGGING', 'LATE'])).toEqual(['L', 'A', 'T']);
  });

  it('never gives one mark to two of up to ten states', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 10 }), (states) => {
        expect(new Set(stateLetters(states)).size).toBe(states.length);
      }),
    );
  });
});
