import { describe, expect, it } from 'vitest';
import { formatCount, formatDuration, formatSince, formatWhen, plural } from './format.ts';

describe('formatDuration', () => {
  it.each([
    [-5, 'under 0.1 s'],
    [40, 'under 0.1 s'],
    [2_340, '2.3 s'],
    [9_949, '9.9 s'],
    [9_951, '9 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [192_000, '3 min 12 s'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
    [86_400_000, '1 d'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('times and numbers', () => {
  it('name the date only where it is another day', () => {
    const nowMs = Date.UTC(2026, 5, 15, 12, 0, 0);
    expect(formatWhen(nowMs, nowMs)).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(formatWhen(nowMs - 3 * 86_400_000, nowMs)).toMatch(/^2026-06-12 \d\d:\d\d:\d\d$/);
  });

  it('say so when a time is unknown', () => {
    expect(formatSince(0, 5)).toBe('since when is unknown');
    expect(formatSince(null, 5)).toBe('since when is unknown');
    expect(formatSince(1_000, 4_000)).toMatch(/^since .*\(3\.0 s\)$/);
  });

  it('group digits and mind the number', () => {
    expect(formatCount(50_000)).toBe('50,000');
    expect([plural(1, 'replica'), plural(1_200, 'replica')]).toEqual(['1 replica', '1,200 replicas']);
  });
});
