import type { HeldLock } from '@keelson/coordination';
import type { Scenario } from '../simulate.ts';
import type { SimulatedWorld } from '../world.ts';
import { leftBehind } from './left-behind.ts';
import { holdsUnder, Owners } from './owners.ts';
import { attempt, forever, persist, rest, takePart } from './persist.ts';

const clients = ['client-1', 'client-2', 'client-3', 'client-4'];
const PERMITS = 2;

/** Clients take a lock, alone or together with others, and permits of a semaphore. Who may not share never does; never are more permits out than there are. */
export function sharingScenario(): Scenario {
  return {
    name: 'sharing',
    faults: { processes: clients, count: 10 },
    durationMs: 40_000,
    restMs: 20_000,
    begin(world) {
      const owners = new Owners(world, PERMITS);
      const stopping = new AbortController();
      for (const name of clients)
        world.start(name, async (context) => {
          const { runtime } = context;
          const { session, recipes } = await takePart(context);
          const process = world.process(name);
          while (!session.lost.aborted && !stopping.signal.aborted) {
            const draw = runtime.random.integer(4);
            const mode = draw < 1 ? 'exclusive' : draw < 3 ? 'shared' : 'permit';
            const acquire = (): Promise<HeldLock> =>
              mode === 'permit'
                ? recipes.semaphore('pool', PERMITS).acquire({ timeoutMs: 10_000 })
                : recipes.lock('ledger').acquire({ mode, timeoutMs: 10_000 });
            const held = await attempt(runtime, () => persist(runtime, acquire));
            if (held === undefined) continue;
            const holds = holdsUnder(process, session, () => held.lost);
            const thing = mode === 'permit' ? 'the pool' : 'the ledger';
            owners.begin(thing, { owner: name, token: held.fencingToken, process, holds, mode });
            await rest(runtime, 10, 600);
            await attempt(runtime, () => held.release());
            await rest(runtime, 20, 500);
          }
          await session.close();
          if (stopping.signal.aborted) await forever();
        });
      return { finish: () => comeToRest(world, stopping, owners) };
    },
  };
}

async function comeToRest(world: SimulatedWorld, stopping: AbortController, owners: Owners): Promise<string[]> {
  stopping.abort();
  await rest(world.runtime, 15_000, 15_001);
  return [...(await leftBehind(world)), ...(owners.handOvers > 0 ? [] : ['nobody got anything'])];
}
