import { campaign } from '@keelson/coordination';
import { isKeelsonError } from '@keelson/runtime';
import type { Entry, Store } from '@keelson/store';
import type { Scenario } from '../simulate.ts';
import type { ProcessContext, SimulatedWorld } from '../world.ts';
import { DoneItems } from './done-items.ts';
import { persist, rest } from './persist.ts';
import { bytesOf, textOf } from './text.ts';

/** How a new owner learns how far the work has come. */
export interface HandOverScenarioOptions {
  /** Whether it reads that from the store. Default true; otherwise from the copy that it keeps by watching. */
  readonly readsStore?: boolean;
}

const workers = ['worker-1', 'worker-2', 'worker-3'];
const path = '/queue/owner';
const position = '/queue/position';
const TTL_MS = 3_000;

/** The item down to which the work is done; 0 where none is. */
const itemOf = (entry: Entry | undefined): number => Number(textOf(entry));

/** One at a time works a queue off, item by item, and writes down how far it came; the next goes on from there and does none again. */
export function handOverScenario(options: HandOverScenarioOptions = {}): Scenario {
  const { readsStore = true } = options;
  return {
    name: 'hand-over',
    faults: { processes: workers, count: 10, longestMs: 5_000 },
    durationMs: 60_000,
    restMs: 20_000,
    begin(world) {
      const done = new DoneItems();
      for (const name of workers)
        world.start(name, async (context) => {
          const { store, runtime } = context;
          const copy = { position: 0 };
          const following = follow(store, copy);
          const working = work(world, context, done, async () =>
            readsStore ? itemOf(await persist(runtime, () => store.get(position))) : copy.position,
          );
          await Promise.race([following, working]);
        });
      watchPosition(world);
      return {
        finish: async () => {
          const reached = itemOf(await world.connect('looker').get(position));
          return reached > 0 ? [] : ['no item was done'];
        },
      };
    },
  };
}

/** Each item is done once: how far the work came is only ever written one higher. */
function watchPosition(world: SimulatedWorld): void {
  const store = world.connect('position-watcher');
  let newest = 0;
  void (async () => {
    for await (const event of store.watch(position)) {
      // Where the store has forgotten what the watch missed, it tells how things stand: several items may have been done.
      if (event.type === 'snapshot') {
        const reached = itemOf(event.entries[0]);
        if (reached < newest) world.violate(`the work stands at item ${reached} after item ${newest}`);
        newest = reached;
      }
      if (event.type !== 'changes') continue;
      for (const change of event.changes) {
        if (change.type !== 'put') continue;
        const item = itemOf(change.entry);
        if (item !== newest + 1) world.violate(`item ${item} was written down after item ${newest}`);
        newest = item;
      }
    }
  })();
}

async function follow(store: Store, copy: { position: number }): Promise<void> {
  for await (const event of store.watch(position)) {
    const entries = event.type === 'snapshot' ? event.entries : [];
    for (const entry of entries) copy.position = itemOf(entry);
    if (event.type !== 'changes') continue;
    for (const change of event.changes) if (change.type === 'put') copy.position = itemOf(change.entry);
  }
}

async function work(
  world: SimulatedWorld,
  { name, store, runtime }: ProcessContext,
  done: DoneItems,
  readPosition: () => Promise<number>,
): Promise<void> {
  const session = await persist(runtime, () => store.openSession({ ttlMs: TTL_MS }));
  const leadership = await campaign({ store, session, path, value: bytesOf(name), runtime });
  let next = (await readPosition()) + 1;
  let version: number | undefined;
  while (!session.lost.aborted && !leadership.lost.aborted) {
    // The item and how far the work came are one step: the item counts as done when the store has taken it.
    const outcome = await step(store, leadership.fencingToken, next, version);
    version = undefined;
    if (outcome === 'done') {
      const wrong = done.note(name, next);
      if (wrong !== undefined) world.violate(wrong);
      next += 1;
    } else if (outcome === 'unknown') {
      const reached = await persist(runtime, () => store.get(position));
      next = itemOf(reached) + 1;
      // What is not there yet may still come: only one of the two may count.
      version = reached?.version ?? 0;
    } else break;
    await rest(runtime, 20, 200);
    // Now and then it gives the work to another.
    if (runtime.random.integer(12) === 0) break;
  }
  await session.close();
}

async function step(
  store: Store,
  token: bigint,
  item: number,
  version: number | undefined,
): Promise<'done' | 'unknown' | 'lost'> {
  try {
    const { succeeded } = await store.transact({
      if: [{ path, createRevision: token }, ...(version === undefined ? [] : [{ path: position, version }])],
      then: [{ type: 'put', path: position, value: bytesOf(String(item)) }],
    });
    return succeeded ? 'done' : 'lost';
  } catch (error) {
    if (isKeelsonError(error, 'E_OUTCOME_UNKNOWN')) return 'unknown';
    if (isKeelsonError(error)) return 'lost';
    throw error;
  }
}
