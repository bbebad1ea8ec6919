import { sleep } from '@keelson/runtime';
import {
  listGroups,
  listMembers,
  type MemberEvent,
  type SuspicionReport,
  watchMembers,
  watchSuspicion,
} from '../index.ts';
import { check, outcomeOf, present, rejectsWith, same } from './assertions.ts';
import { defineRecipeCase, type RecipeBench, type RecipeCase } from './case.ts';

/** One line for each event. */
function told(event: MemberEvent): string {
  if (event.type === 'snapshot') return `snapshot ${event.members.map(({ name }) => name).join(' ')}`;
  if (event.type === 'left') return `${event.cause} ${event.member.name}`;
  if (event.type === 'joined' || event.type === 'updated') return `${event.type} ${event.member.name}`;
  return event.type;
}

/** Follows a group from a store of its own; `end` stops that. */
async function follow(bench: RecipeBench): Promise<{ readonly lines: string[]; readonly end: () => Promise<void> }> {
  const store = await bench.store();
  const lines: string[] = [];
  const stop = new AbortController();
  const following = (async (): Promise<void> => {
    for await (const event of watchMembers('g', { store, root: bench.root, signal: stop.signal }))
      lines.push(told(event));
  })();
  following.catch(() => {}); // awaited by `end`, unless something else fails first
  await bench.eventually('the group is seen', () => lines.length > 0);
  return {
    lines,
    end: async () => {
      stop.abort();
      await following;
    },
  };
}

