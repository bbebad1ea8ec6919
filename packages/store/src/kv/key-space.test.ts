import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBelow } from '../path.ts';
import type { KeyRange } from './backend.ts';
import { compareUtf8, textOfUtf8, utf8ByteString } from './byte-string.ts';
import { KeySpace } from './key-space.ts';

const path = fc
  .array(fc.constantFrom('a', 'b', 'a-b', 'a!', 'a0', 'é', '漢', ' ', '~', 'ab'), { maxLength: 4 })
  .map((segments) => `/${segments.join('/')}`);
const prefix = fc.constantFrom('', '/app', 'app-é');

const within = (range: Required<KeyRange>, key: string): boolean => key >= range.key && key < range.end;

describe('key space', () => {
  it('gives every path back from its key', () => {
    fc.assert(
      fc.property(prefix, path, (before, each) => {
        const keys = new KeySpace(before);
        expect(keys.pathOf(keys.keyOf(each))).toBe(each === '/' ? undefined : each);
      }),
    );
  });

  it('ranges over exactly what is below a path', () => {
    fc.assert(
      fc.property(prefix, path, path, (before, ancestor, each) => {
        const keys = new KeySpace(before);
        const key = keys.keyOf(each);
        expect(within(keys.descendants(ancestor), key)).toBe(isBelow(each, ancestor));
        expect(within(keys.subtree(ancestor), key)).toBe(
          isBelow(each, ancestor) || (each === ancestor && ancestor === '/'),
        );
        if (isBelow(each, ancestor) || each === ancestor) expect(within(keys.watched(ancestor), key)).toBe(true);
      }),
    );
  });

  it('keeps counters below their parent, where no path is and no child is looked for', () => {
    fc.assert(
      fc.property(prefix, path, (before, parent) => {
        const keys = new KeySpace(before);
        const counter = keys.counterKey(parent);
        expect(within(keys.subtree(parent), counter)).toBe(true);
        expect(within(keys.descendants(parent), counter)).toBe(false);
        expect(keys.pathOf(counter)).toBeUndefined();
      }),
    );
  });

  it('has no path for keys that others wrote', () => {
    const keys = new KeySpace('/app');
    for (const key of ['/app', '/app/', '/app/a/', '/app//a', '/app/\xff', '/other/a', '/app/a\0', 'x'])
      expect(keys.pathOf(key), JSON.stringify(key)).toBeUndefined();
    expect(keys.pathOf('/app/a')).toBe('/a');
  });
});

describe('byte strings', () => {
  it('hold UTF-8 and sort as its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(textOfUtf8(utf8ByteString(a))).toBe(a);
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    expect(textOfUtf8('\xff\xfe')).toBeUndefined();
  });
});
