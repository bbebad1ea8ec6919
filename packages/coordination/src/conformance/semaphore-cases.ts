import { sleep } from '@keelson/runtime';
import { describeLock } from '../index.ts';
import { check, present, rejectsWith, same } from './assertions.ts';
import { defineRecipeCase, type RecipeCase } from './case.ts';

/** What the semaphore promises on every driver. */
export const semaphoreCases: readonly RecipeCase[] = [
  defineRecipeCase(
    'semaphore',
    'is held by as many as it has permits, never more, first come first served',
    async (bench) => {
      const actors = await bench.actors('a', 'b', 'c', 'd', 'e', 'f');
      const order: string[] = [];
      let holding = 0;
      let most = 0;
      const store = await bench.store();
      const turns: Promise<void>[] = [];
      for (const [index, actor] of actors.entries()) {
        const take = async (): Promise<void> => {
          const permit = await actor.recipes.semaphore('s', 2).acquire();
          order.push(actor.name);
          holding += 1;
          most = Math.max(most, holding);
          await sleep(bench.runtime, 200);
          permit.assertHeld();
          holding -= 1;
          await permit.release();
        };
        turns.push(take());
        if (index < 2) await bench.eventually('it holds', () => order.length > index);
        const look = { store, root: bench.root, kind: 'semaphore' } as const;
        await bench.eventually('it is in the queue, or through', async () => {
          const { holders, waiting } = await describeLock('s', look);
          return [...holders, ...waiting].some(({ owner }) => owner === actor.name) || order.includes(actor.name);
        });
      }
      await Promise.all(turns);
      same(most, 2, 'most at once');
      same(order, ['a', 'b', 'c', 'd', 'e', 'f'], 'the order');
      const left = await describeLock('s', { store, root: bench.root, kind: 'semaphore' });
      same([left.permits, left.holders.length, left.waiting.length], [2, 0, 0], 'what is left');
    },
  ),

  defineRecipeCase('semaphore', 'wakes the next one when one who waits gives up', async (bench) => {
    const [a, b, c] = await bench.actors('a', 'b', 'c');
    const held = await present(a, 'a').recipes.semaphore('s', 1).acquire();
    const stop = new AbortController();
    const gaveUp = present(b, 'b').recipes.semaphore('s', 1).acquire({ signal: stop.signal });
    const failed = rejectsWith(() => gaveUp, 'E_ABORTED', 'the wait that was given up');
    await sleep(bench.runtime, 100);
    const last = present(c, 'c').recipes.semaphore('s', 1).acquire({ timeoutMs: bench.patienceMs });
    await sleep(bench.runtime, 100);
    stop.abort();
    await failed;
    await held.release();
    await (await last).release();
  }),

  defineRecipeCase('semaphore', 'is the same for everybody: another number of permits is refused', async (bench) => {
    const [a, b] = await bench.actors('a', 'b');
    const permit = present(await present(a, 'a').recipes.semaphore('s', 2).tryAcquire(), 'a free permit');
    const other = present(b, 'b').recipes.semaphore('s', 3);
    await rejectsWith(() => other.acquire(), 'E_INVALID_ARGUMENT', 'three permits where there are two');
    for (const permits of [0, -1, 1.5, Number.NaN])
      await rejectsWith(
        () => present(b, 'b').recipes.semaphore('t', permits),
        'E_INVALID_ARGUMENT',
        `${permits} permits`,
      );
    check(!permit.lost.aborted, 'the holder was disturbed');
    await permit.release();
  }),
];
