import { check, present, rejectsWith, same } from './assertions.ts';
import { defineRecipeCase, type RecipeCase } from './case.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What guarded writes promise on every driver. */
export const guardCases: readonly RecipeCase[] = [
  defineRecipeCase('guard', 'writes while the lock is held and not after, whoever else may write', async (bench) => {
    const [a, b] = await bench.actors('a', 'b');
    const [actor, other] = [present(a, 'a'), present(b, 'b')];
    const held = await actor.recipes.lock('l').acquire();
    const path = bench.at('data');
    const created = await held.guard.create(path, bytes('1'));
    same(created.version, 1, 'the version created');
    await rejectsWith(() => held.guard.create(path, bytes('2')), 'E_ALREADY_EXISTS', 'creating it again');
    same((await held.guard.put(path, bytes('2'))).version, 2, 'the version put');
    const stale = { expect: { version: 1 } };
    await rejectsWith(() => held.guard.put(path, bytes('3'), stale), 'E_VERSION_CONFLICT', 'an expectation not met');
    const missing = { expect: { version: 3 } };
    await rejectsWith(() => held.guard.put(bench.at('no'), bytes(''), missing), 'E_NOT_FOUND', 'an entry that is not');
    const outcome = await held.guard.transact({
      if: [{ path, version: 9 }],
      then: [{ type: 'delete', path }],
      else: [{ type: 'get', path }],
    });
    same([outcome.succeeded, outcome.results.length], [false, 1], 'a transaction whose own condition fails');
    await rejectsWith(
      () => held.guard.transact({ then: [], else: [{ type: 'delete', path }] }),
      'E_INVALID_ARGUMENT',
      'a branch that writes without the guard',
    );
    // Deleted behind the holder's back: the write is refused by the store, not by what the holder knows.
    await other.store.delete(held.path);
    await rejectsWith(() => held.guard.put(path, bytes('4')), 'E_FENCED', 'a write without the lock');
    await rejectsWith(() => held.guard.delete(path), 'E_FENCED', 'a deletion without the lock');
    same((await other.store.get(path))?.version, 2, 'the version left');
    const again = await actor.recipes.lock('l').acquire();
    check(await again.guard.delete(path), 'there was an entry to delete');
    await again.release();
    await rejectsWith(() => again.guard.put(path, bytes('5')), 'E_FENCED', 'a write after the release');
  }),
];
