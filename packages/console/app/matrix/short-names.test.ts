import { describe, expect, it } from 'vitest';
import { shortNames } from './short-names.ts';

describe('shortNames', () => {
  it.each([
    [
      ['kv_0', 'kv_1', 'kv_10'],
      ['0', '1', '10'],
    ],
    [
      ['kv_10', 'kv_11'],
      ['10', '11'],
    ],
    [
      ['alpha', 'alps'],
      ['alpha', 'alps'],
    ],
    [['only_1'], ['only_1']],
    [[], []],
    [
      ['a/b/1', 'a/b/2', 'a/c/3'],
      ['b/1', 'b/2', 'c/3'],
    ],
  ])('%j become %j', (names, expected) => {
    expect(shortNames(names)).toEqual(expected);
  });
});
