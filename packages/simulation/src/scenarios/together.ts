import type { Scenario } from '../simulate.ts';
import { leftBehind } from './left-behind.ts';
import { holdsUnder, Owners } from './owners.ts';
import { attempt, forever, persist, rest, takePart } from './persist.ts';

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
      const owners = new Owners(world);
      const lastMs = new Map<string, number>();
      const stopping = new AbortController();
      for (const name of clients)
        world.start(name, async (context) => {
          const { runtime } = context;
          const { session, recipes } = await takePart(context);
          const process = world.process(name);
          while (!session.lost.aborted && !stopping.signal.aborted) {
            const without = runtime.random.integer(names.length + 1);
            // In any order: sorting is the recipe's affair.
            const wanted = names.filter((_, index) => index !== without).map((lock) => ({ name: lock }));
            if (runtime.random.integer(2) === 0) wanted.reverse();
            const acquire = (): ReturnType<typeof recipes.acquireAll> =>
              recipes.acquireAll(wanted, { timeoutMs: 15_000 });
            const held = await attempt(runtime, () => persist(runtime, acquire));
            if (held === undefined) continue;
            lastMs.set(name, world.nowMs);
            for (const lock of held.locks) {
              const holds = holdsUnder(process, session, () => lock.lost);
              owners.begin(`lock ${lock.name}`, { owner: name, token: lock.fencingToken, process, holds });
            }
            await rest(runtime, 10, 400);
            await attempt(runtime, () => held.release());
            await rest(runtime, 20, 400);
          }
          await session.close();
          if (stopping.signal.aborted) await forever();
        });
      return {
        finish: async () => {
          const sinceMs = world.nowMs - 20_000;
          const starved = clients.filter((name) => (lastMs.get(name) ?? 0) < sinceMs);
          stopping.abort();
          await rest(world.runtime, 20_000, 20_001);
          return [
            ...starved.map((name) => `${name} got no locks in 20 s without a fault`),
            ...(await leftBehind(world)),
          ];
        },
      };
    },
  };
}
