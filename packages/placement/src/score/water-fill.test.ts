import { array, assert, double, integer, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Basin, waterFill } from './water-fill.ts';

function pour(
  amount: number,
  share: number[],
  { held = [], cap = [], zones }: { held?: number[]; cap?: number[]; zones?: Basin['zones'] } = {},
): number[] {
  const basin: Basin = {
    share: Float64Array.from(share),
    held: Float64Array.from(share, (_, i) => held[i] ?? 0),
    cap: Float64Array.from(share, (_, i) => cap[i] ?? Number.POSITIVE_INFINITY),
    zones: zones ?? [{ members: share.map((_, i) => i), least: 0, cap: Number.POSITIVE_INFINITY }],
  };
  const poured = new Float64Array(share.length);
  waterFill(amount, basin, poured);
  return [...poured];
}

describe('waterFill', () => {
  test('nothing in the way: in proportion to the shares, to the digit', () => {
    expect(pour(12, [1, 1, 2])).toEqual([3, 3, 6]);
    expect(
      pour(
        30_000,
        Array.from({ length: 101 }, () => 1),
      )[7],
    ).toBe(30_000 / 101);
  });

  test('what a full member cannot take goes to the others', () => {
    expect(pour(12, [1, 1, 1], { cap: [2] })).toEqual([2, 5, 5]);
  });

  test('what stands there already is filled up first', () => {
    expect(pour(4, [1, 1, 1], { held: [5, 1, 0] })).toEqual([0, 1.5, 2.5]);
  });

  test('a zone at its cap is even in itself, the rest goes elsewhere', () => {
    const zones = [
      { members: [0, 1], least: 0, cap: 10 },
      { members: [2, 3], least: 0, cap: 10 },
      { members: [4], least: 0, cap: 10 },
    ];
    expect(pour(30, [1, 1, 1, 1, 1], { zones })).toEqual([5, 5, 5, 5, 10]);
    expect(pour(20, [1, 3, 1, 1, 1], { zones })).toEqual([2.5, 7.5, 10 / 3, 10 / 3, 10 / 3]);
  });

  test('a zone that has to take more than its part is even in itself', () => {
    const zones = [
      { members: [0, 1], least: 10, cap: 20 },
      { members: [2, 3, 4, 5], least: 10, cap: 20 },
    ];
    expect(pour(30, [1, 1, 1, 1, 1, 1], { zones })).toEqual([5, 5, 5, 5, 5, 5]);
    expect(pour(30, [1, 1, 2, 2, 2, 2], { zones })).toEqual([5, 5, 5, 5, 5, 5]);
    expect(pour(30, [1, 1, 3, 3, 1, 1], { zones })).toEqual([5, 5, 7.5, 7.5, 2.5, 2.5]);
  });

  test('more than fits fills every cap', () => {
    expect(pour(9, [1, 1], { cap: [2, 3] })).toEqual([2, 3]);
  });

  test('everything that fits is poured, and no member below its cap stands lower than one that got something', () => {
    const member = record({
      share: integer({ min: 1, max: 5 }),
      held: double({ min: 0, max: 9, noNaN: true }),
      cap: double({ min: 0, max: 9, noNaN: true }),
    });
    assert(
      property(
        array(member, { minLength: 1, maxLength: 12 }),
        double({ min: 0, max: 60, noNaN: true }),
        (members, amount) => {
          const share = members.map((m) => m.share);
          const held = members.map((m) => m.held);
          const cap = members.map((m) => m.cap);
          const poured = pour(amount, share, { held, cap });
          const room = cap.reduce((sum, c) => sum + c, 0);
          const sum = poured.reduce((total, x) => total + x, 0);
          expect(sum).toBeCloseTo(Math.min(amount, room), 6);
          const level = poured.map((x, i) => ((held[i] ?? 0) + x) / (share[i] ?? 1));
          const lowest = Math.min(...level.filter((_, i) => (poured[i] ?? 0) < (cap[i] ?? 0) - 1e-6));
          for (const [i, x] of poured.entries()) {
            expect(x).toBeLessThanOrEqual((cap[i] ?? 0) + 1e-9);
            if (x > 1e-6) expect(level[i]).toBeLessThanOrEqual(lowest + 1e-6);
          }
        },
      ),
    );
  });
});
