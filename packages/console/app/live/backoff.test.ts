import { describe, expect, it } from 'vitest';
import { reconnectDelayMs } from './backoff.ts';

describe('reconnectDelayMs', () => {
  it('doubles up to a bound', () => {
    expect([1, 2, 3, 4, 5, 6, 60].map((attempt) => reconnectDelayMs(attempt, 0))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
    ]);
  });

  it('takes away up to a half by chance', () => {
    expect(reconnectDelayMs(3, 0.999)).toBeGreaterThanOrEqual(1_000);
    expect(reconnectDelayMs(3, 0.5)).toBe(1_500);
  });

  it('tries the first time as soon as the server wishes, but not later than by itself', () => {
    expect(reconnectDelayMs(1, 0, 200)).toBe(200);
    expect(reconnectDelayMs(1, 0, 60_000)).toBe(500);
  });
});
