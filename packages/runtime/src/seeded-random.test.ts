import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from './seeded-random.ts';

describe('seeded random', () => {
  it('stays in range and repeats for its seed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1_000_000 }), (seed, bound) => {
        const [one, two] = [seededRandom(seed), seededRandom(seed)];
        for (let draw = 0; draw < 20; draw += 1) {
          const value = one.integer(bound);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThan(bound);
          expect(two.integer(bound)).toBe(value);
        }
        expect(one.bytes(9)).toEqual(two.bytes(9));
      }),
    );
  });

  it('spreads evenly (64 buckets, 64,000 draws, each within 20 % of its share)', () => {
    const random = seededRandom(5);
    const buckets = Array.from({ length: 64 }, () => 0);
    for (let draw = 0; draw < 64_000; draw += 1) {
      const bucket = Math.floor(random.next() * 64);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    expect(Math.min(...buckets)).toBeGreaterThan(800);
    expect(Math.max(...buckets)).toBeLessThan(1_200);
  });

  it('makes version-4 UUIDs that do not repeat', () => {
    const random = seededRandom(9);
    const uuids = new Set(Array.from({ length: 1_000 }, () => random.uuid()));
    expect(uuids.size).toBe(1_000);
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
