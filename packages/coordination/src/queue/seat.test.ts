import { virtualRuntime } from '@keelson/runtime';
import { memoryStore } from '@keelson/store/memory';
import { expect, test } from 'vitest';
import { coordination } from '../index.ts';

/** What a promise has come to by now. */
function settled(work: Promise<unknown>): { done: boolean } {
  const seen = { done: false };
  const note = (): void => {
    seen.done = true;
  };
  work.then(note, note);
  return seen;
}

test('who asked for a lock keeps the place that its first request got it, also when that arrives after it was given up for lost', async () => {
  const runtime = virtualRuntime({ seed: 3 });
  const tree = memoryStore(runtime);
  const actor = async (owner: string) => {
    const store = memoryStore(runtime, { backend: tree.backend });
    const session = await runtime.drive(store.openSession({ ttlMs: 60_000 }));
    return { store, recipes: coordination({ store, session, runtime, owner, host: 'h', pid: 1 }) };
  };
  const [a, b, c] = [await actor('a'), await actor('b'), await actor('c')];
  const lock = await runtime.drive(a.recipes.lock('l').acquire());
  // The request of b is on its way for longer than b waits for it; meanwhile b looks, finds nothing, and asks again.
  b.store.faults.delay(1);
  const second = b.recipes.lock('l').acquire();
  await runtime.advance(1);
  b.store.faults.delay(6_000);
  await runtime.advance(2);
  b.store.faults.delay(400);
  await runtime.advance(6_010);
  // Behind the first request of b, before the second.
  const third = c.recipes.lock('l').acquire();
  const [seconds, thirds] = [settled(second), settled(third)];
  await runtime.advance(20_000);
  await runtime.drive(lock.release());
  await runtime.advance(5_000);
  expect([seconds.done, thirds.done]).toEqual([true, false]);
  const { entries } = await runtime.drive(tree.list('/coordination/locks/l/queue'));
  expect(entries).toHaveLength(2);
});

test('whoever kept the bare signal of a lock is told the truth right after a pause', async () => {
  const runtime = virtualRuntime({ seed: 4 });
  const store = memoryStore(runtime);
  const session = await runtime.drive(store.openSession({ ttlMs: 3_000 }));
  const recipes = coordination({ store, session, runtime, owner: 'a', host: 'h', pid: 1 });
  const { lost } = await runtime.drive(recipes.lock('l').acquire());
  const member = (await runtime.drive(recipes.group('g').join('m'))).lost;
  const leader = (await runtime.drive(recipes.election('e').campaign())).lost;
  expect([lost.aborted, member.aborted, leader.aborted, session.lost.aborted]).toEqual([false, false, false, false]);
  runtime.pause(5_000);
  expect([lost.aborted, member.aborted, leader.aborted]).toEqual([true, true, true]);
  expect(lost.reason).toMatchObject({ code: 'E_SESSION_EXPIRED' });
});
