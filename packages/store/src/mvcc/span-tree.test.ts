import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type KeySpan, spanContains } from './key-range.ts';
import { SpanTree } from './span-tree.ts';

const point = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
const span: fc.Arbitrary<KeySpan> = fc.record({ start: point, end: fc.option(point, { nil: undefined }) });

it('finds exactly the spans that contain a key, whatever was added and removed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(span, fc.boolean()), { maxLength: 80 }), point, (entries, key) => {
      const tree = new SpanTree<number>();
      const reference = new Map<number, KeySpan>();
      entries.forEach(([added, removeOne], id) => {
        tree.add(added, id);
        reference.set(id, added);
        const [victim] = reference;
        if (!removeOne || victim === undefined) return;
        tree.remove(victim[1], victim[0]);
        reference.delete(victim[0]);
      });
      const found: number[] = [];
      tree.forEachAt(key, (id) => found.push(id));
      const expected = [...reference].filter(([, within]) => spanContains(within, key)).map(([id]) => id);
      expect(found.toSorted((a, b) => a - b)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
