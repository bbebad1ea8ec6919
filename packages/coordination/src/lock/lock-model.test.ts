import { isKeelsonError, sleep, type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import { type MemoryStore, memoryBackend, memoryStore } from '@keelson/store/memory';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arm, type Fault, faultSchedules } from '../../test-support/fault-schedule.ts';
import { coordination } from '../coordination.ts';
import { breakLock } from './break-lock.ts';
import { describeLock } from './describe-lock.ts';
import type { HeldLock } from './held-lock.ts';

const PROCESSES = 4;
const ROUNDS = 4;
const TTL_MS = 3_000;

/** What one process does in one round. */
interface Round {
  readonly mode: 'exclusive' | 'shared';
  readonly thinkMs: number;
  readonly holdMs: number;
  /** It gives up waiting after so long. */
  readonly patienceMs: number | undefined;
}

interface World {
  readonly runtime: VirtualRuntime;
  readonly stores: readonly MemoryStore[];
  readonly observer: MemoryStore;
  /** Locks that their holders believe to hold. */
  readonly held: Set<HeldLock>;
  readonly grants: HeldLock[];
  /** Tokens of guarded writes in the order in which the store accepted them, with the mode of the writer. */
  readonly writes: { readonly revision: bigint; readonly token: bigint }[];
}

function world(seed: number): World {
  const runtime = virtualRuntime({ seed });
  const backend = memoryBackend(runtime);
  const stores = Array.from({ length: PROCESSES }, () => memoryStore(runtime, { backend }));
  return { runtime, stores, observer: memoryStore(runtime, { backend }), held: new Set(), grants: [], writes: [] };
}

const believed = ({ held }: World): HeldLock[] => [...held].filter((lock) => !lock.lost.aborted);

/** Nobody who shares with nobody may believe to hold beside somebody else. */
function checkExclusion(each: World): void {
  const now = believed(each);
  if (now.some(({ mode }) => mode === 'exclusive')) expect(now).toHaveLength(1);
}

async function live(each: World, index: number, rounds: readonly Round[]): Promise<void> {
  const { runtime, stores, held, grants, writes } = each;
  const store = stores[index];
  if (store === undefined) return;
  let session: Session | undefined;
  for (const { mode, thinkMs, holdMs, patienceMs } of rounds) {
    await sleep(runtime, thinkMs);
    try {
      if (session === undefined || session.lost.aborted) session = await store.openSession({ ttlMs: TTL_MS });
      const recipes = coordination({ store, session, runtime, host: 'h' });
      const lock = await recipes
        .lock('l')
        .acquire(patienceMs === undefined ? { mode } : { mode, timeoutMs: patienceMs });
      held.add(lock);
      grants.push(lock);
      checkExclusion(each);
      await sleep(runtime, holdMs / 2);
      const value = new TextEncoder().encode(lock.fencingToken.toString());
      const written = await lock.guard.put('/data', value, { timeoutMs: 1_000 });
      if (lock.mode === 'exclusive') writes.push({ revision: written.revision, token: lock.fencingToken });
      checkExclusion(each);
      await sleep(runtime, holdMs / 2);
      checkExclusion(each);
      held.delete(lock);
      await lock.release({ timeoutMs: 1_000 });
    } catch (error) {
      for (const lock of held) if (lock.lost.aborted) held.delete(lock);
      // Faults make calls fail; what must not fail is what is checked above.
      if (!isKeelsonError(error)) throw error;
    }
  }
  for (const lock of grants) await lock.release({ timeoutMs: 1_000 }).catch(() => {}); // the rest goes with the session
}

async function play(seed: number, plans: readonly (readonly Round[])[], faults: readonly Fault[]): Promise<World> {
  const each = world(seed);
  arm(each.runtime, each.stores, faults);
  const lives = plans.map((rounds, index) => live(each, index, rounds));
  await each.runtime.drive(Promise.all(lives), { limitMs: 600_000 });
  for (const store of each.stores) store.faults.heal();
  // What was still on its way has arrived, and whatever was held by a session that is lost has gone.
  await each.runtime.advance(90_000);
  return each;
}

const rounds = fc.array(
  fc.record({
    mode: fc.constantFrom('exclusive' as const, 'exclusive' as const, 'shared' as const),
    thinkMs: fc.nat({ max: 500 }),
    holdMs: fc.nat({ max: 400 }),
    patienceMs: fc.option(fc.integer({ min: 1, max: 2_000 }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: ROUNDS },
);
const plans = fc.array(rounds, { minLength: 2, maxLength: PROCESSES });

/** Runs of the property: raise it for a night. */
const numRuns = Number(process.env.KEELSON_MODEL_RUNS ?? 25);

describe('a lock under faults', () => {
  test('is held by one at a time, in the order of tokens, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), plans, faultSchedules(PROCESSES, 4_000), async (seed, plan, faults) => {
        const each = await play(seed, plan, faults);
        const exclusive = each.grants
          .filter(({ mode }) => mode === 'exclusive')
          .map(({ fencingToken }) => fencingToken);
        expect(exclusive).toEqual([...exclusive].sort((a, b) => (a < b ? -1 : 1)));
        expect(new Set(each.grants.map(({ fencingToken }) => fencingToken)).size).toBe(each.grants.length);
        const byRevision = [...each.writes]
          .sort((a, b) => (a.revision < b.revision ? -1 : 1))
          .map(({ token }) => token);
        expect(byRevision).toEqual([...byRevision].sort((a, b) => (a < b ? -1 : 1)));
        const left = await each.runtime.drive(describeLock('l', { store: each.observer }));
        expect([...left.holders, ...left.waiting]).toEqual([]);
      }),
      { numRuns },
    );
  });

  test('is taken by the next with a greater token whenever an operator breaks it, and the broken one cannot write', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), faultSchedules(2, 1_000), async (seed, faults) => {
        const each = world(seed);
        const { runtime, stores, observer } = each;
        const locks = [];
        for (const store of stores.slice(0, 2)) {
          const session = await runtime.drive(store.openSession({ ttlMs: TTL_MS }));
          locks.push(coordination({ store, session, runtime, host: 'h' }).lock('l'));
        }
        const [first, second] = locks;
        if (first === undefined || second === undefined) throw new Error('two processes were wanted');
        const held = await runtime.drive(first.acquire());
        const next = second.acquire().catch((error: unknown) => error);
        arm(runtime, stores, faults);
        await runtime.advance(500);
        const how = { store: observer, runtime, by: 'ops', reason: 'test' };
        // Not there to break where a fault has ended its session already.
        await runtime.drive(breakLock('l', how).catch(() => []));
        await runtime.advance(100_000);
        for (const store of stores) store.faults.heal();
        expect(held.lost.aborted).toBe(true);
        const write = held.guard.put('/data', new Uint8Array());
        await expect(runtime.drive(write)).rejects.toMatchObject({ code: 'E_FENCED' });
        const lock = await runtime.drive(next);
        if (!isKeelsonError(lock)) expect((lock as HeldLock).fencingToken).toBeGreaterThan(held.fencingToken);
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });
});
