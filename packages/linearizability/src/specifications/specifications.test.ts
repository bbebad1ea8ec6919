import { describe, expect, it } from 'vitest';
import { describeOperation, describeState } from '../describe.ts';
import type { Outcome } from '../history/operation.ts';
import type { Specification } from '../specification.ts';
import { type LockInput, type LockOutput, lockSpecification } from './lock.ts';
import { mapSpecification } from './map.ts';
import type { MapAction, MapInput, MapOutput } from './map-operations.ts';

/** The states after a run of operations, as people read them. */
function after<S, I, O>(specification: Specification<S, I, O>, ...steps: [I, O | undefined][]): string[] {
  let states = [...specification.initial];
  for (const [input, output] of steps) {
    const outcome: Outcome<O> = output === undefined ? { known: false } : { known: true, output };
    states = states.flatMap((state) => specification.step(state, input, outcome));
  }
  return [...new Set(states.map((state) => describeState(specification, state)))];
}

const put = (key: string, value: string): MapAction => ({ op: 'put', key, value });

describe('mapSpecification', () => {
  const counted = mapSpecification({ revisions: true });

  it('counts versions and revisions as etcd does', () => {
    const get: MapInput = { op: 'get', key: 'a' };
    const known: MapOutput = { value: 'y', version: 2, createRevision: 2, modRevision: 3, revision: 4 };
    const run: [MapInput, MapOutput | undefined][] = [
      [put('a', 'x'), { revision: 2 }],
      [put('a', 'y'), { revision: 3 }],
      [put('b', 'z'), { revision: 4 }],
      [get, known],
      [
        { op: 'delete', key: 'c' },
        { deleted: false, revision: 4 },
      ],
      [
        { op: 'delete', key: 'a' },
        { deleted: true, revision: 5 },
      ],
      [put('a', 'x'), undefined],
    ];
    expect(after(counted, ...run)).toEqual(['@6 {b="z" v1, a="x" v1}']);
    expect(after(counted, ...run.slice(0, 3), [get, { ...known, modRevision: 4 }])).toEqual([]);
    expect(after(counted, ...run.slice(0, 3), [get, { ...known, revision: 5 }])).toEqual([]);
  });

  it('does the whole of a transaction at one revision, or the other side of it', () => {
    const swap: MapInput = {
      op: 'txn',
      compare: [{ key: 'lock', createRevision: 0 }],
      then: [put('lock', 'me'), put('owner', 'me'), { op: 'get', key: 'owner' }],
      else: [{ op: 'get', key: 'lock' }],
    };
    const won = { succeeded: true, results: [{}, {}, { value: 'me', modRevision: 2 }], revision: 2 };
    const lost = { succeeded: false, results: [{ value: 'me' }], revision: 2 };
    expect(after(counted, [swap, won], [swap, lost])).toEqual(['@2 {lock="me" v1, owner="me" v1}']);
    expect(after(counted, [swap, won], [swap, won])).toEqual([]);
    expect(after(mapSpecification(), [swap, won], [swap, lost])).toHaveLength(1);
  });

  it('says so where a compare needs revisions that it does not follow', () => {
    const compare: MapInput = { op: 'txn', compare: [{ key: 'a', modRevision: 7 }], then: [] };
    expect(() => after(mapSpecification(), [put('a', 'x'), {}], [compare, undefined])).toThrow(/revisions: true/);
  });

  it('reads well', () => {
    const returned = { client: 1, invokedAt: 0, outcome: 'returned', returnedAt: 1 } as const;
    const text = (input: MapInput, output: MapOutput): string =>
      describeOperation(counted, { ...returned, input, output });
    expect(text(put('a', 'x'), { revision: 7 })).toBe('put a "x" @7');
    expect(text({ op: 'get', key: 'a' }, { value: null, revision: 7 })).toBe('get a → null @7');
    expect(text({ op: 'txn', compare: [{ key: 'a', version: 0 }], then: [put('a', 'x')] }, { succeeded: true })).toBe(
      'if a {"version":0} → yes: put a "x" → ?',
    );
  });
});

describe('lockSpecification', () => {
  const acquire = (owner: string, token?: number): [LockInput, LockOutput | undefined] => [
    { op: 'acquire', owner },
    token === undefined ? undefined : { acquired: true, token },
  ];
  const release = (owner: string, token: number, released = true): [LockInput, LockOutput] => [
    { op: 'release', owner, token },
    { released },
  ];
  const use = (token: number, accepted: boolean): [LockInput, LockOutput] => [{ op: 'use', token }, { accepted }];

  it('has one holder at a time, with growing tokens', () => {
    expect(after(lockSpecification(), acquire('a', 5), release('a', 5), acquire('b', 9))).toEqual([
      'held by b (9), fence 0',
    ]);
    expect(after(lockSpecification(), acquire('a', 5), acquire('b', 9))).toEqual([]);
    expect(after(lockSpecification(), acquire('a', 5), release('a', 5), acquire('b', 5))).toEqual([]);
    expect(after(lockSpecification(), acquire('a', 5), release('b', 5, false))).toEqual(['held by a (5), fence 0']);
  });

  it('keeps old tokens from the resource, even where the lock expires', () => {
    const expiring = lockSpecification({ expires: true });
    const both = [acquire('a', 5), acquire('b', 9)];
    expect(after(expiring, ...both, use(5, true), use(9, true), use(5, false))).toEqual(['held by b (9), fence 9']);
    expect(after(expiring, ...both, use(9, true), use(5, true))).toEqual([]);
    expect(after(expiring, acquire('a', 5), acquire('b', 4))).toEqual([]);
  });

  it('allows for a token that nobody saw', () => {
    expect(after(lockSpecification(), acquire('a', 3), release('a', 3), acquire('b'), release('b', 8))).toEqual([
      'free, fence 0',
    ]);
    expect(after(lockSpecification(), acquire('a', 3), release('a', 3), acquire('b'), release('b', 2))).toEqual([]);
  });
});
