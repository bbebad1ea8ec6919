import { describe, expect, it } from 'vitest';
import { countEnd, waitMs } from './back-off.ts';

const policy = { baseMs: 200, capMs: 5_000, stableMs: 10_000 };

describe('back-off', () => {
  it('doubles up to its cap, from half to the whole of it', () => {
    expect([1, 2, 3, 6, 60].map((ends) => [waitMs(ends, 0, policy), waitMs(ends, 1, policy)])).toEqual([
      [100, 200],
      [200, 400],
      [400, 800],
      [2_500, 5_000],
      [2_500, 5_000],
    ]);
  });

  it('begins anew after a process that was stable', () => {
    expect(countEnd(countEnd(countEnd(0, 5, policy), 9_999, policy), 10_000, policy)).toBe(1);
    expect(countEnd(3, 9_999, policy)).toBe(4);
  });
});
