import { describe, expect, it } from 'vitest';
import type { KvOperation, TxnRequest } from '../kv/backend.ts';
import { MvccEngine } from './engine.ts';
import { mvccReason } from './mvcc-error.ts';
import type { MvccOperationResult } from './operation-result.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const put = (key: string, value = 'v', rest: object = {}): KvOperation => ({
  type: 'put',
  key,
  value: bytes(value),
  ...rest,
});
const del = (key: string, end?: string): KvOperation => ({
  type: 'delete-range',
  range: end === undefined ? { key } : { key, end },
});
const get = (key: string, rest: object = {}): KvOperation => ({ type: 'range', request: { key, ...rest } });
const txn = (success: KvOperation[], rest: Partial<TxnRequest> = {}): KvOperation => ({
  type: 'txn',
  request: { compare: [], success, failure: [], ...rest },
});
const run = (engine: MvccEngine, operation: KvOperation): MvccOperationResult => engine.execute(operation, 0).result;
const reasonOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    return mvccReason(error);
  }
  return 'nothing was thrown';
};

describe('what is refused, as etcd refuses it', () => {
  const cases: readonly [string, KvOperation, string][] = [
    ['an empty key in a put', put(''), 'empty-key'],
    ['an empty key in a range', get(''), 'empty-key'],
    ['an empty key in a delete', del(''), 'empty-key'],
    [
      'an empty key in a comparison',
      txn([], { compare: [{ key: '', target: 'mod', result: 'equal', operand: 0n }] }),
      'empty-key',
    ],
    ['an empty key in the branch not taken', txn([], { failure: [put('')] }), 'empty-key'],
    ['a value with ignoreValue', put('a', 'v', { ignoreValue: true }), 'value-provided'],
    ['a lease with ignoreLease', put('a', 'v', { ignoreLease: true, lease: 1n }), 'lease-provided'],
    ['ignoreValue on a key that does not exist', put('none', '', { ignoreValue: true }), 'key-not-found'],
    ['ignoreLease on a key that does not exist', put('none', 'v', { ignoreLease: true }), 'key-not-found'],
    [
      'ignoreValue on a key deleted before it in the same transaction',
      txn([del('a', '\0'), put('b', '', { ignoreValue: true })]),
      'key-not-found',
    ],
    [
      'ignoreLease on a key deleted before it in a nested transaction',
      txn([txn([del('a', '\0')]), put('b', 'v', { ignoreLease: true })]),
      'key-not-found',
    ],
    ['an unknown lease', put('a', 'v', { lease: 99n }), 'lease-not-found'],
    ['an unknown lease before a missing key', put('none', '', { ignoreValue: true, lease: 99n }), 'lease-not-found'],
    ['a value too large', put('a', 'v'.repeat(11)), 'value-too-large'],
    ['a revision not written yet', get('a', { revision: 100n }), 'future-revision'],
    ['a revision not written yet within a transaction', txn([put('a'), get('a', { revision: 4n })]), 'future-revision'],
    ['a revision compacted', get('a', { revision: 2n }), 'compacted'],
    ['too many operations', txn(Array.from({ length: 4 }, (_, i) => put(`k${i}`))), 'too-many-operations'],
    [
      'too many operations in the branch not taken',
      txn([], { failure: Array.from({ length: 4 }, (_, i) => put(`k${i}`)) }),
      'too-many-operations',
    ],
    [
      'a nested transaction larger than what its parent left',
      txn([txn([put('a'), put('b')]), put('c')]),
      'too-many-operations',
    ],
    ['one key put twice', txn([put('a'), put('a')]), 'duplicate-key'],
    ['one key put twice in the branch not taken', txn([], { failure: [put('a'), put('a')] }), 'duplicate-key'],
    ['a put of a key that is deleted', txn([put('a'), del('a')]), 'duplicate-key'],
    ['a put within a range that is deleted', txn([del('a', 'c'), put('b')]), 'duplicate-key'],
    ['a put here and in a nested transaction', txn([put('a'), txn([put('a')])]), 'duplicate-key'],
    ['a put here and a delete in a nested transaction', txn([txn([del('a', 'b')]), put('a')]), 'duplicate-key'],
  ];
  it.each(cases)('%s', (_, operation, reason) => {
    const engine = new MvccEngine({ maxValueBytes: 10, maxTransactionOperations: 3 });
    run(engine, put('a'));
    run(engine, put('b'));
    engine.compact(3, 3);
    const before = engine.hash(0, engine.revision);
    expect(reasonOf(() => run(engine, operation))).toBe(reason);
    expect(engine.hash(0, engine.revision)).toEqual(before);
    expect(engine.revision).toBe(3);
  });
});

