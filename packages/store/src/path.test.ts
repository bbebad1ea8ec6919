import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPath, isBelow, isPath, joinPath, lastSegment, parentPath } from './path.ts';

/** Characters that ZooKeeper's own check refuses, as its documentation lists them. */
const refusedByZooKeeper = (unit: number): boolean =>
  unit <= 0x1f || (unit >= 0x7f && unit <= 0x9f) || (unit >= 0xd800 && unit <= 0xf8ff) || unit >= 0xfff0;

/** The rule, written the slow way. */
function isPathBySlowRule(path: string): boolean {
  if (path === '/') return true;
  const units = Array.from({ length: path.length }, (_value, index) => path.charCodeAt(index));
  if (units.some(refusedByZooKeeper) || Buffer.byteLength(path) > 4_096 || !path.startsWith('/')) return false;
  return path
    .slice(1)
    .split('/')
    .every((segment) => segment !== '' && segment !== '.' && segment !== '..' && Buffer.byteLength(segment) <= 255);
}

const anyPath = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        '/',
        '.',
        '..',
        'a',
        'é',
        '漢',
        '😀',
        '\u0000',
        '\u0085',
        '\ue000',
        '\ufff0',
        ' ',
        'x'.repeat(254),
      ),
    )
    .map((parts) => parts.join('')),
  fc.array(fc.string({ unit: 'grapheme', maxLength: 6 })).map((parts) => `/${parts.join('/')}`),
);

const validPath = fc
  .array(fc.constantFrom('a', 'b', 'a-b', 'a!', 'é', '.x', 'deep er'), { minLength: 1, maxLength: 5 })
  .map((segments) => `/${segments.join('/')}`);

describe('paths', () => {
  it('keep exactly the rule', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        expect(isPath(path)).toBe(isPathBySlowRule(path));
      }),
      { numRuns: 2_000 },
    );
  });

  it('say which rule is broken', () => {
    const saying = (path: string): string => {
      try {
        return checkPath(path);
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
    };
    expect(saying('/a/b')).toBe('/a/b');
    expect(saying('a')).toContain('does not begin with `/`');
    expect(saying('/a/')).toContain('empty segment');
    expect(saying('/a/../b')).toContain('`..`');
    expect(saying('/a\u0000b')).toContain('control character');
    expect(saying(`/${'x'.repeat(256)}`)).toContain('255 bytes');
    expect(saying('/x'.repeat(2_049))).toContain('4096 bytes');
    expect(saying('/x'.repeat(2_049)).length).toBeLessThan(200);
  });

  it('are joined from segments that cannot escape', () => {
    expect(joinPath('/', 'a')).toBe('/a');
    expect(joinPath('/a', 'b', 'c')).toBe('/a/b/c');
    for (const evil of ['..', 'b/c', '', '/', '../x', 'b\u0000'])
      expect(() => joinPath('/a', evil)).toThrow(expect.objectContaining({ code: 'E_INVALID_PATH' }));
  });

  it('are taken apart as they were joined', () => {
    fc.assert(
      fc.property(validPath, (path) => {
        const parent = parentPath(path) ?? '/';
        expect(joinPath(parent, lastSegment(path))).toBe(path);
        expect(isBelow(path, parent)).toBe(true);
        expect(isBelow(parent, path)).toBe(false);
        expect(isBelow(path, path)).toBe(false);
        expect(isBelow(`${path}-x`, path)).toBe(false);
      }),
    );
    expect(parentPath('/')).toBeUndefined();
    expect(isBelow('/a', '/')).toBe(true);
  });
});
