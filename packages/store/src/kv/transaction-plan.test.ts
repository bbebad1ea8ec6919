import { describe, expect, it } from 'vitest';
import type { Operation } from '../transaction.ts';
import { KeySpace } from './key-space.ts';
import { checkBranch, type PreparedOperation, planTransaction, rangesToBeEmpty } from './transaction-plan.ts';

const keys = new KeySpace('');
const remove = (path: string): PreparedOperation => ({ type: 'delete', path });
const get = (path: string): PreparedOperation => ({ type: 'get', path });
const put = (path: string): PreparedOperation => ({ type: 'put', path, value: new Uint8Array(), lease: 0n });

describe('transaction plan', () => {
  it('wants nothing below what is deleted, except what the branch deleted before', () => {
    expect(rangesToBeEmpty(keys, [remove('/p')])).toEqual([{ key: '/p/ ', end: '/p0' }]);
    expect(rangesToBeEmpty(keys, [remove('/p/b'), remove('/p/a'), remove('/p')]).slice(2)).toEqual([
      { key: '/p/ ', end: '/p/a' },
      { key: '/p/a\0', end: '/p/b' },
      { key: '/p/b\0', end: '/p0' },
    ]);
    expect(rangesToBeEmpty(keys, [remove('/p'), remove('/p/a')])[0]).toEqual({ key: '/p/ ', end: '/p0' });
  });

  it('reads before it writes, and nests only a branch that deletes', () => {
    const { compare, success, failure } = planTransaction(
      keys,
      [{ path: '/a', version: 2, modifyRevision: 9n }],
      [put('/a'), get('/a')],
      [put('/b'), remove('/c'), get('/c')],
    );
    expect(compare.map(({ target, operand }) => [target, operand])).toEqual([
      ['version', 2n],
      ['mod', 9n],
    ]);
    expect(success.map(({ type }) => type)).toEqual(['range', 'put']);
    expect(failure).toMatchObject([
      {
        type: 'txn',
        request: {
          compare: [{ key: '/c/ ', end: '/c0', target: 'version', operand: 0n }],
          success: [{ type: 'range' }, { type: 'put' }, { type: 'delete-range' }],
          failure: [],
        },
      },
    ]);
  });

  it('refuses branches that contradict themselves', () => {
    const value = new Uint8Array();
    const bad: Operation[][] = [
      [
        { type: 'delete', path: '/a' },
        { type: 'delete', path: '/a' },
      ],
      [
        { type: 'put', path: '/a', value },
        { type: 'delete', path: '/a' },
      ],
      [
        { type: 'put', path: '/a/b/c', value },
        { type: 'delete', path: '/a' },
      ],
    ];
    for (const branch of bad)
      expect(() => checkBranch(branch)).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
    expect(() =>
      checkBranch([
        { type: 'get', path: '/a' },
        { type: 'delete', path: '/a' },
        { type: 'put', path: '/a/b', value },
        { type: 'put', path: '/ab', value },
      ]),
    ).not.toThrow();
  });
});
