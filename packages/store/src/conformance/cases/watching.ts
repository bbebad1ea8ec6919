import type { Revision, Store } from '../../port.ts';
import type { WatchEvent } from '../../watch.ts';
import { ConformanceFailure, check, rejectsWith, same, show } from '../assertions.ts';
import { type Bench, bytes, type ConformanceCase, defineCase, text } from '../case.ts';
import { pathOfChange, revisionOfChange, type WatchReader } from '../watch-reader.ts';

/** A write as its writer knows it: what a watch has to tell, once. */
interface Fact {
  readonly type: 'put' | 'delete';
  readonly path: string;
  readonly revision: Revision;
}

/** Writes and deletes at random below `at('w')`; gives every put made. Deletions are made by transaction, which tells their revision. */
async function writeAtRandom(bench: Bench, store: Store, rounds: number): Promise<Fact[]> {
  const facts: Fact[] = [];
  const { random } = bench.runtime;
  for (let round = 0; round < rounds; round += 1) {
    const path = bench.at('w', `key-${random.integer(6)}`);
    if (random.next() < 0.25) {
      const { results, revision } = await store.transact({ then: [{ type: 'delete', path }] });
      if (results[0]?.type === 'delete' && results[0].existed) facts.push({ type: 'delete', path, revision });
    } else facts.push({ type: 'put', path, revision: (await store.put(path, bytes(String(round)))).revision });
  }
  return facts;
}

/**
 * Fails unless the changes told are exactly the facts after `snapshot`, in the store's order; where the store may leave out what was
 * overtaken, unless they are some of them and the last of each path.
 */
function sameHistory(store: Store, reader: WatchReader, facts: readonly Fact[], snapshot: Revision): void {
  const expected = facts.filter((fact) => fact.revision > snapshot);
  expected.sort((a, b) => (a.revision < b.revision ? -1 : 1));
  const told = reader.changes.map((change) => ({
    type: change.type,
    path: pathOfChange(change),
    revision: revisionOfChange(change),
  }));
  if (store.capabilities.coalescedChanges === true) coalescedHistory(told, expected);
  else same(told, expected, 'changes told');
}

/** The weaker promise of stores that show only the newest value: in order, nothing made up, nothing twice, the last of each path. */
function coalescedHistory(told: readonly Fact[], facts: readonly Fact[]): void {
  const puts = told.filter(({ type }) => type === 'put');
  told.forEach((fact, index) => {
    const before = told[index - 1];
    check(before === undefined || before.revision <= fact.revision, `${show(fact)} was told after ${show(before)}`);
  });
  for (const put of puts)
    check(
      facts.some((fact) => show(fact) === show(put)),
      `told ${show(put)}, which nobody wrote`,
    );
  same(new Set(puts.map(show)).size, puts.length, 'puts told, each once');
  for (const path of new Set(facts.map((fact) => fact.path))) {
    const [last, lastTold] = [facts, told].map((list) => list.filter((fact) => fact.path === path).at(-1));
    // An entry that came and went between two looks need not be told of.
    if (last?.type === 'delete') {
      check(lastTold === undefined || lastTold.type === 'delete', `the deletion of ${path} was not told`);
      check(lastTold === undefined || isGoneAt(facts, lastTold), `${path} was told to be gone too early`);
    } else same(lastTold, last, `the last change of ${path}`);
  }
}

/** Whether the path was not there at the revision of its last fact told: what came back and went again after it need not be told of. */
const isGoneAt = (facts: readonly Fact[], { path, revision }: Fact): boolean =>
  facts.filter((fact) => fact.path === path && fact.revision <= revision).at(-1)?.type === 'delete';

async function sameState(bench: Bench, store: Store, reader: WatchReader): Promise<void> {
  const { entries } = await store.list(bench.root, { recursive: true });
  const told = [...reader.state.values()].filter((entry) => entry.value.length > 0);
  const known = (list: typeof entries): string[] =>
    list.map((entry) => `${entry.path} ${entry.version} ${text(entry)}`);
  same(known(told).sort(), known(entries.filter((entry) => entry.value.length > 0)).sort(), 'the state told');
}

