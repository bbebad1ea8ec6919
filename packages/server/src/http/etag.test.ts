import { expect, test } from 'vitest';
import { entityTag, preconditionOf } from './etag.ts';

test('what was given out as ETag is understood in If-Match', () => {
  expect(preconditionOf({ 'if-match': entityTag(12_345_678_901_234_567n) })).toEqual({
    expect: { modifyRevision: 12_345_678_901_234_567n },
    mustExist: true,
  });
  expect(preconditionOf({ 'if-match': '*' })).toEqual({ mustExist: true });
  expect(preconditionOf({ 'if-none-match': '*' })).toEqual({ expect: { version: 0 }, mustExist: false });
  expect(preconditionOf({})).toEqual({ mustExist: false });
});

test('tags that were never given out are refused', () => {
  for (const tag of ['W/"1"', '1', '"1", "2"', '"x"', '""', '"-1"', '"99999999999999999999"'])
    expect(() => preconditionOf({ 'if-match': tag }), tag).toThrow(
      expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }),
    );
  expect(() => preconditionOf({ 'if-none-match': '"1"' })).toThrow(
    expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }),
  );
  expect(() => preconditionOf({ 'if-none-match': '*', 'if-match': '"1"' })).toThrow(
    expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }),
  );
});
