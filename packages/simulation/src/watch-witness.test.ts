import { type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import { kvStore, type Store, type WatchEvent } from '@keelson/store';
import { expect, test } from 'vitest';
import { SimulatedLink } from './simulated-link.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { SimulatedServer } from './simulated-server.ts';
import { WatchWitness } from './watch-witness.ts';

interface Bench {
  readonly world: VirtualRuntime;
  readonly witness: WatchWitness;
  readonly server: SimulatedServer;
  readonly writer: Store;
  /** A store whose watches the witness attends, as `spoil` makes them. */
  reader(spoil?: (event: WatchEvent) => WatchEvent | undefined): Store;
}

function bench(): Bench {
  const world = virtualRuntime({ seed: 1 });
  const witness = new WatchWitness();
  const server = new SimulatedServer({ world, onDurable: (commits) => witness.noteCommits(commits) });
  const connect = (name: string): { readonly store: Store; readonly process: SimulatedProcess } => {
    const process = new SimulatedProcess({ world, name });
    const link = new SimulatedLink({ world, process, server, delay: { minMs: 1, maxMs: 2 } });
    return { store: kvStore(link, process.runtime), process };
  };
  return {
    world,
    witness,
    server,
    writer: connect('writer').store,
    reader: (spoil = (event) => event) => {
      const { store, process } = connect('reader');
      const open = store.watch.bind(store);
      store.watch = (path, options) => {
        const watch = open(path, options);
        return {
          close: () => watch.close(),
          [Symbol.asyncDispose]: () => watch.close(),
          [Symbol.asyncIterator]: () => ({ next: spoiled(watch[Symbol.asyncIterator](), spoil) }),
        };
      };
      witness.attend(store, process);
      return store;
    },
  };
}

const spoiled =
  (events: AsyncIterator<WatchEvent>, spoil: (event: WatchEvent) => WatchEvent | undefined) =>
  async (): Promise<IteratorResult<WatchEvent>> => {
    for (;;) {
      const result = await events.next();
      if (result.done === true) return result;
      const value = spoil(result.value);
      if (value !== undefined) return { value, done: false };
    }
  };

async function play({ world, witness, server, writer }: Bench, reader: Store): Promise<string[]> {
  void (async () => {
    for await (const _ of reader.watch('/items'));
  })();
  await world.advance(50);
  for (let index = 0; index < 5; index += 1) {
    await world.drive(writer.put(`/items/${index}`, new Uint8Array([48 + index])));
    await world.drive(writer.put('/elsewhere', new Uint8Array(1)));
  }
  await world.drive(writer.delete('/items/2'));
  witness.settle(server.backend.revision);
  await world.advance(1_000);
  return witness.breaches();
}

test('a watch that tells everything once and in order is found to', async () => {
  const world = bench();
  expect(await play(world, world.reader())).toEqual([]);
  expect(world.witness.watches).toBe(1);
});

test.each([
  ['its entry alone', { entryOnly: true }, ['/items']],
  ['its children too', {}, ['/items', '/items/0']],
  ['everything below', { recursive: true }, ['/items', '/items/0', '/items/0/parts']],
] as const)('a watch of %s owes as much, and no more', async (_, options, owed) => {
  const made = bench();
  const { world, witness, server, writer } = made;
  const told: string[] = [];
  const store = made.reader();
  void (async () => {
    for await (const event of store.watch('/items', options))
      if (event.type === 'changes')
        for (const change of event.changes) told.push(change.type === 'put' ? change.entry.path : change.path);
  })();
  await world.advance(50);
  for (const path of ['/items', '/items/0', '/items/0/parts']) await world.drive(writer.put(path, new Uint8Array(1)));
  witness.settle(server.backend.revision);
  await world.advance(1_000);
  expect(told).toEqual(owed);
  expect(witness.breaches()).toEqual([]);
});

test('a watch that leaves out a deletion at the end is not reliable', async () => {
  const world = bench();
  const reader = world.reader((event) =>
    event.type === 'changes' && event.changes.some(({ type }) => type === 'delete') ? undefined : event,
  );
  expect((await play(world, reader)).join()).toMatch(/reader's watch of \/items is not reliable/);
});

test('nothing is owed over a watch that began when all had to come already, until it has had its time too', async () => {
  const made = bench();
  const { world, witness, server, writer } = made;
  const silent = made.reader(() => undefined);
  const watch = silent.watch('/items/0')[Symbol.asyncIterator]();
  await world.drive(writer.put('/items/0', new Uint8Array([48])));
  witness.settle(server.backend.revision);
  void watch.next();
  await world.advance(1_000);
  expect(witness.breaches()).toEqual([]);
  witness.settle(server.backend.revision);
  await world.advance(1_000);
  expect(witness.breaches().join()).toMatch(/reader's watch of \/items\/0 is not reliable/);
});

test('a watch that tells of other values than were written is not genuine', async () => {
  const world = bench();
  const reader = world.reader((event) => {
    if (event.type !== 'changes') return event;
    const changes = event.changes.map((change) =>
      change.type === 'put' ? { ...change, entry: { ...change.entry, value: new Uint8Array([99]) } } : change,
    );
    return { ...event, changes };
  });
  expect((await play(world, reader)).join()).toMatch(/not genuine/);
});
