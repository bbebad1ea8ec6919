import type { HeldLock } from '@keelson/coordination';
import type { Scenario } from '../simulate.ts';
import { type ClientContext, Clients, type Wish } from './client-life.ts';
import { Owners } from './owners.ts';
import { rest } from './persist.ts';

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
      const work = ({ runtime }: ClientContext): Promise<void> => rest(runtime, 10, 600);
      const life = new Clients({ world, owners, clients, wish, work, restMs: [20, 500] });
      return {
        finish: async () => [...(await life.stop(15_000)), ...(owners.handOvers > 0 ? [] : ['nobody got anything'])],
      };
    },
  };
}

/** A lock alone, a lock with others, or a permit. */
function wish({ runtime, recipes }: ClientContext): Wish<HeldLock> {
  const draw = runtime.random.integer(4);
  const mode = draw < 1 ? 'exclusive' : draw < 3 ? 'shared' : 'permit';
  const thing = mode === 'permit' ? 'the pool' : 'the ledger';
  return {
    acquire: () =>
      mode === 'permit'
        ? recipes.semaphore('pool', PERMITS).acquire({ timeoutMs: 10_000 })
        : recipes.lock('ledger').acquire({ mode, timeoutMs: 10_000 }),
    parts: (held) => [{ thing, token: held.fencingToken, mode, lost: () => held.lost }],
  };
}
