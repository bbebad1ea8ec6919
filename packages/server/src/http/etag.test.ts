import { expect, test } from 'vitest';
import { entityTag, preconditionOf } from './etag.ts';

const entry = {
  path: '/a',
  value: new Uint8Array(),
  createRevision: 12_345_678_901_234_567n,
  modifyRevision: 12_345_678_901_234_569n,
  version: 3,
};
const tag = '"12345678901234567-3"';

test('what was given out as ETag is understood in If-Match', () => {
  expect(entityTag(entry)).toBe(tag);
  expect(preconditionOf({ 'if-match': tag }, entry)).toEqual({ createOnly: false, expect: 3 });
  expect(preconditionOf({ 'if-match': '*' }, entry)).toEqual({ createOnly: false });
  expect(preconditionOf({ 'if-none-match': '*' }, entry)).toEqual({ createOnly: true });
  expect(preconditionOf({}, entry)).toEqual({ createOnly: false });
  expect(preconditionOf({}, undefined)).toEqual({ createOnly: false });
});

test('a tag of another version, of another incarnation, or of what is gone is a conflict', () => {
  const conflict = expect.objectContaining({ code: 'E_VERSION_CONFLICT' });
  expect(() => preconditionOf({ 'if-match': tag }, { ...entry, version: 4 })).toThrow(conflict);
  expect(() => preconditionOf({ 'if-match': tag }, { ...entry, createRevision: 13n })).toThrow(conflict);
  expect(() => preconditionOf({ 'if-match': tag }, undefined)).toThrow(conflict);
  expect(() => preconditionOf({ 'if-match': '*' }, undefined)).toThrow(conflict);
});

test('tags that were never given out are refused', () => {
  const refused = expect.objectContaining({ code: 'E_INVALID_ARGUMENT' });
  for (const bad of [`W/${tag}`, '1-3', `${tag}, ${tag}`, '"x"', '""', '"-1-1"', '"99999999999999999999-1"'])
    expect(() => preconditionOf({ 'if-match': bad }, entry), bad).toThrow(refused);
  expect(() => preconditionOf({ 'if-none-match': tag }, entry)).toThrow(refused);
  expect(() => preconditionOf({ 'if-none-match': '*', 'if-match': tag }, entry)).toThrow(refused);
});