describe('what is allowed, as etcd allows it', () => {
  const cases: readonly [string, KvOperation, number][] = [
    ['one key put in both branches of a nested transaction', txn([txn([put('a')], { failure: [put('a')] })]), 1],
    ['deletes that overlap', txn([del('a', 'z'), del('a')]), 1],
    ['a put beside a range delete that ends before it', txn([del('a', 'b'), put('b')]), 2],
    [
      'a put beside a delete from its key on, which etcd does not hold against each other',
      txn([del('a', '\0'), put('a')]),
      2,
    ],
    [
      'ignoreValue on a key that is deleted after it',
      txn([txn([put('a', '', { ignoreValue: true })]), txn([del('a', '\0')])]),
      2,
    ],
    ['as many operations as the limit', txn([put('x'), put('y'), put('z')]), 3],
  ];
  it.each(cases)('%s', (_, operation, writes) => {
    const engine = new MvccEngine({ maxValueBytes: 10, maxTransactionOperations: 3 });
    run(engine, put('a'));
    expect(engine.execute(operation, 0).commit?.versions.length).toBe(writes);
  });
});

describe('a transaction', () => {
  it('writes one main revision, with sub revisions in order', () => {
    const engine = new MvccEngine();
    const { commit } = engine.execute(txn([put('b'), put('a'), txn([put('c')])]), 0);
    expect(commit?.versions.map(({ entry, main, sub }) => [entry.key, main, sub])).toEqual([
      ['b', 2, 0],
      ['a', 2, 1],
      ['c', 2, 2],
    ]);
  });

  it('moves no revision where it writes nothing', () => {
    const engine = new MvccEngine();
    run(engine, put('a'));
    for (const operation of [txn([get('a')]), txn([del('none')]), del('none'), txn([])])
      expect(engine.execute(operation, 0).commit).toBeUndefined();
    expect(engine.revision).toBe(2);
  });

  it('reads its own writes, and says at which revision each answer stands', () => {
    const engine = new MvccEngine();
    const result = run(engine, txn([get('a'), del('b'), put('a', '1'), get('a')]));
    if (result.type !== 'txn') throw new Error('no transaction');
    const [first, deleted, written, second] = result.result.results;
    expect(first).toMatchObject({ result: { count: 0, revision: 1n } });
    expect(deleted).toMatchObject({ deleted: 0, revision: 1n });
    expect(written).toMatchObject({ revision: 2n });
    expect(second).toMatchObject({ result: { count: 1, revision: 2n } });
    expect(result.result.revision).toBe(2n);
  });

  it('decides nested branches by what was there before its first write', () => {
    const engine = new MvccEngine();
    const nested = txn([put('yes')], {
      compare: [{ key: 'a', target: 'version', result: 'equal', operand: 0n }],
      failure: [put('no')],
    });
    run(engine, txn([put('a'), nested]));
    expect(engine.range({ key: 'yes' }, 2).count).toBe(1);
    expect(engine.range({ key: 'no' }, 2).count).toBe(0);
  });

  it('leaves everything as it was where one of many operations is refused', () => {
    const engine = new MvccEngine();
    expect(reasonOf(() => run(engine, txn([put('a'), put('b', 'v', { lease: 5n })])))).toBe('lease-not-found');
    expect(engine.range({ key: 'a' }, engine.revision).count).toBe(0);
    expect(run(engine, put('c'))).toMatchObject({ revision: 2n });
  });
});

