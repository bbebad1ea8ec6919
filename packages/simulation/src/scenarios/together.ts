import type { HeldLocks } from '@keelson/coordination';
import type { Scenario } from '../simulate.ts';
import { type ClientContext, Clients, type Wish } from './client-life.ts';
import { Owners } from './owners.ts';
import { rest } from './persist.ts';

const clients = ['client-1', 'client-2', 'client-3'];
const names = ['a', 'b', 'c'];

/** Clients take two or three locks at once, all or none. Nobody waits in a circle: once all is calm, everybody gets its locks again. */
export function togetherScenario(): Scenario {
  return {
    name: 'together',
    faults: { processes: clients, count: 10 },
    durationMs: 40_000,
    restMs: 30_000,
    begin(world) {
      const lastMs = new Map<string, number>();
      const work = ({ name, runtime }: ClientContext): Promise<void> => {
        lastMs.set(name, world.nowMs);
        return rest(runtime, 10, 400);
      };
      const life = new Clients({ world, owners: new Owners(world), clients, wish, work, restMs: [20, 400] });
      return {
        finish: async () => {
          const sinceMs = world.nowMs - 20_000;
          const starved = clients.filter((name) => (lastMs.get(name) ?? 0) < sinceMs);
          const left = await life.stop(20_000);
          return [...starved.map((name) => `${name} got no locks in 20 s without a fault`), ...left];
        },
      };
    },
  };
}

/** All locks but one, or all of them. */
function wish({ runtime, recipes }: ClientContext): Wish<HeldLocks> {
  const without = runtime.random.integer(names.length + 1);
  // In any order: sorting is the recipe's affair.
  const wanted = names.filter((_, index) => index !== without).map((name) => ({ name }));
  if (runtime.random.integer(2) === 0) wanted.reverse();
  return {
    acquire: () => recipes.acquireAll(wanted, { timeoutMs: 15_000 }),
    parts: ({ locks }) =>
      locks.map((lock) => ({ thing: `lock ${lock.name}`, token: lock.fencingToken, lost: () => lock.lost })),
  };
}
