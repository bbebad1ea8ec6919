import { faultKinds } from '../fault.ts';
import type { Scenario } from '../simulate.ts';
import { persist, rest } from './persist.ts';
import { bytesOf, textOf } from './text.ts';

const writers = ['writer-1', 'writer-2'];
const readers = ['reader-1', 'reader-2'];

/** Writers put and delete entries; readers keep a copy by watching. In the end every copy equals the store. */
export function mirrorScenario(): Scenario {
  return {
    name: 'mirror',
    faults: {
      processes: [...writers, ...readers, ...readers],
      kinds: [...faultKinds, 'compact', 'compact', 'compact', 'partition', 'partition', 'pause'],
      count: 12,
    },
    durationMs: 30_000,
    restMs: 15_000,
    begin(world) {
      const copies = new Map<string, Map<string, string>>();
      for (const name of writers)
        world.start(name, async ({ store, runtime, incarnation }) => {
          const mine: string[] = [];
          for (let index = 0; ; index += 1) {
            const path = `/items/${name}-${incarnation}-${index}`;
            const oldest = runtime.random.integer(5) < 2 ? mine.shift() : undefined;
            if (oldest === undefined) mine.push(path);
            const write = async (): Promise<unknown> =>
              oldest === undefined ? store.put(path, bytesOf(path)) : store.delete(oldest);
            await persist(runtime, write).catch((error: unknown) => runtime.logger.debug({ error }, 'a write failed'));
            await rest(runtime, 10, 300);
          }
        });
      for (const name of readers)
        world.start(name, async ({ store }) => {
          const copy = new Map<string, string>();
          copies.set(name, copy);
          let seen = 0n;
          for await (const event of store.watch('/items')) {
            if (event.type === 'interrupted') continue;
            if (event.revision < seen) world.violate(`${name} saw revision ${event.revision} after ${seen}`);
            seen = event.revision;
            if (event.type === 'snapshot') {
              copy.clear();
              for (const entry of event.entries) copy.set(entry.path, textOf(entry));
            } else if (event.type === 'changes')
              for (const change of event.changes) {
                if (change.type === 'delete') copy.delete(change.path);
                else copy.set(change.entry.path, textOf(change.entry));
              }
          }
        });
      return {
        finish: async () => {
          const store = world.connect('looker');
          for (const name of writers) world.process(name).crash();
          // What they sent last is still on its way, and what it changes on its way to the readers.
          await rest(world.runtime, 3_000, 3_001);
          const { entries } = await store.list('/items');
          const truth = new Map(entries.map((entry) => [entry.path, textOf(entry)]));
          return [...copies].flatMap(([name, copy]) => differences(name, copy, truth));
        },
      };
    },
  };
}

function differences(name: string, copy: ReadonlyMap<string, string>, truth: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [path, value] of truth)
    if (copy.get(path) !== value)
      found.push(`${name} has ${copy.get(path) ?? 'nothing'} at ${path}, where ${value} is`);
  for (const path of copy.keys()) if (!truth.has(path)) found.push(`${name} still has ${path}, which was deleted`);
  return found;
}