describe('a comparison', () => {
  const compare = (rest: object): boolean => {
    const engine = new MvccEngine();
    run(engine, put('a', 'x'));
    run(engine, put('b', 'y'));
    run(engine, put('b', 'z'));
    const result = run(engine, txn([], { compare: [{ key: 'a', result: 'equal', operand: 0n, ...rest } as never] }));
    return result.type === 'txn' && result.result.succeeded;
  };
  it.each([
    ['holds for every key of a range', { end: 'c', target: 'version', result: 'greater', operand: 0n }, true],
    ['fails where one key of a range does not meet it', { end: 'c', target: 'version', operand: 1n }, false],
    ['takes an absent key as version 0', { key: 'none', target: 'version', operand: 0n }, true],
    ['takes an empty range as one absent key', { key: 'n', end: 'o', target: 'create', operand: 0n }, true],
    [
      'of a value fails on an absent key',
      { key: 'none', target: 'value', result: 'not-equal', operand: bytes('x') },
      false,
    ],
    ['of values is by bytes', { target: 'value', result: 'less', operand: bytes('xa') }, true],
    ['goes from a key on to the end', { end: '\0', target: 'mod', result: 'greater', operand: 1n }, true],
  ])('%s', (_, rest, expected) => {
    expect(compare(rest)).toBe(expected);
  });
});

describe('a put', () => {
  it('keeps the value or the lease where it is told to', () => {
    const engine = new MvccEngine();
    engine.grantLease({ id: 7n, ttlMs: 1_000 }, 0);
    run(engine, put('a', 'x', { lease: 7n }));
    run(engine, put('a', 'y', { ignoreLease: true }));
    expect(engine.leaseStatus(7n, 0).keys).toEqual(['a']);
    run(engine, put('a', '', { ignoreValue: true }));
    const [kv] = engine.range({ key: 'a' }, engine.revision).kvs;
    expect(kv).toMatchObject({ value: bytes('y'), lease: 0n, version: 3, createRevision: 2n });
    expect(engine.leaseStatus(7n, 0).keys).toEqual([]);
  });

  it('gives the value it replaced, and begins a new incarnation after a delete', () => {
    const engine = new MvccEngine();
    run(engine, put('a', 'x'));
    expect(run(engine, put('a', 'y', { prevKv: true }))).toMatchObject({ prevKv: { value: bytes('x'), version: 1 } });
    run(engine, del('a'));
    expect(run(engine, put('a', 'z', { prevKv: true }))).toEqual({ type: 'put', revision: 5n });
    expect(engine.range({ key: 'a' }, 5).kvs[0]).toMatchObject({ createRevision: 5n, version: 1 });
  });
});

describe('compaction', () => {
  it('refuses a revision compacted before or not written yet', () => {
    const engine = new MvccEngine();
    run(engine, put('a'));
    run(engine, put('a'));
    expect(reasonOf(() => engine.compact(4, engine.revision))).toBe('future-revision');
    engine.compact(2, engine.revision);
    expect(reasonOf(() => engine.compact(2, engine.revision))).toBe('compacted');
    expect(reasonOf(() => engine.compact(-1, engine.revision))).toBe('compacted');
  });

  it('frees the memory of what nobody can ask for any more', () => {
    const engine = new MvccEngine();
    for (let n = 0; n < 100; n += 1) run(engine, put('a', 'v'.repeat(1_000)));
    run(engine, del('a'));
    expect(engine.history.arena.liveBytes).toBe(100_000);
    engine.compact(101, engine.revision);
    expect(engine.history.arena.liveBytes).toBe(1_000);
    engine.compact(102, engine.revision);
    expect(engine.history.arena.liveBytes).toBe(0);
    expect(engine.history.supersededBytes).toBe(0);
    // The tombstone at the compact revision stays for a watch from there, and goes with the next compaction.
    expect(engine.history.index.size).toBe(1);
    run(engine, put('b'));
    engine.compact(103, engine.revision);
    expect(engine.history.index.size).toBe(1);
    expect(engine.history.index.get('a')).toBeUndefined();
  });

  it('drops a version once, whatever is compacted later', () => {
    const engine = new MvccEngine();
    for (const operation of [put('a'), del('a'), put('a'), put('b'), del('a'), put('c')]) run(engine, operation);
    const dropped = [3, 5, 7].flatMap(
      (revision) => engine.compact(revision, engine.revision).compaction?.dropped ?? [],
    );
    const names = dropped.map(({ main, sub }) => `${main}/${sub}`);
    expect(names.toSorted()).toEqual(['2/0', '3/0', '4/0', '6/0']);
  });
});
