import type { Written } from '../../port.ts';
import { ascending, check, present, rejectsWith, same } from '../assertions.ts';
import { bytes, type ConformanceCase, defineCase, text } from '../case.ts';

/** Runs all at once; says for each whether it succeeded. */
async function allAtOnce(work: readonly Promise<unknown>[]): Promise<boolean[]> {
  return (await Promise.allSettled(work)).map((outcome) => outcome.status === 'fulfilled');
}

/** G8 to G11: what writing one path promises. */
export const writingCases: readonly ConformanceCase[] = [
  defineCase('G8', 'writes with an expectation only what meets it', async (bench) => {
    const store = await bench.store();
    const path = bench.at('entry');
    const first = await store.put(path, bytes('1'), { expect: { version: 0 } });
    const second = await store.put(path, bytes('2'), { expect: { version: 1, createRevision: first.createRevision } });
    await store.put(path, bytes('3'), { expect: { modifyRevision: second.revision } });
    const wrong = [
      { version: 0 },
      { version: 2 },
      { version: 4 },
      { modifyRevision: second.revision },
      { createRevision: second.revision },
      { version: 3, createRevision: second.revision },
      { version: 3, modifyRevision: second.revision },
    ];
    for (const expect of wrong)
      await rejectsWith(() => store.put(path, bytes('x'), { expect }), 'E_VERSION_CONFLICT', 'put of another version');
    const entry = await store.get(path);
    same([text(entry), entry?.version], ['3', 3], 'the entry after the refusals');
  }),

  defineCase('G8', 'says that there is no entry where one was expected', async (bench) => {
    const store = await bench.store();
    const path = bench.at('nowhere');
    for (const expect of [{ version: 1 }, { createRevision: 1n }, { modifyRevision: 1n }])
      await rejectsWith(() => store.put(path, bytes('x'), { expect }), 'E_NOT_FOUND', 'put to nothing');
    same(await store.get(path), undefined, 'the entry after the refusals');
  }),

  defineCase('G9', 'lets exactly one of several creators win', async (bench) => {
    const [one, two] = [await bench.store(), await bench.store()];
    for (let round = 0; round < 4; round += 1) {
      const path = bench.at(`contended-${round}`);
      const stores = [one, two, one, two, one, two];
      const won = await allAtOnce(stores.map((store, index) => store.create(path, bytes(String(index)))));
      same(won.filter(Boolean).length, 1, 'creators that won');
      same(text(await one.get(path)), String(won.indexOf(true)), 'value of the winner');
    }
    await rejectsWith(
      () => one.create(bench.at('contended-0'), bytes('')),
      'E_ALREADY_EXISTS',
      'create of what exists',
    );
    same((await one.get(bench.at('contended-0')))?.version, 1, 'version after the refusals');
  }),

  defineCase('G10', 'numbers sequential names uniquely and in the order of the writes', async (bench) => {
    const [one, two] = [await bench.store(), await bench.store()];
    const names = Array.from({ length: 16 }, (_value, index) => bench.at('q', index % 3 === 0 ? 'read-' : 'write-'));
    const written = await Promise.all(
      names.map((path, index) =>
        (index % 2 === 0 ? one : two).create(path, bytes(String(index)), { sequential: true }),
      ),
    );
    for (const [index, { path }] of written.entries()) {
      const name = present(names[index], 'the name asked for');
      check(path.startsWith(name) && /^\d{10}$/.test(path.slice(name.length)), `${path} is not ${name} and ten digits`);
      same(text(await one.get(path)), String(index), `value at ${path}`);
    }
    const byNumber = [...written].sort((a, b) => Number(a.path.slice(-10)) - Number(b.path.slice(-10)));
    ascending(
      byNumber.map(({ path }) => BigInt(path.slice(-10))),
      'numbers',
    );
    ascending(
      byNumber.map(({ createRevision }) => createRevision),
      'create revisions in order of number',
    );
    const listed = (await one.list(bench.at('q'), { recursive: true })).entries.map((entry) => entry.path);
    same([...listed].sort(), written.map(({ path }) => path).sort(), 'entries listed');
  }),

  defineCase('G10', 'does not give out a number again when its entry is gone', async (bench) => {
    const [one, two] = [await bench.store(), await bench.store()];
    const numbers: bigint[] = [];
    for (let round = 0; round < 5; round += 1) {
      const { path } = await (round % 2 === 0 ? one : two).create(bench.at('q', 'n-'), bytes(''), { sequential: true });
      numbers.push(BigInt(path.slice(-10)));
      check(await two.delete(path), 'the deletion found nothing');
    }
    ascending(numbers, 'numbers');
    same(await one.children(bench.at('q')), [], 'children after all are gone');
  }),

  defineCase('G10', 'tells the siblings of a sequential creation as they were, where it tells them', async (bench) => {
    const store = await bench.store();
    const parent = bench.at('q');
    const create = (tellSiblings: 'all' | 'newest'): Promise<Written> =>
      store.create(`${parent}/n-`, bytes(''), { sequential: true, tellSiblings });
    const name = ({ path }: Written): string => path.slice(parent.length + 1);
    const [first, second, third] = [await create('all'), await create('newest'), await create('all')];
    same(first.siblings ?? [], [], 'siblings of the first');
    same(second.siblings ?? [name(first)], [name(first)], 'newest sibling of the second');
    same([...(third.siblings ?? [name(first), name(second)])].sort(), [name(first), name(second)], 'of the third');
    await store.delete(second.path);
    same((await create('newest')).siblings ?? [name(third)], [name(third)], 'newest sibling after a deletion');
    // What lies further down is of no use as a name, and must not be taken for one.
    await store.put(`${third.path}/deep`, bytes(''));
    for (const which of ['all', 'newest'] as const)
      check(
        ((await create(which)).siblings ?? []).every((sibling) => !sibling.includes('/')),
        'a sibling is further down',
      );
  }),

  defineCase('G11', 'says whether there was something to delete', async (bench) => {
    const store = await bench.store();
    const path = bench.at('entry');
    same(await store.delete(path), false, 'deleting nothing');
    const { createRevision } = await store.put(path, bytes('1'));
    await rejectsWith(() => store.delete(path, { expect: { version: 2 } }), 'E_VERSION_CONFLICT', 'another version');
    await rejectsWith(
      () => store.delete(path, { expect: { createRevision: createRevision + 1n } }),
      'E_VERSION_CONFLICT',
      'another incarnation',
    );
    same((await store.get(path))?.version, 1, 'version after the refusals');
    same(await store.delete(path, { expect: { version: 1, createRevision } }), true, 'deleting what was expected');
    same(await store.get(path), undefined, 'the entry after its deletion');
    await rejectsWith(() => store.delete(path, { expect: { version: 1 } }), 'E_NOT_FOUND', 'deleting what is gone');
  }),

  defineCase('G11', 'does not delete what has children, unless told to', async (bench) => {
    const store = await bench.store();
    for (const path of ['p', 'p/a', 'p/a/x', 'implied/b', 'p-sibling', 'p0'])
      await store.put(bench.at(path), bytes(path));
    await rejectsWith(() => store.delete(bench.at('p')), 'E_NOT_EMPTY', 'deleting an entry with children');
    await rejectsWith(() => store.delete(bench.at('implied')), 'E_NOT_EMPTY', 'deleting an implied parent');
    same((await store.list(bench.at('p'), { recursive: true })).entries.length, 2, 'entries after the refusals');
    same(await store.delete(bench.at('p'), { recursive: true }), true, 'deleting recursively');
    const left = (await store.list(bench.root, { recursive: true })).entries.filter((entry) => entry.value.length > 0);
    same(left.map(text), ['implied/b', 'p-sibling', 'p0'], 'what is left');
    same(await store.delete(bench.at('p'), { recursive: true }), false, 'deleting nothing recursively');
  }),

  defineCase('G11', 'can delete a parent once its sequential children are gone', async (bench) => {
    const store = await bench.store();
    await store.put(bench.at('q'), bytes('queue'));
    const { path } = await store.create(bench.at('q', 'n-'), bytes(''), { sequential: true });
    await rejectsWith(() => store.delete(bench.at('q')), 'E_NOT_EMPTY', 'deleting the parent of a sequential entry');
    await store.delete(path);
    same(await store.delete(bench.at('q')), true, 'deleting the empty parent');
  }),

  defineCase(
    'G11',
    'deletes a subtree in one step',
    async (bench) => {
      const [writer, reader] = [await bench.store(), await bench.store()];
      for (let round = 0; round < 3; round += 1) {
        const paths = Array.from({ length: 30 }, (_value, index) => bench.at('tree', String(index), 'leaf'));
        await Promise.all(paths.map((path) => writer.put(path, bytes(''))));
        const look = async (): Promise<void> => {
          for (let times = 0; times < 5; times += 1) {
            const { entries } = await reader.list(bench.at('tree'), { recursive: true });
            check(entries.length === 0 || entries.length === 30, `${entries.length} of 30 entries were seen`);
          }
        };
        await Promise.all([writer.delete(bench.at('tree'), { recursive: true }), look()]);
      }
    },
    ['atomicList', 'atomicRecursiveDelete'],
  ),
];