const isChanges = (event: WatchEvent): boolean => event.type === 'changes';

/** G20 to G26: watches. */
export const watchingCases: readonly ConformanceCase[] = [
  defineCase(
    'G20',
    'tells a complete snapshot, then every change once and in order, while others write',
    async (bench) => {
      const [one, two, three] = [await bench.store(), await bench.store(), await bench.store()];
      const before = await writeAtRandom(bench, one, 10);
      const reader = bench.read(three, bench.root, { recursive: true });
      const [snapshot, ...written] = await Promise.all([
        reader.snapshot(),
        writeAtRandom(bench, one, 25),
        writeAtRandom(bench, two, 25),
      ]);
      same(snapshot.reason, 'initial', 'reason of the first snapshot');
      for (const entry of snapshot.entries)
        check(entry.modifyRevision <= snapshot.revision, 'an entry from the future');
      const facts = [...before, ...written.flat()];
      facts.push({
        type: 'put',
        path: bench.at('end'),
        revision: (await one.put(bench.at('end'), bytes('end'))).revision,
      });
      await reader.untilPath(bench.at('end'));
      sameHistory(one, reader, facts, snapshot.revision);
      await sameState(bench, two, reader);
    },
  ),

  defineCase('G20', 'tells what each change is', async (bench) => {
    const store = await bench.store();
    const path = bench.at('entry');
    // The parent is there from the beginning: on some engines it is an entry, and its creation a change.
    await store.put(bench.at('before'), bytes(''));
    const reader = bench.read(store, bench.root);
    await reader.snapshot();
    // One by one, as some engines tell several changes of one entry as the last.
    const created = await store.create(path, bytes('1'));
    await reader.until(() => reader.changes.length === 1);
    const changed = await store.put(path, bytes('2'));
    await reader.until(() => reader.changes.length === 2);
    await store.delete(path);
    await reader.until(() => reader.changes.length === 3);
    const told = reader.changes.map((change) =>
      change.type === 'put' ? [text(change.entry), change.entry.version, change.entry.createRevision] : change.path,
    );
    same(told, [['1', 1, created.revision], ['2', 2, created.revision], path], 'changes told');
    check(
      reader.changes.every((change, index, all) => {
        const previous = all[index - 1];
        return previous === undefined || revisionOfChange(previous) < revisionOfChange(change);
      }),
      'revisions do not ascend',
    );
    same(reader.changes.slice(0, 2).map(revisionOfChange), [created.revision, changed.revision], 'revisions told');
  }),

  defineCase('G21', 'covers the path and its direct children, or everything below, and no sibling', async (bench) => {
    const store = await bench.store();
    const names = ['p', 'p/a', 'p/a/deep', 'p/b', 'pp', 'p-x/a', 'p0', 'other/p'];
    const told = async (reader: WatchReader): Promise<string[]> => {
      if (!reader.state.has(bench.at('p/end'))) await reader.untilPath(bench.at('p/end'));
      return [...reader.state.keys()].map((path) => path.slice(bench.root.length + 1)).sort();
    };
    const watches = async (): Promise<[WatchReader, WatchReader, WatchReader]> => {
      const readers = [{}, { recursive: true }, { recursive: true }].map((options, index) =>
        bench.read(store, index < 2 ? bench.at('p') : '/', options),
      ) as [WatchReader, WatchReader, WatchReader];
      for (const reader of readers) await reader.snapshot();
      return readers;
    };
    const [flat, deep, all] = await watches();
    // Parents first: on some engines they come to be with their children, with an empty value.
    for (const name of names) await store.put(bench.at(name), bytes(name));
    await store.put(bench.at('p/end'), bytes('end'));
    same(await told(flat), ['p', 'p/a', 'p/b', 'p/end'], 'told by changes');
    same(await told(deep), ['p', 'p/a', 'p/a/deep', 'p/b', 'p/end'], 'told by changes, recursively');
    await all.untilPath(bench.at('p/end'));
    check(
      names.every((name) => all.state.has(bench.at(name))),
      'a watch on the root missed an entry',
    );
    const [flatLater, deepLater] = await watches();
    same(await told(flatLater), ['p', 'p/a', 'p/b', 'p/end'], 'told by snapshot');
    same((await told(deepLater)).length, 5, 'entries told by snapshot, recursively');
  }),

  defineCase('G21', 'covers the path alone where that is asked for', async (bench) => {
    const store = await bench.store();
    const path = bench.at('p');
    await store.put(path, bytes('0'));
    await store.put(bench.at('p/before'), bytes(''));
    const reader = bench.read(store, path, { entryOnly: true });
    await reader.snapshot();
    same([...reader.state.keys()], [path], 'told by the snapshot');
    await store.put(bench.at('p/child'), bytes(''));
    await store.put(bench.at('p-x'), bytes(''));
    await store.put(path, bytes('1'));
    await reader.until(() => text(reader.state.get(path)) === '1');
    await store.delete(path, { recursive: true });
    await reader.until(() => reader.state.size === 0);
    // Whoever goes on reading hears of the next incarnation too.
    await store.put(path, bytes('2'));
    await reader.until(() => text(reader.state.get(path)) === '2');
    const told = reader.changes.map((change) => (change.type === 'put' ? change.entry.path : change.path));
    same(
      told.filter((one) => one !== path),
      [],
      'changes of others',
    );
    const early = bench.read(store, bench.at('later'), { entryOnly: true });
    await early.snapshot();
    same(early.state.size, 0, 'entries before there is one');
    await store.put(bench.at('later'), bytes('here'));
    await early.until(() => text(early.state.get(bench.at('later'))) === 'here');
    const both = async (): Promise<void> => {
      for await (const _event of store.watch(path, { entryOnly: true, recursive: true })) return;
    };
    await rejectsWith(both, 'E_INVALID_ARGUMENT', 'of the entry alone and recursive');
  }),

  defineCase(
    'G22',
    'tells all changes of one revision together',
    async (bench) => {
      const [writer, watcher] = [await bench.store(), await bench.store()];
      await writer.put(bench.at('gone'), bytes(''));
      const reader = bench.read(watcher, bench.root, { recursive: true });
      await reader.snapshot();
      for (let round = 0; round < 3; round += 1) {
        const puts = ['a', 'b', 'deep/c'].map(
          (name) => ({ type: 'put', path: bench.at(name), value: bytes(String(round)) }) as const,
        );
        const { revision } = await writer.transact({ then: [...puts, { type: 'delete', path: bench.at('gone') }] });
        const event = (await reader.until(isChanges)).at(-1);
        if (event?.type !== 'changes') throw new ConformanceFailure('no changes were told');
        const together = event.changes.filter((change) => revisionOfChange(change) === revision);
        same(together.length, round === 0 ? 4 : 3, 'changes of the transaction told in one event');
        same(event.revision, revision, 'revision of the event');
      }
    },
    ['atomicWatchEvents'],
  ),

  defineCase('G23', 'tells a reader that fell behind to begin again, and holds no more than asked', async (bench) => {
    const [writer, watcher] = [await bench.store(), await bench.store()];
    const slow = bench.read(watcher, bench.root, { bufferedChanges: 2 });
    const probe = bench.read(watcher, bench.root);
    await slow.snapshot();
    await probe.snapshot();
    const puts = Array.from(
      { length: 8 },
      (_value, index) => ({ type: 'put', path: bench.at(`k-${index}`), value: bytes('x') }) as const,
    );
    for (let round = 0; round < 3; round += 1) await writer.transact({ then: puts });
    await writer.put(bench.at('end'), bytes('end'));
    await probe.untilPath(bench.at('end'));
    const events = await slow.untilPath(bench.at('end'));
    const resyncs = events.filter((event) => event.type === 'snapshot');
    check(
      resyncs.some((event) => event.reason === 'overflow'),
      'no snapshot with reason `overflow` was told',
    );
    await sameState(bench, writer, slow);
  }),

  defineCase(
    'G24',
    'begins after a revision of the past, with every change since and no other',
    async (bench) => {
      const [writer, watcher] = [await bench.store(), await bench.store()];
      const facts = await writeAtRandom(bench, writer, 20);
      facts.push({
        type: 'put',
        path: bench.at('end'),
        revision: (await writer.put(bench.at('end'), bytes('end'))).revision,
      });
      for (const index of [0, 7, facts.length - 2]) {
        const after = facts[index]?.revision ?? 0n;
        const reader = bench.read(watcher, bench.root, { recursive: true, afterRevision: after });
        const [first] = await reader.untilPath(bench.at('end'));
        same(first?.type, 'changes', 'the first event');
        sameHistory(writer, reader, facts, after);
      }
    },
    ['history'],
  ),

  defineCase(
    'G24',
    'tells a snapshot instead of a past that is no longer kept',
    async (bench) => {
      const [writer, watcher] = [await bench.store(), await bench.store()];
      const { revision } = await writer.put(bench.at('a'), bytes('1'));
      await writer.put(bench.at('a'), bytes('2'));
      await writer.put(bench.at('b'), bytes('1'));
      await bench.fault('compact')();
      const reader = bench.read(watcher, bench.root, { afterRevision: revision - 1n });
      const snapshot = await reader.snapshot();
      same(snapshot.reason, 'compacted', 'reason of the snapshot');
      await sameState(bench, writer, reader);
      await writer.put(bench.at('end'), bytes('end'));
      await reader.untilPath(bench.at('end'));
      await sameState(bench, writer, reader);
    },
    ['history', 'compact'],
  ),

  defineCase(
    'G25',
    'says that it is cut off, and afterwards misses nothing',
    async (bench) => {
      const [writer, watcher] = [await bench.store(), await bench.store()];
      const reader = bench.read(watcher, bench.root, { recursive: true });
      const first = await reader.snapshot();
      let base = first.revision;
      const facts: Fact[] = [];
      for (let round = 0; round < 3; round += 1) {
        facts.push(...(await writeAtRandom(bench, writer, 6)));
        await bench.fault('disconnect')(watcher);
        await reader.until((event) => event.type === 'interrupted');
        facts.push(...(await writeAtRandom(bench, writer, 6)));
        await bench.fault('reconnect')(watcher);
        const end = bench.at(`end-${round}`);
        facts.push({ type: 'put', path: end, revision: (await writer.put(end, bytes('end'))).revision });
        for (const event of await reader.untilPath(end)) if (event.type === 'snapshot') base = event.revision;
        sameHistory(writer, reader, facts, base);
        await sameState(bench, writer, reader);
      }
    },
    ['disconnect', 'reconnect'],
  ),

  defineCase('G26', 'ends without an error when its reader wants no more', async (bench) => {
    const store = await bench.store();
    const stop = new AbortController();
    const [bySignal, byClose] = [store.watch(bench.root, { signal: stop.signal }), store.watch(bench.root)];
    const [signalled, closed] = [bench.reader(bySignal), bench.reader(byClose)];
    await signalled.snapshot();
    await closed.snapshot();
    const [waiting, alsoWaiting] = [signalled.next(), closed.next()];
    stop.abort();
    await byClose.close();
    same([await waiting, await alsoWaiting], [undefined, undefined], 'what waiting readers were given');
    same(await signalled.next(), undefined, 'what a later reader was given');
    const tripped = bench.read(store, bench.root, { signal: stop.signal });
    same(await tripped.next(), undefined, 'what a watch with a tripped signal told');
    const left = store.watch(bench.root);
    for await (const event of left) if (event.type === 'snapshot') break;
    await left.close();
  }),

  defineCase('G26', 'ends with E_CLOSED when the store is closed', async (bench) => {
    const store = await bench.store();
    const reader = bench.read(store, bench.root);
    await reader.snapshot();
    const waiting = reader.next();
    const refused = rejectsWith(() => waiting, 'E_CLOSED', 'a reader that waits while the store is closed');
    await store.close();
    await refused;
  }),
];
