import { sleep } from '@keelson/runtime';
import { describeElection, listElections, observeElection } from '../index.ts';
import { check, outcomeOf, present, rejectsWith, same } from './assertions.ts';
import { type Actor, defineRecipeCase, type RecipeBench, type RecipeCase } from './case.ts';

const value = new TextEncoder().encode('v');

/** Waits until so many stand in the election, the leader included. */
async function standing(bench: RecipeBench, actor: Actor, count: number): Promise<void> {
  await bench.eventually(`${count} stand for election`, async () => {
    const { leader, candidates } = await describeElection('e', { store: actor.store, root: bench.root });
    return candidates.length + (leader === undefined ? 0 : 1) === count;
  });
}

/** What the election promises on every driver. */
export const electionCases: readonly RecipeCase[] = [
  defineRecipeCase(
    'election',
    'has one leader at a time, each with the next term and a greater token',
    async (bench) => {
      const actors = await bench.actors('a', 'b', 'c');
      const terms: number[] = [];
      const tokens: bigint[] = [];
      let leading = 0;
      const turns = actors.map(async ({ recipes, name }) => {
        const won = await recipes.election('e').campaign({ metadata: { address: name } });
        leading += 1;
        check(leading === 1, 'two lead at once');
        terms.push(won.term);
        tokens.push(won.fencingToken);
        await won.guard.put(bench.at('data'), value);
        await sleep(bench.runtime, 20);
        leading -= 1;
        await won.resign();
        await rejectsWith(() => won.guard.put(bench.at('data'), value), 'E_FENCED', 'a write after the resignation');
      });
      await Promise.all(turns);
      same(terms, [1, 2, 3], 'the terms');
      same(
        tokens,
        [...tokens].sort((a, b) => (a < b ? -1 : 1)),
        'the tokens',
      );
      const over = await describeElection('e', { store: await bench.store(), root: bench.root });
      same([over.term, over.leader, over.candidates.length], [3, undefined, 0], 'what is left');
    },
  ),

  defineRecipeCase('election', 'shows who leads, who follows, and every change of leader', async (bench) => {
    const [a, b] = await bench.actors('a', 'b');
    const [first, second] = [present(a, 'a'), present(b, 'b')];
    const store = await bench.store();
    const stop = new AbortController();
    const seen: (string | undefined)[] = [];
    const observing = (async (): Promise<void> => {
      for await (const leader of observeElection('e', { store, root: bench.root, signal: stop.signal }))
        seen.push(leader && `${leader.owner} ${String(leader.metadata.address)} ${leader.term}`);
    })();
    observing.catch(() => {}); // awaited below, unless something else fails first
    await bench.eventually('nobody leads yet', () => seen.length === 1);
    const won = await first.recipes.election('e').campaign({ metadata: { address: 'here' } });
    await bench.eventually('a is seen to lead', () => seen.length === 2);
    const next = outcomeOf(second.recipes.election('e').campaign({ metadata: { address: 'there' } }));
    await standing(bench, first, 2);
    const [only] = await listElections({ store, root: bench.root });
    same([only?.name, only?.leader?.owner, only?.candidates[0]?.owner], ['e', 'a', 'b'], 'the election listed');
    await won.resign();
    const later = await bench.eventually('b leads', () => next.value);
    await bench.eventually('b is seen to lead', () => seen.at(-1) === 'b there 2');
    await later.resign();
    await bench.eventually('nobody is seen to lead', () => seen.at(-1) === undefined);
    stop.abort();
    await observing;
    same(
      seen.filter((one) => one !== undefined),
      ['a here 1', 'b there 2'],
      'the leaders seen',
    );
  }),

  defineRecipeCase(
    'election',
    'goes on with the next when the leader is cut off, who knows before that',
    async (bench) => {
      const [a, b] = await bench.actors('a', 'b');
      const [first, second] = [present(a, 'a'), present(b, 'b')];
      const won = await first.recipes.election('e').campaign();
      const next = outcomeOf(
        second.recipes
          .election('e')
          .campaign()
          .then((later) => {
            check(won.lost.aborted, 'the second leader led before the first knew that it did not');
            return later;
          }),
      );
      await standing(bench, second, 2);
      await bench.fault('disconnect')(first.store);
      const later = await bench.eventually('b leads', () => {
        if (next.error !== undefined) throw next.error;
        return next.value;
      });
      check(later.fencingToken > won.fencingToken && later.term === 2, 'the later term or token is not greater');
      await bench.fault('reconnect')(first.store);
      await later.resign();
    },
    ['disconnect', 'reconnect'],
  ),

  defineRecipeCase(
    'election',
    'is won once though replies are lost',
    async (bench) => {
      const [a] = await bench.actors('a');
      const { recipes, store } = present(a, 'a');
      for (const term of [1, 2]) {
        await bench.fault('loseReply')(store);
        const won = await recipes.election('e').campaign();
        same(won.term, term, 'the term');
        await won.resign();
      }
    },
    ['loseReply'],
  ),

  defineRecipeCase('election', 'lets a candidate give up, and leaves nothing of it', async (bench) => {
    const [a, b] = await bench.actors('a', 'b');
    const won = await present(a, 'a').recipes.election('e').campaign();
    const vain = present(b, 'b').recipes.election('e').campaign({ timeoutMs: 200 });
    await rejectsWith(() => vain, 'E_TIMEOUT', 'a candidacy with a time limit');
    await standing(bench, present(a, 'a'), 1);
    check(!won.lost.aborted, 'the leader was disturbed');
    await won.resign();
  }),
];
