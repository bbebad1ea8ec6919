import { describe, expect, it } from 'vitest';
import { replicaEvent } from '../../test/matrix-fixture.ts';
import { mergeEvents, newestFirst } from './event-order.ts';

describe('the order of events', () => {
  it("is the store's, not that of the clocks", () => {
    const late = { ...replicaEvent(10, 0, 0, 'MASTER'), atMs: 1 };
    const early = { ...replicaEvent(9, 0, 0, 'MASTER'), atMs: 2 };
    expect([early, late].sort(newestFirst)).toEqual([late, early]);
  });

  it('compares numbers, not texts, within one revision too', () => {
    const ids = ['9-2', '10-1', '9-10'];
    const sorted = ids.map((id) => ({ ...replicaEvent(1, 0, 0, null), id })).sort(newestFirst);
    expect(sorted.map(({ id }) => id)).toEqual(['10-1', '9-10', '9-2']);
  });

  it('falls back to time for ids of another form', () => {
    const [a, b] = [
      { ...replicaEvent(1, 0, 0, null), id: 'a' },
      { ...replicaEvent(2, 0, 0, null), id: 'b' },
    ];
    expect([a, b].sort(newestFirst)).toEqual([b, a]);
  });
});

describe('mergeEvents', () => {
  it('puts two lists together without doubles, and keeps a list to which nothing is added', () => {
    const [one, two, three] = [replicaEvent(1, 0, 0, null), replicaEvent(2, 0, 0, null), replicaEvent(3, 0, 0, null)];
    const known = [three, one];
    expect(mergeEvents(known, [two, three], 10)).toEqual([three, two, one]);
    expect(mergeEvents(known, [one], 10)).toBe(known);
    expect(mergeEvents(known, [two], 2)).toEqual([three, two]);
  });
});
