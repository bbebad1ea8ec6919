import { isKeelsonError } from '@keelson/runtime';
import type { Store, StorePath } from '../../port.ts';
import type { Operation } from '../../transaction.ts';
import { ConformanceFailure, check, rejectsWith, same } from '../assertions.ts';
import { bytes, type ConformanceCase, defineCase, text } from '../case.ts';

const put = (path: StorePath, value: string): Operation => ({ type: 'put', path, value: bytes(value) });

/** Adds one to the number at `path`, trying again until its write is the one that counts. */
async function increment(store: Store, path: StorePath, how: 'put' | 'transact'): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const entry = await store.get(path);
    const next = String(Number(text(entry)) + 1);
    const expect = { version: entry?.version ?? 0 };
    if (how === 'transact') {
      const { succeeded } = await store.transact({ if: [{ path, ...expect }], then: [put(path, next)] });
      if (succeeded) return;
      continue;
    }
    try {
      await store.put(path, bytes(next), { expect });
      return;
    } catch (error) {
      if (!isKeelsonError(error, 'E_VERSION_CONFLICT')) throw error;
    }
  }
  throw new ConformanceFailure('no increment succeeded in 1,000 attempts');
}

/** G12 and G13: several paths in one step. */
export const transactionCases: readonly ConformanceCase[] = [
  defineCase('G12', 'does then where all comparisons hold, else otherwise', async (bench) => {
    const store = await bench.store();
    const [a, b, c] = [bench.at('a'), bench.at('b'), bench.at('c')];
    const first = await store.put(a, bytes('1'));
    const held = await store.transact({
      if: [
        { path: a, version: 1, createRevision: first.createRevision, modifyRevision: first.revision },
        { path: b, version: 0 },
      ],
      then: [put(b, 'then')],
      else: [put(c, 'else')],
    });
    same(held.succeeded, true, 'comparisons that hold');
    same([text(await store.get(b)), await store.get(c)], ['then', undefined], 'after then');
    for (const comparison of [
      { path: b, version: 0 },
      { path: a, version: 2 },
      { path: c, version: 1 },
    ]) {
      const failed = await store.transact({
        if: [{ path: a, version: 1 }, comparison],
        then: [put(b, 'wrong'), { type: 'delete', path: a }],
        else: [put(bench.at('else'), 'else')],
      });
      same(failed.succeeded, false, 'comparisons of which one does not hold');
      same([text(await store.get(a)), text(await store.get(b))], ['1', 'then'], 'what then would have written');
      same(text(await store.get(bench.at('else'))), 'else', 'what else wrote');
      await store.delete(bench.at('else'));
    }
  }),

  defineCase('G12', 'tells the outcome of each operation in the order given, at one revision', async (bench) => {
    const store = await bench.store();
    const [old, gone, fresh, never] = ['old', 'gone', 'fresh', 'never'].map((name) => bench.at(name)) as [
      StorePath,
      StorePath,
      StorePath,
      StorePath,
    ];
    const before = await store.put(old, bytes('before'));
    await store.put(gone, bytes('x'));
    const { results, revision } = await store.transact({
      then: [
        { type: 'get', path: never },
        put(old, 'after'),
        { type: 'delete', path: gone },
        put(fresh, 'new'),
        { type: 'delete', path: never },
        { type: 'get', path: old },
      ],
    });
    const summary = results.map((result) => {
      if (result.type === 'put') return [result.written.path, result.written.version, result.written.createRevision];
      return result.type === 'delete' ? result.existed : result.entry && text(result.entry);
    });
    const expected = [undefined, [old, 2, before.createRevision], true, [fresh, 1, revision], false, 'before'];
    same(summary, expected, 'results');
    const [changed, created] = [await store.get(old), await store.get(fresh)];
    same([changed?.modifyRevision, created?.createRevision], [revision, revision], 'revisions of what was written');
  }),

  defineCase('G12', 'does all or nothing', async (bench) => {
    const [store, other] = [await bench.store(), await bench.store()];
    for (const path of ['parent', 'parent/child', 'kept']) await store.put(bench.at(path), bytes('1'));
    const { revision } = await store.list(bench.root);
    const refused = {
      then: [put(bench.at('kept'), '2'), put(bench.at('new'), ''), { type: 'delete', path: bench.at('parent') }],
    } as const;
    await rejectsWith(() => store.transact(refused), 'E_NOT_EMPTY', 'deleting an entry with children');
    await rejectsWith(
      () => store.transact({ if: [{ path: bench.at('kept'), version: 9 }], then: [], else: refused.then }),
      'E_NOT_EMPTY',
      'deleting an entry with children in else',
    );
    same(
      [text(await other.get(bench.at('kept'))), await other.get(bench.at('new'))],
      ['1', undefined],
      'after the refusal',
    );
    const session = await bench.session(store);
    await session.close();
    const ended = { then: [put(bench.at('kept'), '2'), { ...put(bench.at('new'), ''), session }] };
    await rejectsWith(() => store.transact(ended), 'E_SESSION_EXPIRED', 'writing under an ended session');
    same(
      [text(await other.get(bench.at('kept'))), await other.get(bench.at('new'))],
      ['1', undefined],
      'after the refusal',
    );
    const after = await store.put(bench.at('kept'), bytes('2'));
    check(after.revision > revision, 'the store went back');
  }),

  defineCase('G12', 'deletes children and their parent together, children first', async (bench) => {
    const store = await bench.store();
    for (const path of ['p', 'p/a', 'p/b', 'p/b/c']) await store.put(bench.at(path), bytes(''));
    const remove = (...paths: string[]): Operation[] => paths.map((path) => ({ type: 'delete', path: bench.at(path) }));
    await rejectsWith(
      () => store.transact({ then: remove('p', 'p/a', 'p/b/c', 'p/b') }),
      'E_NOT_EMPTY',
      'parent first',
    );
    await rejectsWith(() => store.transact({ then: remove('p/a', 'p/b/c', 'p') }), 'E_NOT_EMPTY', 'one child left');
    await store.transact({ then: remove('p/a', 'p/b/c', 'p/b', 'p') });
    same((await store.list(bench.root, { recursive: true })).entries.length, 0, 'entries left');
  }),

  defineCase('G12', 'refuses what is contradictory or too large', async (bench) => {
    const store = await bench.store();
    const path = bench.at('a');
    await rejectsWith(
      () => store.transact({ then: [put(path, '1'), put(path, '2')] }),
      'E_INVALID_ARGUMENT',
      'two puts',
    );
    const both: Operation[] = [put(path, '1'), { type: 'delete', path }];
    await rejectsWith(() => store.transact({ then: both }), 'E_INVALID_ARGUMENT', 'put and delete');
    const orphan: Operation[] = [put(bench.at('a', 'b'), '1'), { type: 'delete', path }];
    await rejectsWith(() => store.transact({ then: [], else: orphan }), 'E_INVALID_ARGUMENT', 'put below a deletion');
    const limit = store.capabilities.maxTransactionOperations;
    const many = Array.from({ length: limit + 1 }, (_value, index) => bench.at(`n-${index}`));
    const puts = many.map((each) => put(each, ''));
    await rejectsWith(() => store.transact({ then: puts }), 'E_TOO_LARGE', 'one operation too many');
    const compares = many.map((each) => ({ path: each, version: 0 }));
    await rejectsWith(() => store.transact({ if: compares, then: [] }), 'E_TOO_LARGE', 'one comparison too many');
    same((await store.list(bench.root)).entries, [], 'what the refused transactions left behind');
    await store.transact({ if: compares.slice(1), then: puts.slice(1) });
    const removals = many.slice(1).map((each): Operation => ({ type: 'delete', path: each }));
    await store.transact({ if: many.slice(1).map((each) => ({ path: each, version: 1 })), then: removals });
    same((await store.list(bench.root)).entries, [], 'after the largest transactions');
  }),

  defineCase('G13', 'loses no increment made by expectation', async (bench) => {
    const [one, two] = [await bench.store(), await bench.store()];
    const path = bench.at('counter');
    await one.put(path, bytes('0'));
    const work = [one, two, one, two].map(async (store) => {
      for (let count = 0; count < 6; count += 1) await increment(store, path, 'put');
    });
    await Promise.all(work);
    same(text(await one.get(path)), '24', 'the counter');
  }),

  defineCase('G13', 'loses no increment made by transaction', async (bench) => {
    const [one, two] = [await bench.store(), await bench.store()];
    const path = bench.at('counter');
    await one.put(path, bytes('0'));
    const work = [one, two, one, two].map(async (store) => {
      for (let count = 0; count < 6; count += 1) await increment(store, path, 'transact');
    });
    await Promise.all(work);
    same([text(await one.get(path)), (await two.get(path))?.version], ['24', 25], 'the counter and its version');
  }),
];
