import { sleep } from '@keelson/runtime';
import { breakLock, describeLock, listLocks } from '../index.ts';
import { check, outcomeOf, present, rejectsWith, same } from './assertions.ts';
import { defineRecipeCase, type RecipeBench, type RecipeCase } from './case.ts';

const value = new TextEncoder().encode('v');

/** Everything in the queue of a lock. */
async function idsOf(bench: RecipeBench, name: string): Promise<string[]> {
  const { holders, waiting } = await describeLock(name, { store: await bench.store(), root: bench.root });
  return [...holders, ...waiting].map(({ id }) => id);
}

/** What the lock promises on every driver. */
export const lockCases: readonly RecipeCase[] = [
  defineRecipeCase('lock', 'is held by one at a time, in the order of asking, with growing tokens', async (bench) => {
    const actors = await bench.actors('a', 'b', 'c');
    const [first, ...others] = actors;
    const held = await present(first, 'a').recipes.lock('l').acquire();
    const order: string[] = [];
    const tokens = [held.fencingToken];
    const turns: Promise<void>[] = [];
    for (const [index, actor] of others.entries()) {
      turns.push(
        actor.recipes
          .lock('l')
          .acquire()
          .then(async (lock) => {
            order.push(actor.name);
            tokens.push(lock.fencingToken);
            await sleep(bench.runtime, 5);
            await lock.release();
          }),
      );
      await bench.eventually('it queues', async () => (await idsOf(bench, 'l')).length === index + 2);
    }
    await sleep(bench.runtime, 50);
    same(order, [], 'who had the lock while it was held');
    await held.release();
    await Promise.all(turns);
    same(order, ['b', 'c'], 'the order');
    same(
      tokens,
      [...tokens].sort((a, b) => (a < b ? -1 : 1)),
      'the tokens',
    );
    same(await idsOf(bench, 'l'), [], 'what is left');
  }),

  defineRecipeCase('lock', 'is shared by those that share and held alone by those that do not', async (bench) => {
    const [a, b, c] = await bench.actors('a', 'b', 'c');
    const share = { mode: 'shared' } as const;
    const lock = (actor: typeof a) => present(actor, 'the actor').recipes.lock('l');
    const [one, two] = [await lock(a).acquire(share), await lock(b).acquire(share)];
    check((await lock(c).tryAcquire()) === undefined, 'an exclusive lock was granted beside shared ones');
    const exclusive = outcomeOf(lock(c).acquire());
    await bench.eventually('c queues', async () => (await idsOf(bench, 'l')).length === 3);
    const late = outcomeOf(lock(a).acquire(share));
    await bench.eventually('a queues again', async () => (await idsOf(bench, 'l')).length === 4);
    await Promise.all([one.release(), two.release()]);
    const alone = await bench.eventually('c has it', () => exclusive.value);
    await sleep(bench.runtime, 50);
    check(!late.settled, 'a shared lock was granted beside an exclusive one');
    await alone.release();
    await (await bench.eventually('the late one has it', () => late.value)).release();
  }),

  defineRecipeCase('lock', 'is refused at once by tryAcquire, which leaves nothing behind', async (bench) => {
    const [a, b] = await bench.actors('a', 'b');
    const held = await present(a, 'a').recipes.lock('l').acquire();
    check((await present(b, 'b').recipes.lock('l').tryAcquire()) === undefined, 'a lock was granted that is held');
    same((await idsOf(bench, 'l')).length, 1, 'places in the queue');
    await held.release();
    const got = present(await present(b, 'b').recipes.lock('l').tryAcquire(), 'a free lock');
    got.assertHeld();
    await got.release();
  }),

  defineRecipeCase(
    'lock',
    'lets go of who gives up waiting, by time or by signal, and leaves nothing',
    async (bench) => {
      const [a, b] = await bench.actors('a', 'b');
      const held = await present(a, 'a').recipes.lock('l').acquire();
      const lock = present(b, 'b').recipes.lock('l');
      await rejectsWith(() => lock.acquire({ timeoutMs: 300 }), 'E_TIMEOUT', 'a wait with a time limit');
      const stop = new AbortController();
      const waiting = outcomeOf(lock.acquire({ signal: stop.signal }));
      await bench.eventually('it queues', async () => (await idsOf(bench, 'l')).length === 2);
      stop.abort();
      await bench.eventually('the wait ends', () => waiting.settled);
      await rejectsWith(() => Promise.reject(waiting.error), 'E_ABORTED', 'the aborted wait');
      await bench.eventually('the queue is clean', async () => (await idsOf(bench, 'l')).length === 1);
      held.assertHeld();
      await held.release();
      same(await idsOf(bench, 'l'), [], 'what is left');
    },
  ),

  defineRecipeCase('lock', 'is held as long as one of its handles, and no longer', async (bench) => {
    const [a, b] = await bench.actors('a', 'b');
    const outer = await present(a, 'a').recipes.lock('l').acquire();
    const inner = outer.again();
    same(inner.fencingToken, outer.fencingToken, 'the token of the second handle');
    await outer.release();
    check(outer.lost.aborted && !inner.lost.aborted, 'the release of one handle ends that handle alone');
    check((await present(b, 'b').recipes.lock('l').tryAcquire()) === undefined, 'the lock was free too early');
    await inner.release();
    await inner.release();
    await rejectsWith(() => inner.again(), 'E_FENCED', 'a handle to what is released');
    await present(await present(b, 'b').recipes.lock('l').tryAcquire(), 'the free lock').release();
  }),

  defineRecipeCase('lock', 'shows who holds it, why and since when, and who waits', async (bench) => {
    const [a, b] = await bench.actors('a', 'b');
    const held = await present(a, 'a')
      .recipes.lock('l')
      .acquire({ reason: 'nightly', metadata: { run: 3 } });
    const waiting = outcomeOf(present(b, 'b').recipes.lock('l').acquire({ mode: 'shared' }));
    const store = await bench.store();
    const found = await bench.eventually('b waits', async () => {
      const [only] = await listLocks({ store, root: bench.root });
      return only?.waiting.length === 1 && only;
    });
    const [holder] = found.holders;
    const shown = { ...holder, enteredAtMs: undefined, grantedAtMs: undefined, id: undefined };
    same(
      { ...shown, ttlMs: undefined },
      {
        id: undefined,
        path: held.path,
        mode: 'exclusive',
        fencingToken: held.fencingToken,
        session: present(a, 'a').session.id,
        owner: 'a',
        host: 'bench',
        pid: 7,
        reason: 'nightly',
        metadata: { run: 3 },
        enteredAtMs: undefined,
        grantedAtMs: undefined,
        ttlMs: undefined,
        term: undefined,
      },
      'the holder',
    );
    same(holder?.ttlMs, present(a, 'a').session.ttlMs, 'the ttl shown');
    check(Math.abs((holder?.enteredAtMs ?? 0) - bench.runtime.clock.wallMs()) < 60_000, 'since when');
    same(
      found.waiting.map(({ owner, mode }) => [owner, mode]),
      [['b', 'shared']],
      'who waits',
    );
    await held.release();
    await (await bench.eventually('b has it', () => waiting.value)).release();
    same((await listLocks({ store, root: bench.root })).length, 0, 'locks listed when all is over');
  }),

  defineRecipeCase(
    'lock',
    'can be broken by an operator, which the holder learns and its guard enforces',
    async (bench) => {
      const [a, b] = await bench.actors('a', 'b');
      const held = await present(a, 'a').recipes.lock('l').acquire();
      const next = outcomeOf(present(b, 'b').recipes.lock('l').acquire());
      await bench.eventually('b queues', async () => (await idsOf(bench, 'l')).length === 2);
      const store = await bench.store();
      const how = { store, root: bench.root, runtime: bench.runtime, by: 'ops', reason: 'stuck' };
      await rejectsWith(
        () => breakLock('l', { ...how, id: 'nobody' }),
        'E_NOT_FOUND',
        'breaking a place that is not there',
      );
      const [broken] = await breakLock('l', how);
      same(broken?.owner, 'a', 'whose it was');
      await rejectsWith(() => held.guard.put(bench.at('data'), value), 'E_FENCED', 'a guarded write after that');
      await bench.eventually('lost trips', () => held.lost.aborted);
      await rejectsWith(() => Promise.reject(held.lost.reason), 'E_FENCED', 'the reason');
      await rejectsWith(() => held.assertHeld(), 'E_FENCED', 'assertHeld');
      const { lastBreak } = await describeLock('l', { store, root: bench.root });
      same([lastBreak?.by, lastBreak?.reason, lastBreak?.owner], ['ops', 'stuck', 'a'], 'who broke it');
      const lock = await bench.eventually('b has it', () => next.value);
      await held.release();
      lock.assertHeld();
      same((await idsOf(bench, 'l')).length, 1, 'places after the broken holder released');
      await lock.release();
    },
  ),

  defineRecipeCase(
    'lock',
    'is lost by who is cut off before another has it',
    async (bench) => {
      const [a, b] = await bench.actors('a', 'b');
      const actor = present(a, 'a');
      const held = await actor.recipes.lock('l').acquire();
      const { lost } = held;
      const next = outcomeOf(
        present(b, 'b')
          .recipes.lock('l')
          .acquire()
          .then((lock) => {
            check(lost.aborted, 'the second holder had the lock before the first knew that it had lost it');
            return lock;
          }),
      );
      await bench.eventually('b queues', async () => (await idsOf(bench, 'l')).length === 2);
      await bench.fault('disconnect')(actor.store);
      const lock = await bench.eventually('b has it', () => {
        if (next.error !== undefined) throw next.error;
        return next.value;
      });
      check(lock.fencingToken > held.fencingToken, 'the later token is not the greater one');
      await bench.fault('reconnect')(actor.store);
      await rejectsWith(() => held.guard.put(bench.at('data'), value), 'E_FENCED', 'a guarded write of the first');
      await lock.guard.put(bench.at('data'), value);
      await lock.release();
    },
    ['disconnect', 'reconnect'],
  ),

  defineRecipeCase(
    'lock',
    'is taken once though the reply to the taking is lost',
    async (bench) => {
      const [a, b] = await bench.actors('a', 'b');
      const actor = present(a, 'a');
      await bench.fault('loseReply')(actor.store);
      const held = await actor.recipes.lock('l').acquire();
      same((await idsOf(bench, 'l')).length, 1, 'places in the queue');
      await held.guard.put(bench.at('data'), value);
      await bench.fault('loseReply')(actor.store);
      await held.release({ timeoutMs: bench.patienceMs });
      same(await idsOf(bench, 'l'), [], 'what is left');
      await present(await present(b, 'b').recipes.lock('l').tryAcquire(), 'the free lock').release();
    },
    ['loseReply'],
  ),

  defineRecipeCase(
    'lock',
    'is known to be lost after a pause, before anything else happens',
    async (bench) => {
      const [a] = await bench.actors('a');
      const held = await present(a, 'a').recipes.lock('l').acquire();
      await sleep(bench.runtime, 10);
      bench.fault('pause')(bench.ttlMs * 2);
      check(held.lost.aborted, '`lost` had not tripped when the process went on');
      await rejectsWith(() => held.assertHeld(), 'E_FENCED', 'assertHeld after the pause');
    },
    ['pause'],
  ),

  defineRecipeCase(
    'lock',
    'ends with its session, also when the store ends that',
    async (bench) => {
      const [a, b] = await bench.actors('a', 'b');
      const held = await present(a, 'a').recipes.lock('l').acquire();
      await bench.fault('expireSession')(present(a, 'a').session);
      await bench.eventually('lost trips', () => held.lost.aborted);
      await (await present(b, 'b').recipes.lock('l').acquire({ timeoutMs: bench.patienceMs })).release();
    },
    ['expireSession'],
  ),

  defineRecipeCase('lock', 'together with others is all or none, and never a circle', async (bench) => {
    const [a, b, c] = await bench.actors('a', 'b', 'c');
    const wishes = [{ name: 'z' }, { name: 'y' }, { name: 'x' }];
    const done: string[] = [];
    const turns = [present(a, 'a'), present(b, 'b')].map(async (actor, index) => {
      for (let round = 0; round < 3; round += 1) {
        const order = index === 0 ? wishes : wishes.toReversed();
        const held = await actor.recipes.acquireAll(order);
        same(
          held.locks.map(({ name }) => name),
          ['x', 'y', 'z'],
          'the order of taking',
        );
        await held.guard.put(bench.at('data'), value);
        await held.release();
        check(held.lost.aborted, 'released locks are still held');
      }
      done.push(actor.name);
    });
    await Promise.all(turns);
    same(done.length, 2, 'who came to an end');
    const blocker = await present(c, 'c').recipes.lock('z').acquire();
    await rejectsWith(() => present(a, 'a').recipes.acquireAll(wishes, { timeoutMs: 300 }), 'E_TIMEOUT', 'all in vain');
    for (const name of ['x', 'y'])
      await bench.eventually(`${name} is given back`, async () => (await idsOf(bench, name)).length === 0);
    await blocker.release();
    await rejectsWith(() => present(a, 'a').recipes.acquireAll([]), 'E_INVALID_ARGUMENT', 'no lock at all');
  }),

  defineRecipeCase('lock', 'refuses what is no name, no mode, no reason', async (bench) => {
    const [a] = await bench.actors('a');
    const { recipes } = present(a, 'a');
    for (const name of ['', 'a/b', '..', 'x'.repeat(300), 'tab\t'])
      await rejectsWith(() => recipes.lock(name), 'E_INVALID_PATH', `the name ${JSON.stringify(name)}`);
    const odd = { mode: 'odd' as 'shared' };
    await rejectsWith(() => recipes.lock('l').acquire(odd), 'E_INVALID_ARGUMENT', 'a mode there is not');
    const reason = 'x'.repeat(2_000);
    await rejectsWith(() => recipes.lock('l').acquire({ reason }), 'E_INVALID_ARGUMENT', 'a long reason');
    const metadata = { text: 'x'.repeat(1 << 20) };
    await rejectsWith(() => recipes.lock('l').acquire({ metadata }), 'E_TOO_LARGE', 'a megabyte of metadata');
    same(await idsOf(bench, 'l'), [], 'what they left');
  }),
];
