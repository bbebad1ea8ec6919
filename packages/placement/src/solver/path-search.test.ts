import { describe, expect, it } from 'vitest';
import { NO_ARC, PathSearch, type ShiftGraph } from './path-search.ts';

/** A graph by its arcs: `from → to: cost`. */
function graphOf(nodes: number, arcs: readonly (readonly [from: number, to: number, cost: number])[]): ShiftGraph {
  return {
    row: (from) => {
      const row = new Int8Array(nodes).fill(NO_ARC);
      for (const [start, end, cost] of arcs) if (start === from) row[end] = cost;
      return row;
    },
  };
}

describe('a search for paths', () => {
  const any = { enough: Number.NEGATIVE_INFINITY, most: 100 };

  it('finds the cheapest way, by arcs that cost less than nothing too', () => {
    const graph = graphOf(5, [
      [0, 4, 3],
      [0, 1, 1],
      [1, 2, 1],
      [2, 3, -1],
      [3, 4, 0],
    ]);
    const search = new PathSearch(5);
    expect(search.find(graph, [0], (n) => n === 4, any)).toEqual([0, 1, 2, 3, 4]);
    expect(search.costTo(4)).toBe(1);
  });

  it('takes the first way that is cheap enough, and none that is too dear', () => {
    const graph = graphOf(3, [
      [0, 2, 1],
      [0, 1, 0],
      [1, 2, 0],
    ]);
    const search = new PathSearch(3);
    expect(search.find(graph, [0], (n) => n === 2, { enough: 1, most: 100 })).toEqual([0, 2]);
    expect(search.find(graph, [0], (n) => n === 2, { enough: 0, most: 0 })).toEqual([0, 1, 2]);
    expect(search.find(graphOf(3, [[0, 2, 1]]), [0], (n) => n === 2, { enough: 0, most: 0 })).toBeUndefined();
  });
});
