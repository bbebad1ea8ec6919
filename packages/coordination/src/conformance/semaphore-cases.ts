import { sleep } from '@keelson/runtime';
import { describeLock, type HeldLock } from '../index.ts';
import { check, present, rejectsWith, same } from './assertions.ts';
import { defineRecipeCase, type RecipeCase } from './case.ts';

/** What the semaphore promises on every driver. */
export const semaphoreCases: readonly RecipeCase[] = [
  defineRecipeCase(
    'semaphore',
    'is held by as many as it has permits, never more, first come first served',
    async (bench) => {
      const actors = await bench.actors('a', 'b', 'c', 'd', 'e', 'f');
      const store = await bench.store();
      const look = { store, root: bench.root, kind: 'semaphore' } as const;
      const held: { readonly owner: string; readonly permit: HeldLock }[] = [];
      const turns: Promise<unknown>[] = [];
      for (const [index, { name, recipes }] of actors.entries()) {
        const take = recipes.semaphore('s', 2).acquire();
        turns.push(take.then((permit) => held.push({ owner: name, permit })));
        await bench.eventually(`${name} is in the queue`, async () => {
          const { holders, waiting } = await describeLock('s', look);
          return holders.length + waiting.length === index + 1;
        });
      }
      for (const released of [0, 1, 2, 3]) {
        await bench.eventually('two hold', () => held.length === released + 2);
        const { holders, waiting } = await describeLock('s', look);
        same([holders.length, waiting.length], [2, 4 - released], 'holders and waiters');
        same(
          holders.map(({ owner }) => owner),
          held.slice(-2).map(({ owner }) => owner),
          'who holds',
        );
        await present(held[released], 'a permit').permit.release();
      }
      await Promise.all(turns);
      same(
        held.map(({ owner }) => owner),
        ['a', 'b', 'c', 'd', 'e', 'f'],
        'the order',
      );
      for (const { permit } of held.slice(-2)) await permit.release();
      const left = await describeLock('s', look);
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
