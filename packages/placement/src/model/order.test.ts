import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareNames, orderByName } from './order.ts';

/** The order by sorting texts. */
function plainOrder(names: readonly string[]): readonly number[] {
  return names.map((_, i) => i).sort((a, b) => compareNames(names[a] ?? '', names[b] ?? '') || a - b);
}

const items = (names: readonly string[]): readonly { name: string }[] => names.map((name) => ({ name }));

describe('orderByName', () => {
  test('leaves alone what is in order', () => {
    expect(orderByName([])).toBeUndefined();
    expect(orderByName(items(['a', 'a', 'b', 'ba']))).toBeUndefined();
  });

  test('sorts few names as texts', () => {
    expect(orderByName(items(['p10', 'p9', 'p1', 'p']))).toEqual(Int32Array.of(3, 2, 0, 1));
  });

  test.each<[string, (i: number) => string]>([
    ['numbers', (i) => `partition_${i}`],
    ['numbers the other way round', (i) => `partition_${1000 - i}`],
    ['names longer than a key', (i) => `x${'long'.repeat(i % 7)}-${'0123456789abcdef'.repeat(2)}-${(i * 7919) % 1000}`],
    ['names that are equal', (i) => `p${i % 10}`],
    ['one name', () => 'p'],
    ['all that a text may hold', (i) => String.fromCharCode((i * 40_503) % 65_536, (i * 31) % 65_536)],
  ])('sorts %s like texts', (_, name) => {
    const names = Array.from({ length: 1000 }, (__, i) => name((i * 367) % 1000));
    expect([...(orderByName(items(names)) ?? names.keys())]).toEqual(plainOrder(names));
  });

  test('sorts any names like texts', () => {
    const names = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\u0000', '\uffff', '9'), maxLength: 40 }), {
      minLength: 256,
      maxLength: 400,
    });
    fc.assert(
      fc.property(names, (drawn) => {
        expect([...(orderByName(items(drawn)) ?? drawn.keys())]).toEqual(plainOrder(drawn));
      }),
      { numRuns: 50 },
    );
  });
});