/** What groups promise on every driver. */
export const membershipCases: readonly RecipeCase[] = [
  defineRecipeCase('membership', 'shows joins, updates and leaves in their order', async (bench) => {
    const [a, b] = await bench.actors('a', 'b');
    const { lines, end } = await follow(bench);
    const one = await present(a, 'a')
      .recipes.group('g')
      .join('one', { metadata: { zone: 'x' } });
    const two = await present(b, 'b').recipes.group('g').join('two');
    check(two.fencingToken > one.fencingToken, 'the tokens do not grow');
    await Promise.all([one.update({ zone: 'y' }), one.update({ zone: 'z' })]);
    const store = await bench.store();
    const members = await listMembers('g', { store, root: bench.root });
    same(
      members.map(({ name, metadata, owner }) => [name, metadata, owner]),
      [
        ['one', { zone: 'z' }, 'a'],
        ['two', {}, 'b'],
      ],
      'the members',
    );
    same(await listGroups({ store, root: bench.root }), ['g'], 'the groups');
    await two.leave();
    await one.leave();
    await one.leave();
    await rejectsWith(() => one.update({}), 'E_FENCED', 'an update after leaving');
    await bench.eventually('all have left', () => lines.filter((line) => line.startsWith('left')).length === 2);
    await end();
    const expected = [
      'snapshot ',
      'joined one',
      'joined two',
      'updated one',
      'updated one',
      'updated two',
      'left two',
      'updated one',
      'left one',
    ];
    same(
      lines.filter((line) => line !== 'interrupted' && line !== 'resumed'),
      expected,
      'what was seen',
    );
    same(await listMembers('g', { store, root: bench.root }), [], 'who is left');
  }),

  defineRecipeCase('membership', 'has never two members of one name', async (bench) => {
    const [a, b] = await bench.actors('a', 'b');
    const one = await present(a, 'a').recipes.group('g').join('one');
    const group = present(b, 'b').recipes.group('g');
    await rejectsWith(() => group.join('one', { ifTaken: 'reject' }), 'E_ALREADY_EXISTS', 'a name that is taken');
    await rejectsWith(() => group.join('one', { timeoutMs: 200 }), 'E_TIMEOUT', 'a wait in vain');
    const again = present(a, 'a').recipes.group('g').join('one', { timeoutMs: 200 });
    await rejectsWith(() => again, 'E_TIMEOUT', 'the same name under the same session');
    check(!one.lost.aborted, 'the first was disturbed');
    const next = outcomeOf(group.join('one', { timeoutMs: bench.patienceMs }));
    await sleep(bench.runtime, 50);
    check(!next.settled, 'the name was given out twice');
    await one.leave();
    const second = await bench.eventually('the second has the name', () => next.value);
    check(second.fencingToken > one.fencingToken, 'the later token is not the greater one');
    await second.leave();
    for (const name of ['', 'a/b', '.'])
      await rejectsWith(() => group.join(name), 'E_INVALID_PATH', `the name ${JSON.stringify(name)}`);
  }),

  defineRecipeCase(
    'membership',
    'shows a failure as one, and gives the name to the successor only after it',
    async (bench) => {
      const [a, b] = await bench.actors('a', 'b');
      const { lines, end } = await follow(bench);
      const actor = present(a, 'a');
      const one = await actor.recipes.group('g').join('one');
      await bench.fault('disconnect')(actor.store);
      const next = await present(b, 'b').recipes.group('g').join('one', { timeoutMs: bench.patienceMs });
      check(one.lost.aborted, 'the successor had the name before its predecessor knew');
      await bench.eventually('all is seen', () => lines.length >= 4);
      await bench.fault('reconnect')(actor.store);
      same(lines, ['snapshot ', 'joined one', 'failed one', 'joined one'], 'what was seen');
      await rejectsWith(() => one.guard.put(bench.at('data'), new Uint8Array()), 'E_FENCED', 'a write of the first');
      await next.leave();
      await end();
    },
    ['disconnect', 'reconnect'],
  ),

  defineRecipeCase(
    'membership',
    'is joined once though the reply is lost',
    async (bench) => {
      const [a] = await bench.actors('a');
      const actor = present(a, 'a');
      await bench.fault('loseReply')(actor.store);
      const one = await actor.recipes.group('g').join('one', { timeoutMs: bench.patienceMs });
      same((await listMembers('g', { store: actor.store, root: bench.root })).length, 1, 'members');
      await bench.fault('loseReply')(actor.store);
      await one.update({ n: 1 }, { timeoutMs: bench.patienceMs });
      await one.leave();
      same((await listMembers('g', { store: actor.store, root: bench.root })).length, 0, 'members left');
    },
    ['loseReply'],
  ),

  defineRecipeCase(
    'membership',
    'suspects who falls silent long before its session ends, and clears who is heard again',
    async (bench) => {
      const first = await bench.actor('a');
      const heartbeatMs = 200;
      await first.recipes.group('g').join('one', { heartbeatMs });
      // Long enough that suspicion comes before its end on a machine that is busy with other things.
      const other = await bench.store();
      const session = await other.openSession({ ttlMs: bench.ttlMs * 10 });
      const two = await bench.recipes(other, session, 'b').group('g').join('two', { heartbeatMs });
      const store = await bench.store();
      const stop = new AbortController();
      const reports: SuspicionReport[] = [];
      const options = { store, root: bench.root, runtime: bench.runtime, heartbeatMs, signal: stop.signal };
      const watching = (async (): Promise<void> => {
        for await (const report of watchSuspicion('g', options)) reports.push(report);
      })();
      watching.catch(() => {}); // awaited below, unless something else fails first
      const now = (): string | undefined => reports.findLast((one) => 'peer' in one && one.peer === 'two')?.type;
      await sleep(bench.runtime, heartbeatMs * 10);
      await bench.eventually('two is trusted', () => now() !== 'suspected');
      await bench.fault('disconnect')(other);
      await bench.eventually('two is suspected', () => now() === 'suspected');
      check(!two.lost.aborted, 'suspicion came no sooner than the end of the session');
      await bench.fault('reconnect')(other);
      await bench.eventually('two is cleared', () => now() === 'cleared');
      stop.abort();
      await watching;
    },
    ['disconnect', 'reconnect'],
  ),
  defineRecipeCase(
    'membership',
    'frees a name that was left while the store was out of reach, though the session goes on',
    async (bench) => {
      const [a, b] = await bench.actors('a', 'b');
      const first = await present(a, 'a').recipes.group('g').join('one');
      await bench.fault('disconnect')(present(a, 'a').store);
      await first.leave({ timeoutMs: 50 });
      check(first.lost.aborted, 'who has left is still a member');
      await bench.fault('reconnect')(present(a, 'a').store);
      const second = await present(b, 'b').recipes.group('g').join('one', { timeoutMs: bench.patienceMs });
      check(second.fencingToken > first.fencingToken, 'the tokens do not grow');
    },
    ['disconnect', 'reconnect'],
  ),
];
