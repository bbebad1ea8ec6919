import { isKeelsonError, sleep, type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import { type MemoryStore, memoryBackend, memoryStore } from '@keelson/store/memory';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arm, faultSchedules } from '../../test-support/fault-schedule.ts';
import { coordination } from '../coordination.ts';
import type { MemberEvent } from './member-events.ts';
import type { Membership } from './membership.ts';
import { listMembers, watchMembers } from './watch-members.ts';

const PROCESSES = 3;
const TTL_MS = 3_000;

/** One stay in the group. */
interface Stay {
  /** Two names for three processes: they have to wait for each other. */
  readonly name: 'x' | 'y';
  readonly thinkMs: number;
  readonly stayMs: number;
  readonly updates: number;
  /** Whether it ends by leaving, or by the end of its session. */
  readonly leaves: boolean;
}

async function live(
  runtime: VirtualRuntime,
  store: MemoryStore,
  stays: readonly Stay[],
  all: Set<Membership>,
): Promise<void> {
  for (const { name, thinkMs, stayMs, updates, leaves } of stays) {
    await sleep(runtime, thinkMs);
    try {
      const session = await store.openSession({ ttlMs: TTL_MS });
      const recipes = coordination({ store, session, runtime, host: 'h' });
      const member = await recipes
        .group('g')
        .join(name)
        .catch(async (error: unknown) => {
          await session.close();
          throw error;
        });
      all.add(member);
      const now = [...all].filter((one) => one.name === name && !one.lost.aborted);
      expect(now, `members who believe to be ${name}`).toHaveLength(1);
      for (let update = 1; update <= updates; update += 1) await member.update({ update });
      await sleep(runtime, stayMs);
      if (leaves) await member.leave();
      await session.close();
    } catch (error) {
      if (!isKeelsonError(error)) throw error;
    }
  }
}

/** What an observer tells must fit together: nobody joins who is there, nobody changes or leaves who is not. */
function checkStory(events: readonly MemberEvent[]): void {
  const present = new Map<string, bigint>();
  const newest = new Map<string, bigint>();
  for (const event of events) {
    if (event.type === 'interrupted' || event.type === 'resumed') continue;
    const members = event.type === 'snapshot' ? event.members : [event.member];
    for (const { name, incarnation } of members) {
      if (event.type === 'joined' || event.type === 'snapshot') {
        expect(present.has(name)).toBe(false);
        expect(incarnation > (newest.get(name) ?? 0n)).toBe(true);
        present.set(name, incarnation);
        newest.set(name, incarnation);
      } else {
        expect(present.get(name)).toBe(incarnation);
        if (event.type === 'left') present.delete(name);
      }
    }
  }
  expect([...present.keys()]).toEqual([]);
}

const numRuns = Number(process.env.KEELSON_MODEL_RUNS ?? 25);

describe('a group under faults', () => {
  test('has one member of a name, tells every observer one story, and is empty at the end', async () => {
    const stay = fc.record({
      name: fc.constantFrom('x' as const, 'y' as const),
      thinkMs: fc.nat({ max: 500 }),
      stayMs: fc.nat({ max: 500 }),
      updates: fc.nat({ max: 2 }),
      leaves: fc.boolean(),
    });
    const plans = fc.array(fc.array(stay, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: PROCESSES });
    // One process more than there are members: the observer has faults too.
    const faults = faultSchedules(PROCESSES + 1, 4_000);
    await fc.assert(
      fc.asyncProperty(fc.nat(), plans, faults, async (seed, plan, schedule) => {
        const runtime = virtualRuntime({ seed });
        const backend = memoryBackend(runtime);
        const stores = Array.from({ length: PROCESSES + 1 }, () => memoryStore(runtime, { backend }));
        const observer = memoryStore(runtime, { backend });
        const stories = stores.map((): MemberEvent[] => []);
        const stop = new AbortController();
        const watching = stores.map(async (store, index) => {
          for await (const event of watchMembers('g', { store, signal: stop.signal })) stories[index]?.push(event);
        });
        arm(runtime, stores, schedule);
        const all = new Set<Membership>();
        const lives = plan.map((stays, index) => live(runtime, stores[index] ?? observer, stays, all));
        await runtime.drive(Promise.all(lives), { limitMs: 600_000 });
        for (const store of stores) store.faults.heal();
        await runtime.advance(100_000);
        expect(await runtime.drive(listMembers('g', { store: observer }))).toEqual([]);
        stop.abort();
        await runtime.drive(Promise.all(watching));
        for (const story of stories) checkStory(story);
      }),
      { numRuns },
    );
  });
});
