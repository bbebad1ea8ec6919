import { isKeelsonError, sleep, virtualRuntime } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import { memoryBackend, memoryStore } from '@keelson/store/memory';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arm, faultSchedules } from '../../test-support/fault-schedule.ts';
import { coordination } from '../coordination.ts';
import { describeElection } from './describe-election.ts';
import type { ElectedLeadership } from './election.ts';

const PROCESSES = 3;
const numRuns = Number(process.env.KEELSON_MODEL_RUNS ?? 25);

test('under faults one leads at a time, each with a term and token of its own that grow together, and nothing is left', async () => {
  const rounds = fc.array(fc.record({ thinkMs: fc.nat({ max: 400 }), leadMs: fc.nat({ max: 400 }) }), {
    minLength: 1,
    maxLength: 4,
  });
  const plans = fc.array(rounds, { minLength: 2, maxLength: PROCESSES });
  await fc.assert(
    fc.asyncProperty(fc.nat(), plans, faultSchedules(PROCESSES, 4_000), async (seed, plan, faults) => {
      const runtime = virtualRuntime({ seed });
      const backend = memoryBackend(runtime);
      const stores = Array.from({ length: PROCESSES }, () => memoryStore(runtime, { backend }));
      const observer = memoryStore(runtime, { backend });
      arm(runtime, stores, faults);
      const won: ElectedLeadership[] = [];
      const lives = plan.map(async (own, index) => {
        const store = stores[index] ?? observer;
        let session: Session | undefined;
        for (const { thinkMs, leadMs } of own) {
          await sleep(runtime, thinkMs);
          try {
            if (session === undefined || session.lost.aborted) session = await store.openSession({ ttlMs: 3_000 });
            const leadership = await coordination({ store, session, runtime, host: 'h' }).election('e').campaign();
            won.push(leadership);
            expect(won.filter(({ lost }) => !lost.aborted)).toHaveLength(1);
            await sleep(runtime, leadMs);
            await leadership.resign();
          } catch (error) {
            // Faults make calls fail; what must not fail is what is checked.
            if (!isKeelsonError(error)) throw error;
          }
        }
      });
      await runtime.drive(Promise.all(lives), { limitMs: 600_000 });
      for (const store of stores) store.faults.heal();
      await runtime.advance(90_000);
      const terms = won.map(({ term }) => term);
      expect(terms).toEqual([...new Set(terms)].sort((a, b) => a - b));
      const tokens = won.map(({ fencingToken }) => fencingToken);
      expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => (a < b ? -1 : 1)));
      const left = await runtime.drive(describeElection('e', { store: observer }));
      expect([left.leader, left.candidates]).toEqual([undefined, []]);
      expect(left.term).toBeGreaterThanOrEqual(terms.at(-1) ?? 0);
    }),
    { numRuns },
  );
});
