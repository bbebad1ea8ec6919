import { isKeelsonError, sleep, virtualRuntime } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import { memoryBackend, memoryStore } from '@keelson/store/memory';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arm, faultSchedules } from '../../test-support/fault-schedule.ts';
import { coordination } from '../coordination.ts';

const PROCESSES = 4;
const PATH = '/coordination/barriers/b';
const numRuns = Number(process.env.KEELSON_MODEL_RUNS ?? 25);

test('under faults a barrier opens only for as many as it is for, none is twice in a round, and nothing is left', async () => {
  const plans = fc.array(fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 4 }), {
    minLength: 2,
    maxLength: PROCESSES,
  });
  const parties = fc.integer({ min: 1, max: 3 });
  await fc.assert(
    fc.asyncProperty(fc.nat(), plans, parties, faultSchedules(PROCESSES, 4_000), async (seed, plan, wanted, faults) => {
      const runtime = virtualRuntime({ seed });
      const backend = memoryBackend(runtime);
      const stores = Array.from({ length: PROCESSES }, () => memoryStore(runtime, { backend }));
      const observer = memoryStore(runtime, { backend });
      const present = new Set<string>();
      const openings: number[] = [];
      const stop = new AbortController();
      const watching = (async (): Promise<void> => {
        for await (const event of observer.watch(PATH, { recursive: true, signal: stop.signal })) {
          if (event.type !== 'changes') continue;
          for (const change of event.changes) {
            const path = change.type === 'put' ? change.entry.path : change.path;
            if (path === `${PATH}/open`) openings.push(change.type === 'put' ? present.size : -1);
            else if (change.type === 'put') present.add(path);
            else present.delete(path);
          }
        }
      })();
      await runtime.advance(1);
      arm(runtime, stores, faults);
      const rounds = new Map<bigint, Set<number>>();
      const lives = plan.map(async (thinks, index) => {
        const store = stores[index] ?? observer;
        let session: Session | undefined;
        for (const thinkMs of thinks) {
          await sleep(runtime, thinkMs);
          try {
            if (session === undefined || session.lost.aborted) session = await store.openSession({ ttlMs: 3_000 });
            const barrier = coordination({ store, session, runtime, host: 'h' }).barrier('b', wanted);
            const pass = await barrier.enter({ timeoutMs: 5_000 });
            const together = rounds.get(pass.round) ?? new Set();
            expect(together.has(index)).toBe(false);
            rounds.set(pass.round, together.add(index));
            await sleep(runtime, thinkMs / 2);
            await pass.leave({ timeoutMs: 5_000 });
          } catch (error) {
            // Faults make calls fail; what must not fail is what is checked.
            if (!isKeelsonError(error)) throw error;
          }
        }
        await session?.close().catch(() => {}); // its entries go with the ttl
      });
      await runtime.drive(Promise.all(lives), { limitMs: 600_000 });
      for (const store of stores) store.faults.heal();
      await runtime.advance(90_000);
      stop.abort();
      await runtime.drive(watching);
      for (const counted of openings) if (counted >= 0) expect(counted).toBeGreaterThanOrEqual(wanted);
      expect([...present]).toEqual([]);
    }),
    { numRuns },
  );
});
