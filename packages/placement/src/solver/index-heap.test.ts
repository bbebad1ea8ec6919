import { describe, expect, it } from 'vitest';
import { Chance } from './chance.ts';
import { IndexHeap } from './index-heap.ts';

describe('a heap of indices', () => {
  it('holds the least keys first while keys change, equal ones by index', () => {
    const chance = new Chance(3);
    const keys = Float64Array.from({ length: 50 }, () => chance.below(20));
    const heap = new IndexHeap(Int32Array.from(keys.keys()), keys, new Int32Array(50));
    for (let step = 0; step < 500; step++) {
      const item = chance.below(50);
      keys[item] = chance.below(20);
      heap.update(item);
      const order = Array.from(keys.keys()).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
      expect(heap.items[0]).toBe(order[0]);
      expect(Array.from(heap.items.subarray(0, 7))).toEqual(expect.arrayContaining(order.slice(0, 3)));
    }
  });
});
