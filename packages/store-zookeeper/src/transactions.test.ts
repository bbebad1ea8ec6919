import { OPEN_ACL } from '@keelson/zookeeper-client';
import { describe, expect, it } from 'vitest';
import { KnownIncarnations } from './known-incarnations.ts';
import { type PreparedTransaction, planMulti } from './multi-plan.ts';
import { guessedView } from './transactions.ts';

const value = new Uint8Array([1]);
const put = (path: string) => ({ type: 'put', path, value }) as const;
const remove = (path: string) => ({ type: 'delete', path }) as const;
const link = { probablyExists: (path: string) => path === '/m', incarnations: new KnownIncarnations() };

function stepsOnGuess(transaction: Omit<PreparedTransaction, 'else'>): string[] | undefined {
  const whole = { ...transaction, else: [] };
  const view = guessedView(whole, link);
  return view && planMulti(whole, view, OPEN_ACL).steps.map(({ type, path }) => `${type} ${path}`);
}

describe('a transaction of which nothing was read', () => {
  const checked = { if: [{ path: '/a', version: 2 }] };

  it('is sent where the multi shows by itself whether it may be carried out', () => {
    expect(stepsOnGuess({ ...checked, then: [put('/m'), put('/b')] })).toEqual(['check /a', 'set /m', 'create /b']);
    expect(stepsOnGuess({ ...checked, then: [remove('/m')] })).toEqual(['check /a', 'delete /m']);
  });

  it('is not where that takes a reading: an incarnation not known, an owner, a value, the absence of what it deletes', () => {
    const incarnation = { if: [{ path: '/a', createRevision: 7n }], then: [put('/b')] };
    expect(stepsOnGuess(incarnation)).toBeUndefined();
    expect(stepsOnGuess({ ...checked, then: [{ ...put('/b'), session: 1n }] })).toBeUndefined();
    expect(stepsOnGuess({ ...checked, then: [put('/b'), { type: 'get', path: '/c' }] })).toBeUndefined();
    expect(stepsOnGuess({ ...checked, then: [remove('/n')] })).toBeUndefined();
  });
});
