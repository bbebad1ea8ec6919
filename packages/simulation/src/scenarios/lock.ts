import { coordination } from '@keelson/coordination';
import { isKeelsonError } from '@keelson/runtime';
import { faultKinds } from '../fault.ts';
import type { Scenario } from '../simulate.ts';
import { leftBehind } from './left-behind.ts';
import { holdsUnder, Owners } from './owners.ts';
import { persist, rest } from './persist.ts';
import { bytesOf, textOf } from './text.ts';

const clients = ['client-1', 'client-2', 'client-3', 'client-4'];
const TTL_MS = 3_000;
const account = '/account/balance';

/**
 * Clients take a lock in turn and, under its guard, read a number and write it one higher. Never do two believe to hold the lock, no increment that
 * was acknowledged is lost, and in the end nobody is left in the queue.
 */
export function lockScenario(): Scenario {
  return {
    name: 'lock',
    // What becomes of a place in the queue is decided by replies that do not come.
    faults: { processes: clients, count: 10, kinds: [...faultKinds, 'lose-replies', 'lose-replies', 'drop-requests'] },
    durationMs: 40_000,
    restMs: 30_000,
    begin(world) {
      const owners = new Owners(world);
      let [done, unknown] = [0, 0];
      const stopping = new AbortController();
      for (const name of clients)
        world.start(name, async ({ store, runtime }) => {
          const session = await persist(runtime, () => store.openSession({ ttlMs: TTL_MS }));
          const recipes = coordination({ store, session, runtime, owner: name, host: 'simulated', pid: 1 });
          const process = world.process(name);
          while (!session.lost.aborted && !stopping.signal.aborted) {
            const held = await persist(runtime, () => recipes.lock('account').acquire({ timeoutMs: 20_000 }));
            const holds = holdsUnder(process, session, () => held.lost);
            owners.begin('the lock', { owner: name, token: held.fencingToken, process, holds });
            try {
              const balance = Number(textOf(await store.get(account)) || '0');
              await rest(runtime, 1, 100);
              await held.guard.put(account, bytesOf(String(balance + 1)));
              done += 1;
            } catch (error) {
              if (!isKeelsonError(error)) throw error;
              if (error.code === 'E_OUTCOME_UNKNOWN') unknown += 1;
            }
            await held.release().catch((error: unknown) => runtime.logger.debug({ error }, 'released late'));
            await rest(runtime, 50, 800);
          }
          await session.close();
          if (stopping.signal.aborted) await new Promise(() => {});
        });
      return {
        finish: async () => {
          stopping.abort();
          const store = world.connect('looker');
          await rest(world.runtime, 25_000, 25_001);
          const balance = Number(textOf(await store.get(account)) || '0');
          const crashes = clients.reduce((sum, name) => sum + world.process(name).incarnation, 0);
          const inRange = balance >= done && balance <= done + unknown + crashes;
          return [
            ...(await leftBehind(world)),
            ...(inRange
              ? []
              : [`the balance is ${balance} after ${done} increments, ${unknown} unknown ones and ${crashes} crashes`]),
            ...(done > 0 ? [] : ['nobody got the lock']),
          ];
        },
      };
    },
  };
}
