import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeyIndex } from './key-index.ts';

it('holds the same keys in the same order as a sorted set, over thousands of insertions and removals', () => {
  const key = fc.integer({ min: 0, max: 4_000 }).map((n) => `key${n}`);
  const step = fc.tuple(fc.boolean(), key);
  fc.assert(
    fc.property(fc.array(step, { minLength: 2_000, maxLength: 6_000 }), key, key, (steps, start, end) => {
      const index = new KeyIndex();
      const reference = new Set<string>();
      for (const [remove, name] of steps) {
        if (remove && steps.length % 2 === 0) {
          index.remove(name);
          reference.delete(name);
        } else {
          expect(index.ensure(name).key).toBe(name);
          reference.add(name);
        }
      }
      const found: string[] = [];
      index.scan({ start, end }, (entry) => found.push(entry.key) > 0);
      expect(found).toEqual([...reference].filter((name) => name >= start && name < end).sort());
      const all: string[] = [];
      index.scan({ start: '', end: undefined }, (entry) => all.push(entry.key) > 0);
      expect(all).toEqual([...reference].sort());
      expect(index.size).toBe(reference.size);
    }),
    { numRuns: 30 },
  );
});

it('keeps the order of keys that come in order, and stops a walk when told', () => {
  const index = new KeyIndex();
  for (let n = 0; n < 3_000; n += 1) index.ensure(`k${String(n).padStart(6, '0')}`);
  const seen: string[] = [];
  index.scan({ start: 'k000999', end: undefined }, (entry) => seen.push(entry.key) < 3);
  expect(seen).toEqual(['k000999', 'k001000', 'k001001']);
});
