import { sleep } from '@keelson/runtime';
import { check, outcomeOf, present, rejectsWith, same } from './assertions.ts';
import { defineRecipeCase, type RecipeCase } from './case.ts';

/** What the barrier promises on every driver. */
export const barrierCases: readonly RecipeCase[] = [
  defineRecipeCase('barrier', 'opens when all have come, round after round', async (bench) => {
    const actors = await bench.actors('a', 'b', 'c');
    const counts = [0, 0, 0];
    const walks = actors.map(async ({ recipes }, index) => {
      for (let round = 0; round < 3; round += 1) {
        await sleep(bench.runtime, index * 10);
        counts[round] = (counts[round] ?? 0) + 1;
        await recipes.barrier('b', 3).pass();
        same(counts[round], 3, `those who had come when round ${round} opened`);
      }
    });
    await Promise.all(walks);
    const left = await (await bench.store()).list(bench.at('barriers', 'b'), { recursive: true });
    same(left.entries.filter(({ owner }) => owner !== undefined).length, 0, 'parties left');
  }),

  defineRecipeCase('barrier', 'holds back at its other side until all have left', async (bench) => {
    const actors = await bench.actors('a', 'b', 'c');
    const left: string[] = [];
    for (const round of [1, 2]) {
      const passes = await Promise.all(actors.map(({ recipes }) => recipes.barrier('b', 3).enter()));
      same(new Set(passes.map((pass) => pass.round)).size, 1, 'the rounds they are in');
      const leaving = passes.slice(0, 2).map(async (pass) => {
        await pass.leave();
        left.push('early');
      });
      await sleep(bench.runtime, 100);
      same(left.length, (round - 1) * 3, 'who came out before all had left');
      await present(passes[2], 'the last').leave();
      left.push('late');
      await Promise.all(leaving);
    }
    const rest = await (await bench.store()).list(bench.at('barriers', 'b'), { recursive: true });
    same(rest.entries.filter(({ value }) => value.length > 0).length, 0, 'entries left');
  }),

  defineRecipeCase('barrier', 'does not count who gave up', async (bench) => {
    const [a, b, c] = await bench.actors('a', 'b', 'c');
    const vain = present(a, 'a').recipes.barrier('b', 2).enter({ timeoutMs: 200 });
    await rejectsWith(() => vain, 'E_TIMEOUT', 'a wait with a time limit');
    const second = outcomeOf(present(b, 'b').recipes.barrier('b', 2).enter());
    await sleep(bench.runtime, 100);
    check(!second.settled, 'the barrier opened for one');
    const third = await present(c, 'c').recipes.barrier('b', 2).enter({ timeoutMs: bench.patienceMs });
    const pass = await bench.eventually('the second passes', () => second.value);
    same(pass.round, third.round, 'the round');
    await Promise.all([pass.leave(), third.leave()]);
    for (const parties of [0, 1.5])
      await rejectsWith(
        () => present(a, 'a').recipes.barrier('b', parties),
        'E_INVALID_ARGUMENT',
        `${parties} parties`,
      );
  }),

  defineRecipeCase(
    'barrier',
    'lets the others go when one of the round dies',
    async (bench) => {
      const [a, b] = await bench.actors('a', 'b');
      const [one, two] = [present(a, 'a'), present(b, 'b')];
      const passes = await Promise.all([one, two].map(({ recipes }) => recipes.barrier('b', 2).enter()));
      await bench.fault('expireSession')(two.session);
      await present(passes[0], 'the pass of a').leave({ timeoutMs: bench.patienceMs });
      await bench.eventually('the dead one learns', () => passes[1]?.lost.aborted);
    },
    ['expireSession'],
  ),
];
