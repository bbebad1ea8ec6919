import { ascending, check, present, rejectsWith, same } from '../assertions.ts';
import { bytes, type ConformanceCase, defineCase, text } from '../case.ts';

const LONGEST_SEGMENT = 'x'.repeat(255);

/** Names that look alike to a careless driver, or mean something to one. */
const STRANGE_NAMES = [
  'a b',
  'A',
  'a',
  "it's",
  '%2F',
  '~',
  '*',
  '…',
  'ünï',
  'e\u0301',
  '\u00e9',
  '漢字',
  '.x',
  LONGEST_SEGMENT,
];

const BAD_SUFFIXES = [
  '',
  '/',
  '//a',
  '/a//b',
  '/a/',
  '/.',
  '/..',
  '/a/../b',
  '/\0',
  '/a\nb',
  '/\x7f',
  '/\u0085',
  '/\ud800',
  '/\ue000',
  '/\ufffe',
  '/😀',
];

/** G1 to G7 and G32: what paths are, and what reading promises. */
export const readingCases: readonly ConformanceCase[] = [
  defineCase('G1', 'refuses what is no path, by every call, and changes nothing', async (bench) => {
    const store = await bench.store();
    const bad = [
      ...BAD_SUFFIXES.slice(1).map((suffix) => bench.root + suffix),
      '',
      'relative',
      bench.at(`${LONGEST_SEGMENT}x`),
      bench.at('ü'.repeat(128)),
      bench.root + `/${LONGEST_SEGMENT}`.repeat(17),
    ];
    for (const path of bad) {
      const what = JSON.stringify(path.slice(0, 60));
      await rejectsWith(() => store.get(path), 'E_INVALID_PATH', `get ${what}`);
      await rejectsWith(() => store.children(path), 'E_INVALID_PATH', `children ${what}`);
      await rejectsWith(() => store.list(path), 'E_INVALID_PATH', `list ${what}`);
      await rejectsWith(() => store.put(path, bytes('')), 'E_INVALID_PATH', `put ${what}`);
      await rejectsWith(() => store.create(path, bytes('')), 'E_INVALID_PATH', `create ${what}`);
      await rejectsWith(() => store.delete(path, { recursive: true }), 'E_INVALID_PATH', `delete ${what}`);
      const operation = { type: 'put', path, value: bytes('') } as const;
      await rejectsWith(() => store.transact({ then: [operation] }), 'E_INVALID_PATH', `transact ${what}`);
      await rejectsWith(async () => store.watch(path), 'E_INVALID_PATH', `watch ${what}`);
    }
    same((await store.list(bench.root, { recursive: true })).entries, [], 'what the refused calls left behind');
  }),

  defineCase('G1', 'refuses to write the root', async (bench) => {
    const store = await bench.store();
    await rejectsWith(() => store.put('/', bytes('')), 'E_INVALID_PATH', 'put /');
    await rejectsWith(() => store.create('/', bytes('')), 'E_INVALID_PATH', 'create /');
    await rejectsWith(() => store.delete('/', { recursive: true }), 'E_INVALID_PATH', 'delete /');
  }),

  defineCase('G1', 'keeps names apart and as they were given', async (bench) => {
    const store = await bench.store();
    for (const name of STRANGE_NAMES) await store.create(bench.at(name), bytes(name));
    for (const name of STRANGE_NAMES) same(text(await store.get(bench.at(name))), name, `value at ${name}`);
    const children = await store.children(bench.root);
    same([...children].sort(), [...STRANGE_NAMES].sort(), 'children');
  }),

  defineCase('G2', 'shows every client what any client was told is written', async (bench) => {
    const [one, two] = [await bench.store(), await bench.store()];
    for (let round = 0; round < 15; round += 1) {
      const [writer, reader] = round % 2 === 0 ? [one, two] : [two, one];
      await writer.put(bench.at('shared'), bytes(`round ${round}`));
      same(text(await reader.get(bench.at('shared'))), `round ${round}`, 'value read');
      await writer.put(bench.at('list', String(round)), bytes(''));
      const names = await reader.children(bench.at('list'));
      check(names.includes(String(round)), `children miss the entry written in round ${round}`);
      await writer.delete(bench.at('list', String(round)));
      same((await reader.list(bench.at('list'))).entries.length, 0, 'entries listed after the deletion');
    }
  }),

  defineCase('G3', 'counts writes and remembers where they stand', async (bench) => {
    const store = await bench.store();
    const path = bench.at('entry');
    const created = await store.create(path, bytes('1'));
    same([created.version, created.createRevision], [1, created.revision], 'as created');
    const changed = await store.put(path, bytes('2'));
    same([changed.version, changed.createRevision], [2, created.revision], 'as changed');
    const entry = present(await store.get(path), 'the entry');
    same(
      [entry.path, entry.version, entry.createRevision, entry.modifyRevision, entry.owner],
      [path, 2, created.revision, changed.revision, undefined],
      'as read',
    );
    const [listed] = (await store.list(bench.root)).entries;
    same(listed, entry, 'as listed');
  }),

  defineCase('G3', 'begins a new incarnation after a deletion, with a greater create revision', async (bench) => {
    const store = await bench.store();
    const path = bench.at('entry');
    const revisions: bigint[] = [];
    for (let life = 0; life < 4; life += 1) {
      const created = await store.put(path, bytes(String(life)));
      same(created.version, 1, 'version of a new incarnation');
      revisions.push(created.createRevision);
      await store.put(path, bytes('again'));
      check(await store.delete(path), 'the deletion found nothing');
    }
    ascending(revisions, 'create revisions');
  }),

  defineCase('G4', 'gives every write, wherever and by whomever, a greater revision', async (bench) => {
    const [one, two] = [await bench.store(), await bench.store()];
    const revisions: bigint[] = [];
    for (let round = 0; round < 8; round += 1) {
      revisions.push((await one.put(bench.at('a', String(round)), bytes(''))).revision);
      revisions.push((await two.create(bench.at('b', String(round)), bytes(''))).revision);
      const put = { type: 'put', path: bench.at('c'), value: bytes(String(round)) } as const;
      revisions.push((await two.transact({ then: [put] })).revision);
      await one.delete(bench.at('a', String(round)));
    }
    ascending(revisions, 'revisions');
    const { entries, revision } = await one.list(bench.root, { recursive: true });
    for (const entry of entries)
      check(entry.modifyRevision <= revision, `the listing stands at ${revision}, before ${entry.path} in it`);
  }),

  defineCase('G5', 'lists direct children, implied ones included, once, in order of bytes', async (bench) => {
    const store = await bench.store();
    const below = ['a', 'a!', 'a-b', 'a/x/y', 'a0', 'b/deep/er', 'b/deep/est', 'c', 'z', 'é', '漢'];
    for (const path of below) await store.put(bench.at(path), bytes(''));
    for (let index = 0; index < 150; index += 1) await store.put(bench.at('b', 'many', String(index)), bytes(''));
    const job = await store.create(bench.at('job-'), bytes(''), { sequential: true });
    // The first number is the engine's affair: ZooKeeper counts every child ever created.
    check(/\/job-\d{10}$/.test(job.path), `${job.path} is not job- and ten digits`);
    const expected = ['a', 'a!', 'a-b', 'a0', 'b', 'c', job.path.slice(bench.root.length + 1), 'z', 'é', '漢'];
    same(await store.children(bench.root), expected, 'children');
    same(await store.children(bench.at('a')), ['x'], 'children of an entry');
    same(await store.children(bench.at('c')), [], 'children of a leaf');
    same(await store.children(bench.at('nowhere')), [], 'children of nothing');
    check((await store.children('/')).length > 0, 'the root has no children');
  }),

  defineCase('G5', 'leaves out no child created up to the revision asked for', async (bench) => {
    const store = await bench.store();
    const old = ['b', 'a'];
    for (const name of old) await store.put(bench.at('q', name), bytes(''));
    const { revision } = await store.put(bench.at('q', 'a'), bytes('changed'));
    await store.put(bench.at('q', 'later'), bytes(''));
    const names = await store.children(bench.at('q'), { createdUpTo: revision });
    check(names.includes('a') && names.includes('b'), `only ${names.join(', ')} of a and b`);
  }),

  defineCase(
    'G6',
    'lists what is below a path, direct or all, in order of bytes, but not the path itself',
    async (bench) => {
      const store = await bench.store();
      const paths = ['p', 'p/a', 'p/a-b', 'p/a/x', 'p/a/x/y', 'p/b', 'pp'].map((path) => bench.at(path));
      for (const path of paths) await store.put(path, bytes(path));
      const direct = (await store.list(bench.at('p'))).entries.map((entry) => entry.path);
      same(direct, [bench.at('p/a'), bench.at('p/a-b'), bench.at('p/b')], 'direct entries');
      const all = (await store.list(bench.at('p'), { recursive: true })).entries.map((entry) => entry.path);
      same(
        all,
        ['p/a', 'p/a-b', 'p/a/x', 'p/a/x/y', 'p/b'].map((path) => bench.at(path)),
        'all entries',
      );
      same((await store.list(bench.at('nowhere'), { recursive: true })).entries, [], 'entries below nothing');
    },
  ),

  defineCase('G6', 'lists a large directory completely', async (bench) => {
    const store = await bench.store();
    const names = Array.from({ length: 250 }, (_value, index) => `entry-${String(index).padStart(4, '0')}`);
    await Promise.all(names.map((name) => store.put(bench.at('big', name), bytes(name))));
    const listed = (await store.list(bench.at('big'), { recursive: true })).entries.map(text);
    same(listed, names, 'values listed');
    same((await store.list(bench.at('big'))).entries.map(text), names, 'direct values listed');
    same(await store.children(bench.at('big')), names, 'children');
  }),

  defineCase(
    'G6',
    'lists one state of the tree while it changes',
    async (bench) => {
      const [writer, reader] = [await bench.store(), await bench.store()];
      const [left, right] = [bench.at('a-left'), bench.at('z-right')];
      await writer.put(left, bytes('token'));
      for (let index = 0; index < 120; index += 1) await writer.put(bench.at(`filler-${index}`), bytes(''));
      const move = async (): Promise<void> => {
        for (let round = 0; round < 20; round += 1) {
          const [from, to] = round % 2 === 0 ? [left, right] : [right, left];
          const put = { type: 'put', path: to, value: bytes('token') } as const;
          await writer.transact({ then: [{ type: 'delete', path: from }, put] });
        }
      };
      const look = async (): Promise<void> => {
        for (let round = 0; round < 15; round += 1) {
          const { entries } = await reader.list(bench.root);
          const seen = entries.filter((entry) => entry.path === left || entry.path === right);
          same(seen.length, 1, 'places where the token was seen at once');
        }
      };
      await Promise.all([move(), look()]);
    },
    ['atomicList'],
  ),

  defineCase('G7', 'keeps bytes as they were given, whatever happens to the arrays', async (bench) => {
    const store = await bench.store();
    const all = Uint8Array.from({ length: 256 }, (_value, index) => index);
    const given = Uint8Array.from(all);
    const writing = store.put(bench.at('all'), given);
    given.fill(0);
    await writing;
    const first = present(await store.get(bench.at('all')), 'the entry');
    same([...first.value], [...all], 'bytes read');
    first.value.fill(7);
    const again = present(await store.get(bench.at('all')), 'the entry');
    same([...again.value], [...all], 'bytes read after the reader changed its copy');
    await store.put(bench.at('empty'), new Uint8Array());
    same(present(await store.get(bench.at('empty')), 'the empty entry').value.byteLength, 0, 'size of an empty value');
  }),

  defineCase('G7', 'takes the largest value and refuses a larger one', async (bench) => {
    const store = await bench.store();
    const { maxValueBytes } = store.capabilities;
    await store.put(bench.at('large'), new Uint8Array(maxValueBytes).fill(1));
    const entry = present(await store.get(bench.at('large')), 'the large entry');
    same(entry.value.byteLength, maxValueBytes, 'size read');
    const tooLarge = new Uint8Array(maxValueBytes + 1);
    await rejectsWith(() => store.put(bench.at('large'), tooLarge), 'E_TOO_LARGE', 'put of a larger value');
    await rejectsWith(() => store.create(bench.at('new'), tooLarge), 'E_TOO_LARGE', 'create of a larger value');
    const put = { type: 'put', path: bench.at('new'), value: tooLarge } as const;
    await rejectsWith(() => store.transact({ then: [put] }), 'E_TOO_LARGE', 'transaction with a larger value');
    same((await store.get(bench.at('large')))?.version, 1, 'version after the refusals');
    same(await store.get(bench.at('new')), undefined, 'entry that was refused');
  }),

  defineCase('G32', 'never shows an older state than it has shown before', async (bench) => {
    const [writer, reader] = [await bench.store(), await bench.store()];
    const path = bench.at('counter');
    let seen = 0;
    for (let count = 1; count <= 12; count += 1) {
      await writer.put(path, bytes(String(count)));
      const exact = Number(text(await reader.get(path)));
      same(exact, count, 'count read linearizably');
      const cheap = await reader.get(path, { consistency: 'serializable' });
      seen = Math.max(seen, exact);
      check(Number(text(cheap)) >= seen, `a serializable read went back from ${seen} to ${text(cheap)}`);
      const listed = (await reader.list(bench.root, { consistency: 'serializable' })).entries[0];
      check(Number(text(listed)) >= seen, `a serializable listing went back from ${seen} to ${text(listed)}`);
    }
  }),
];
